"""From an event to the messages that it causes. Pure: the same event always plans the same messages with the same
ids.
"""

from dataclasses import dataclass
from datetime import timedelta

from notifier.planning.kinds import FACTS, URGENT, Again, Decision, MessageKind, NotTold, Tell
from notifier.planning.table import TABLE, change_kind
from wismo.events.v1.order_event_pb2 import OrderEvent
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import merchant_pb2 as merchants

BUYER = "buyer"
EMAIL = "email"
WEBHOOK = "webhook"
_AGAIN = "/again-"


@dataclass(frozen=True, slots=True)
class Preferences:
    """By which ways a buyer is told. Addresses are not here: they are taken from the newest order when a message
    leaves.
    """

    channels: tuple[str, ...] = (EMAIL,)


@dataclass(frozen=True, slots=True)
class PlannedMessage:
    """One message to one recipient by one channel. ``window`` is how long it may wait for others to join it."""

    kind: MessageKind
    order: str
    sequence: int
    recipient: str
    channel: str
    window: timedelta = timedelta()
    notice_of: str = ""
    """For a notice: on the way of which step of what, ``{KIND}/{cause}/{STEP}``; there is at most one for each."""

    @property
    def id(self) -> str:
        """Unique by order, event, recipient and channel (I3): a redelivered event plans the same id."""
        what = f"!{self.notice_of}" if self.notice_of else f"#{self.sequence:08d}"
        return f"{self.order}{what}/{self.recipient}/{self.channel}"

    @property
    def thread(self) -> str:
        """What keeps its order: messages of one thread leave one after the other, by sequence.

        One to the team is a thread of its own: an alert that waits for business hours must not hold a question back.
        """
        if self.recipient != BUYER:
            return self.id
        return f"{self.order}/{self.recipient}/{self.channel}"


@dataclass(frozen=True, slots=True)
class Resend:
    """A message of this order that is to leave once more, because event ``sequence`` asked for it."""

    message_id: str
    order: str
    sequence: int

    @property
    def id(self) -> str:
        """Unique by message and event. The message's own id stays what it was, however often it is sent again."""
        return f"{self.message_id.partition(_AGAIN)[0]}{_AGAIN}{self.sequence:08d}"


def resend(event: OrderEvent, policies: merchants.Policies) -> list[Resend]:
    """The message that this event wants sent once more, if it wants that."""
    decision = decide(event, policies)
    return [Resend(decision.message_id, event.subject, event.sequence)] if isinstance(decision, Again) else []


def plan(event: OrderEvent, policies: merchants.Policies, preferences: Preferences) -> list[PlannedMessage]:
    """The messages of one event: none, or one for each of the buyer's channels."""
    decision = decide(event, policies)
    if not isinstance(decision, Tell):
        return []
    window = timedelta() if decision.kind in URGENT else policies.message_window.ToTimedelta()
    return [
        PlannedMessage(decision.kind, event.subject, event.sequence, BUYER, channel, window)
        for channel in preferences.channels
    ]


def decide(event: OrderEvent, policies: merchants.Policies) -> Decision:
    """Whether the buyer is told of this event, and by which kind of message or which earlier message; else why not."""
    rule = TABLE.get(change_kind(event.change), NotTold("this version does not know the change"))
    decision = rule(event, policies) if callable(rule) else rule
    if isinstance(decision, NotTold):
        return decision
    if event.effect == events.EFFECT_REPEATED:
        return NotTold("it was said before")
    if isinstance(decision, Again):
        return decision
    if event.effect == events.EFFECT_NOTED and decision.kind not in FACTS:
        return NotTold("it came late and tells an older state")
    return decision
