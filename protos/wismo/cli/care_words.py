"""The care service's values in a few words, for tables."""

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from wismo.care.v1.care_service_pb2 import Attention
from wismo.care.v1.measures_pb2 import CareDay, CareNow, Spread
from wismo.care.v1.message_pb2 import Message
from wismo.care.v1.obligation_pb2 import Obligation
from wismo.cli import words
from wismo.client.care_vocabulary import AttentionKind, DeliveryState, ObligationKind, ObligationState, ObligationStep
from wismo.client.values import datetime_of
from wismo.client.vocabulary import word

DAY_HEADINGS = ("Day", "Orders", "Dark h", "Late answers h", "Promises kept", "Told first", "Messages", "Bounced")


def attention_kind(item: Attention) -> str:
    """For example `message failed`."""
    return _plain(word(AttentionKind, item.kind))


def due(stamp: Timestamp, now: datetime) -> str:
    """For example `in 3 h`, or `overdue 2 h ago`."""
    if not stamp.ByteSize():
        return "-"
    late = datetime_of(stamp) < now
    return f"overdue, {words.when(stamp, now)}" if late else words.when(stamp, now)


def short_id(message_id: str, order: str) -> str:
    """A message's id without the order that it begins with: `00000003/buyer/email`."""
    return message_id.removeprefix(order)[1:] if message_id.startswith(order) else message_id


def full_id(typed: str, order: str) -> str:
    """The id of either form: messages about events have their number after `#`, the watchdog's their kind after `!`."""
    if typed.startswith("merchants/"):
        return typed
    return f"{order}{'#' if typed.partition('/')[0].isdigit() else '!'}{typed}"


def obligation_row(each: Obligation, order: str) -> list[str]:
    steps = [
        f"{_plain(word(ObligationStep, step.step))} {words.when(step.done_at)}"
        for step in each.steps
        if step.HasField("done_at")
    ]
    return [
        _plain(word(ObligationKind, each.kind)),
        each.cause,
        _plain(word(ObligationState, each.state)),
        words.when(each.due_at),
        f"{words.when(each.settled_at)} {short_id(each.settled_by, order)}".strip()
        if each.HasField("settled_at")
        else "-",
        ", ".join(steps),
    ]


def delivery(message: Message) -> str:
    """For example `bounced`."""
    return _plain(word(DeliveryState, message.state))


def message_row(each: Message, order: str) -> list[str]:
    recipient = each.recipient if each.channel in {"", "email"} else f"{each.recipient} ({each.channel})"
    return [
        words.when(each.planned_at),
        each.kind.lower().replace("_", " "),
        recipient,
        delivery(each),
        words.when(each.settled_at),
        short_id(each.message_id, order),
    ]


def day_row(day: CareDay) -> list[str]:
    return [
        day.date or "all",
        str(day.orders),
        f"{day.buyer_hours_dark:.1f}",
        f"{day.ask_hours_dark:.1f}",
        share(day.promises_kept, day.promises_due),
        share(day.troubles_told_first, day.troubles),
        str(day.messages),
        str(day.bounces),
    ]


def total_rows(total: CareDay) -> list[tuple[str, str]]:
    return [
        ("hours in the dark: total, 90 of 100, longest", _three(total)),
        ("promises kept in time", share(total.promises_kept, total.promises_due)),
        ("promises moved", str(total.promises_moved)),
        ("troubles told before the buyer asked", share(total.troubles_told_first, total.troubles)),
        ("questions answered in time", share(total.questions_answered_in_time, total.questions_answered)),
        ("acknowledged within: half, 90, 99 of 100", spread(total.acknowledge_seconds)),
        ("answered within: half, 90, 99 of 100", spread(total.answer_seconds)),
        ("messages without a new fact", share(total.messages_empty, total.messages)),
        ("downloads never started", str(total.downloads_never)),
        ("charges", str(total.charges)),
        (
            "notice before a charge: shortest, 10 of 100",
            f"{length(total.notice_lead_seconds_smallest)}, {length(total.notice_lead_seconds_p10)}"
            if total.charges
            else "-",
        ),
    ]


def now_rows(now: CareNow) -> list[tuple[str, str]]:
    return [
        ("open orders", str(now.open_orders)),
        ("buyers in the dark", str(now.dark_orders)),
        ("open questions", str(now.open_questions)),
        ("of these overdue", str(now.overdue_questions)),
        ("failed messages", str(now.failed_messages)),
    ]


def share(part: int, whole: int) -> str:
    """For example `45 of 47 (96 %)`; `-` where there was nothing. Never rounded up to 100."""
    return f"{part} of {whole} ({100 * part // whole} %)" if whole else "-"


def spread(value: Spread) -> str:
    """Three lengths of time."""
    return f"{length(value.p50)}, {length(value.p90)}, {length(value.p99)}" if value.count else "-"


def length(seconds: float) -> str:
    """For example `45 s`, `12 min`, `5.5 h`, `7.1 d`."""
    for limit, unit, name in ((120, 1, "s"), (7_200, 60, "min")):
        if seconds < limit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds / 3_600:.1f} h" if seconds < 172_800 else f"{seconds / 86_400:.1f} d"


def _three(total: CareDay) -> str:
    return f"{total.buyer_hours_dark:.1f}, {total.dark_hours_p90:.1f}, {total.dark_hours_longest:.1f}"


def _plain(value: str) -> str:
    return value.replace("_", " ") if value != "unspecified" else "new to this client"
