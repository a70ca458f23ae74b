"""The contract's values in a few words, for tables and timelines."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money

from wismo.client.values import datetime_of, money_of
from wismo.orders.v1.fulfilment_event_pb2 import ChangeKind, Effect
from wismo.orders.v1.line_pb2 import LineKind, LineState, OrderLine
from wismo.orders.v1.order_pb2 import Order, OrderState, TimelineEntry
from wismo.orders.v1.parcel_pb2 import Parcel
from wismo.orders.v1.tracking_pb2 import ExceptionReason, TrackingStatus


def order_state(order: Order) -> str:
    """For example `partly on its way`."""
    return _word(OrderState.Name(order.state) if order.state in OrderState.values() else "", "ORDER_STATE_")


def line_state(line: OrderLine) -> str:
    """For example `out for delivery`."""
    return _word(LineState.Name(line.state) if line.state in LineState.values() else "", "LINE_STATE_")


def line_kind(line: OrderLine) -> str:
    """For example `download`."""
    return _word(LineKind.Name(line.kind) if line.kind in LineKind.values() else "", "LINE_KIND_")


def parcel_words(parcel: Parcel) -> str:
    """Carrier, number, status and reason."""
    status = TrackingStatus.Name(parcel.status) if parcel.status in TrackingStatus.values() else ""
    words = [parcel.carrier, parcel.tracking_number, _word(status, "TRACKING_STATUS_")]
    if parcel.reason in ExceptionReason.values() and parcel.reason:
        words.append(f"({_word(ExceptionReason.Name(parcel.reason), 'EXCEPTION_REASON_')})")
    return " ".join(word for word in words if word)


def timeline_words(entry: TimelineEntry) -> str:
    """What happened, to what, and whether it only joined the timeline."""
    kind = ChangeKind.Name(entry.kind) if entry.kind in ChangeKind.values() else "CHANGE_KIND_NEW"
    words = [_word(kind, "CHANGE_KIND_")]
    if entry.tracking_status in TrackingStatus.values() and entry.tracking_status:
        words = [_word(TrackingStatus.Name(entry.tracking_status), "TRACKING_STATUS_")]
    if entry.parcel_id:
        words.append(f"parcel {entry.parcel_id}")
    if entry.line_ids:
        words.append(f"[{', '.join(entry.line_ids)}]")
    if entry.note:
        words.append(f"- {entry.note}")
    if entry.effect == Effect.EFFECT_NOTED:
        words.append("(late: noted)")
    return " ".join(words)


def when(stamp: Timestamp, now: datetime | None = None) -> str:
    """Local date and time; `-` where there is none."""
    if not stamp.ByteSize():
        return "-"
    local = datetime_of(stamp).astimezone()
    return local.strftime("%Y-%m-%d %H:%M") if now is None else ago(datetime_of(stamp), now)


def ago(then: datetime, now: datetime | None = None) -> str:
    """For example `3 min ago`, `in 2 h`."""
    seconds = ((now or datetime.now(UTC)) - then).total_seconds()
    size = abs(seconds)
    text = next(
        (
            f"{size / unit:.0f} {word}"
            for limit, unit, word in ((90, 1, "s"), (5_400, 60, "min"), (172_800, 3_600, "h"))
            if size < limit
        ),
        f"{size / 86_400:.0f} d",
    )
    return f"{text} ago" if seconds >= 0 else f"in {text}"


def short(text: str, longest: int = 60) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def amount(money: Money) -> str:
    """For example `19.90 EUR`; empty where there is none."""
    return str(money_of(money)) if money.currency_code else ""


def _word(name: str, prefix: str) -> str:
    return name.removeprefix(prefix).replace("_", " ").lower() if name and not name.endswith("_UNSPECIFIED") else ""
