"""From whom a message comes, to whom it goes, where replies to it go, and to which thread it belongs."""

from dataclasses import dataclass
from datetime import datetime

from chassis.reply_tokens import ReplyAddress, ReplyTokens
from notifier.channels.compose import Envelope, message_id
from notifier.channels.headers import one_line
from notifier.planning.kinds import TO_TEAM, MessageKind
from notifier.rendering.letters import Rendered, Telling
from wismo.care.v1 import notice_pb2
from wismo.orders.v1 import merchant_pb2, order_pb2

CARE = "care"
ESCALATION = "escalation"
# The first part of a reply token: who is expected to reply.
_ROLES = {"buyer": "b", CARE: "c", ESCALATION: "e"}
# The first part of the token to which only mail systems write: that a mail did not arrive.
_RETURNED = "r"


@dataclass(frozen=True, slots=True)
class Replies:
    """How replies find their way to the order by themselves: a token in their address, and in their References.

    A token's parts are the role of whoever is expected to reply (`b`uyer, `c`are, `e`scalation), the question's id or
    nothing, the merchant's id and the order's reference. The envelope's sender has a token of its own, whose role is
    `r`eturned: what comes there is a mail system's report, or an answer that no human wrote.
    """

    tokens: ReplyTokens
    address: ReplyAddress


class Addressing:
    """Writes envelopes. The same row always gets the same one, but for what the order and merchant say now."""

    def __init__(self, mail_domain: str, replies: Replies | None = None) -> None:
        """Without ``replies``, they go to the merchant's own address."""
        self._mail_domain = mail_domain
        self._replies = replies

    def envelope(
        self,
        row_id: str,
        first_id: str,
        recipient: str,
        telling: Telling,
        order: order_pb2.Order,
        merchant: merchant_pb2.Merchant,
        rendered: Rendered,
        date: datetime,
    ) -> Envelope:
        """The envelope of a ledger's row. ``first_id`` is the id of the order's first message to the same recipient.

        ``telling`` is the first thing that the message tells. An address that is not known is empty; composing refuses
        it.
        """
        to_name, to_email = addressee(recipient, order, merchant)
        team = telling.kind in TO_TEAM
        question_id = _question(telling) if team else ""
        # Alerts about one order are one thread, and so is each question; no message begins a thread of the team's.
        root = f"{order.name}!{question_id or 'alerts'}/{recipient}" if team else first_id
        return Envelope(
            # A name is only for show: one with a line end in it must not cost the message.
            from_name=one_line(merchant.sender.display_name or merchant.display_name),
            from_email=merchant.sender.email or merchant.contact.email,
            reply_to=self._reply_to(recipient, telling.kind, question_id, order, merchant),
            to_name=one_line(to_name),
            to_email=to_email,
            message_id=message_id(row_id, self._mail_domain),
            thread_root=message_id(root, self._mail_domain),
            language=rendered.language,
            date=date,
            order_mark=self._mark(recipient, question_id, order),
            auto_replied=rendered.auto_replied,
            unsubscribe=rendered.unsubscribe,
            return_path=self._return_path(order),
        )

    def _reply_to(
        self,
        recipient: str,
        kind: MessageKind,
        question_id: str,
        order: order_pb2.Order,
        merchant: merchant_pb2.Merchant,
    ) -> str:
        if kind == MessageKind.ALERT:
            # An alert asks for a deed, not for an answer: what somebody replies to it must reach no buyer.
            return _care_address(merchant)
        if self._replies is None:
            return merchant.sender.reply_to or merchant.contact.email
        return self._replies.address.with_token(self._token(recipient, question_id, order))

    def _return_path(self, order: order_pb2.Order) -> str:
        """Of every mail, alerts too: whoever reads replies by themselves reads reports too."""
        return self._replies.address.with_token(self._signed(_RETURNED, "", order)) if self._replies else ""

    def _mark(self, recipient: str, question_id: str, order: order_pb2.Order) -> str:
        if self._replies is None:
            return ""
        return f"<{self._token(recipient, question_id, order)}.order@{self._mail_domain}>"

    def _token(self, recipient: str, question_id: str, order: order_pb2.Order) -> str:
        return self._signed(_ROLES[recipient], question_id, order)

    def _signed(self, role: str, question_id: str, order: order_pb2.Order) -> str:
        assert self._replies is not None
        _, merchant, _, reference = order.name.split("/")
        return self._replies.tokens.sign(role, question_id, merchant, reference)


def addressee(recipient: str, order: order_pb2.Order, merchant: merchant_pb2.Merchant) -> tuple[str, str]:
    """Name and address of a recipient, as they are now. The address is empty when there is none."""
    match recipient:
        case "care":
            return merchant.display_name, _care_address(merchant)
        case "escalation":
            return merchant.display_name, merchant.care.escalation_email or _care_address(merchant)
        case _:
            return order.buyer.display_name, order.buyer.email


def _care_address(merchant: merchant_pb2.Merchant) -> str:
    return merchant.care.email or merchant.contact.email


def _question(telling: Telling) -> str:
    """Which question a reply of the team's answers. A buyer's is about the order, where waits fold by themselves."""
    return telling.change.question_id if isinstance(telling.change, notice_pb2.Notice) else ""
