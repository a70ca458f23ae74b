"""What a webhook to a merchant's systems says: the notice, and the order as far as it needs to be known."""

import hashlib
import json
from datetime import UTC

from google.protobuf.json_format import MessageToDict

from chassis.sealing import Sealed, Sealer
from notifier.channels.webhook import Post
from notifier.planning.kinds import MessageKind
from notifier.rendering.letters import Telling
from wismo.care.v1 import notice_pb2
from wismo.orders.v1 import buyer_pb2, line_pb2, merchant_pb2, order_pb2

_TYPES = {MessageKind.ALERT: "care.alert", MessageKind.QUESTION_FORWARDED: "care.question_forwarded"}


class WebhookWriter:
    """Writes webhooks. Opens the merchant's secret only while it does so."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def post(
        self, row_id: str, telling: Telling, order: order_pb2.Order, merchant: merchant_pb2.Merchant
    ) -> Post | None:
        """The webhook of a ledger's row; None when the merchant wants none. Its id is the same in every attempt.

        Raises CannotOpen when the merchant's secret cannot be opened.
        """
        if not merchant.care.webhook_url or not merchant.care.HasField("webhook_secret"):
            return None
        secret = merchant.care.webhook_secret
        return Post(
            merchant.care.webhook_url,
            f"msg_{hashlib.sha256(row_id.encode()).hexdigest()[:32]}",
            body(telling, order),
            self._sealer.open(Sealed(secret.key_id, secret.ciphertext), merchant.name),
        )


def body(telling: Telling, order: order_pb2.Order) -> bytes:
    """The JSON: `type`, `timestamp` and `data` as Standard Webhooks has them; messages in protobuf's own JSON form.

    No secret, no link that opens anything: what a receiver needs to know beyond it, it reads from the API.
    """
    notice = telling.change if isinstance(telling.change, notice_pb2.Notice) else notice_pb2.Notice()
    data = {"notice": _json(notice), "order": _json(at_a_glance(order, notice))}
    said = {
        "type": _TYPES.get(telling.kind, f"care.{telling.kind.value}"),
        "timestamp": telling.event_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "data": data,
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def at_a_glance(order: order_pb2.Order, notice: notice_pb2.Notice) -> order_pb2.Order:
    """The order with its lines and states, whom to reach, and the question, parcel or trial that the notice names."""
    buyer = order.buyer
    shown = order_pb2.Order(
        name=order.name,
        reference=order.reference,
        state=order.state,
        payment_state=order.payment_state,
        sequence=order.sequence,
        etag=order.etag,
        placed_at=order.placed_at,
        buyer=buyer_pb2.Buyer(
            email=buyer.email,
            phone=buyer.phone,
            display_name=buyer.display_name,
            locale=buyer.locale,
            time_zone=buyer.time_zone,
        ),
        questions=[one for one in order.questions if one.question_id == notice.question_id],
        trials=[one for one in order.trials if one.line_id in notice.line_ids],
        lines=[
            line_pb2.OrderLine(
                line_id=one.line_id, kind=one.kind, title=one.title, quantity=one.quantity, sku=one.sku, state=one.state
            )
            for one in order.lines
        ],
    )
    for parcel in order.parcels:
        if parcel.parcel_id == notice.parcel_id:
            shown.parcels.add().CopyFrom(parcel)
            shown.parcels[-1].pickup_point.ClearField("code")
            for scan in shown.parcels[-1].scans:
                scan.pickup_point.ClearField("code")
    return shown


def _json(message: notice_pb2.Notice | order_pb2.Order) -> object:
    return MessageToDict(message, preserving_proto_field_name=True)
