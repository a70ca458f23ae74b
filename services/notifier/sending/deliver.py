"""One attempt at one message: is it still worth telling, may it be told, render it, hand it over, say how it went."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from chassis import tracing
from chassis.backoff import Backoff
from chassis.clock import Clock
from chassis.logs import get_logger
from chassis.sealing import CannotOpen, Sealed, Sealer
from notifier.channels.compose import compose
from notifier.channels.headers import BadHeader
from notifier.channels.outcome import Channel, Letter, Outcome, Rejected, Retry, Unknown
from notifier.channels.outcome import Sent as Accepted
from notifier.channels.webhook import BACKOFF as OF_WEBHOOKS
from notifier.channels.webhook import GIVE_UP_AFTER as GIVE_UP_WEBHOOKS_AFTER
from notifier.planning.plan import WEBHOOK, PlannedMessage
from notifier.rendering.addressing import Addressing
from notifier.rendering.kept_content import pack
from notifier.rendering.letters import Renderer, Telling
from notifier.sending.ledger import Ledger
from notifier.sending.rows import Again, Claim, Doubtful, Ended, Row, Sent, Snapshot, State
from notifier.sending.webhooks import Webhooks
from notifier.sending.worth import refused, tellings_of
from wismo.orders.v1 import merchant_pb2, order_pb2

_log = get_logger(__name__)

# A message is tried for two days; RFC 5321 (4.5.4.1) lets mail wait longer, but news of an order would be none by then.
GIVE_UP_AFTER = 48 * 3600.0
# About one message: from a few seconds (greylisting) to an hour. The way being blocked: soon again, so that a backlog
# clears within
# a minute of the fault's end (I6).
OF_THE_MESSAGE = Backoff(initial=20.0, maximum=3600.0, floor=5.0)
OF_THE_WAY = Backoff(initial=2.0, maximum=20.0, floor=0.5)
# No new attempt begins this close to the end of the lease. One that has begun is covered by the lease's being
# prolonged.
LEASE_MARGIN = 2.0

Result = Sent | Again | Ended | Doubtful


@dataclass(slots=True)
class Work:
    """A claim with everything that is needed to carry it out."""

    claim: Claim
    snapshot: Snapshot | None
    merchant: bytes
    stop_at: float
    """When the lease ends, by the monotonic clock. Moves on while the dispatcher prolongs it."""


@dataclass(frozen=True, slots=True)
class Written:
    """A letter, and what of it may be kept."""

    letter: Letter
    kept: Sealed


class Deliverer:
    """Carries out work for one sender thread over one channel. Raises nothing for what may go wrong with a message."""

    def __init__(
        self,
        renderer: Renderer,
        channel: Channel,
        ledger: Ledger,
        clock: Clock,
        addressing: Addressing,
        sealer: Sealer,
        webhooks: Webhooks,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._renderer = renderer
        self._channel = channel
        self._ledger = ledger
        self._clock = clock
        self._addressing = addressing
        self._sealer = sealer
        self._webhooks = webhooks
        self._monotonic = monotonic

    def deliver(self, work: Work) -> tuple[Result, Outcome | None]:
        """How the row is to be settled, and what the channel said if it came to that."""
        row = work.claim.row
        if self._is_nearly_over(work):
            return Again(0.0, "the lease was nearly over", counts=False), None
        if work.snapshot is None:
            return Ended(State.DEAD, "the order is not stored"), None
        order = order_pb2.Order.FromString(work.snapshot.body)
        merchant = merchant_pb2.Merchant.FromString(work.merchant)
        tellings, obsolete = tellings_of(row, order, merchant)
        ended = refused(row, tellings, obsolete, order, merchant)
        if ended is not None:
            return ended, None
        if row.channel == WEBHOOK:
            return self._post(work, tellings[0], order, merchant)
        written = self._write(row, tellings, order, merchant)
        if not isinstance(written, Written):
            return written, None
        outcome = self._channel.send(written.letter, lambda: self._may_go_out(work))
        return self._result(row, outcome, written.kept), outcome

    def close(self) -> None:
        """Give up the channel's connection."""
        self._channel.close()

    def _write(
        self, row: Row, tellings: list[Telling], order: order_pb2.Order, merchant: merchant_pb2.Merchant
    ) -> Written | Again | Ended:
        try:
            rendered = self._renderer.render(tellings, order, merchant, self._clock.now())
            envelope = self._addressing.envelope(
                row.id, _first_message(row), row.recipient, tellings[0], order, merchant, rendered, row.planned_at
            )
            return Written(compose(envelope, rendered.content), pack(rendered.kept, row.id, self._sealer))
        except BadHeader as bad:
            return Ended(State.DEAD, f"the header {bad} cannot be written")
        except CannotOpen:
            return self._later_or_dead(row, "a sealed value cannot be opened")
        except Exception as error:  # noqa: BLE001  # A mistake of ours must not end the sender.
            # The row is tried again (a roll-out may mend it), then it is an
            # alarm.
            _log.exception("message not rendered", row=row.id, kind=row.kind.value)
            return self._later_or_dead(row, f"not rendered: {type(error).__name__}")

    def _post(
        self, work: Work, telling: Telling, order: order_pb2.Order, merchant: merchant_pb2.Merchant
    ) -> tuple[Result, Outcome | None]:
        row = work.claim.row
        try:
            post = self._webhooks.written(row, telling, order, merchant)
        except CannotOpen:
            return self._later_or_dead(row, "a sealed value cannot be opened"), None
        if isinstance(post, Ended):
            return post, None
        outcome = self._webhooks.send(post, lambda: self._may_go_out(work))
        return self._result(row, outcome, self._webhooks.kept(post, row)), outcome

    def _is_nearly_over(self, work: Work) -> bool:
        return self._monotonic() > work.stop_at - LEASE_MARGIN

    def _may_go_out(self, work: Work) -> bool:
        if self._is_nearly_over(work):
            return False
        return self._ledger.mark_intent(work.claim) if work.claim.row.doubt else True

    def _result(self, row: Row, outcome: Outcome, kept: Sealed) -> Result:
        match outcome:
            case Accepted():
                return Sent(kept)
            case Rejected(reason):
                return Ended(State.DEAD, f"refused: {reason}")
            case Unknown(reason):
                return Doubtful(reason)
            case Retry(reason, ours, after):
                return self._later_or_dead(row, reason, OF_THE_WAY if ours else OF_THE_MESSAGE, after)

    def _later_or_dead(
        self, row: Row, reason: str, backoff: Backoff = OF_THE_MESSAGE, at_least: float = 0.0
    ) -> Again | Ended:
        webhook = row.channel == WEBHOOK
        waited = (self._clock.now() - row.planned_at).total_seconds()
        if waited > (GIVE_UP_WEBHOOKS_AFTER if webhook else GIVE_UP_AFTER):
            return Ended(State.DEAD, f"given up: {reason}")
        return Again(max(at_least, (OF_WEBHOOKS if webhook else backoff).delay(row.attempts + 1)), reason)


def delivered(deliverer: Deliverer, work: Work) -> tuple[Result, Outcome | None]:
    """What ``deliverer.deliver`` yields, as a span of the trace that the message belongs to."""
    row = work.claim.row
    kind = tracing.Kind.CLIENT
    with tracing.span("notifier send", parent=row.traceparent, kind=kind, wismo__message_kind=row.kind.value) as mark:
        result, outcome = deliverer.deliver(work)
        mark.note("wismo.channel", row.channel)
        mark.note("wismo.result", type(result).__name__.lower())
        return result, outcome


def _first_message(row: Row) -> str:
    """The id that the order's first message has: its creation is event number 1."""
    return PlannedMessage(row.kind, row.order, 1, row.recipient, row.channel).id
