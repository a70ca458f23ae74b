"""What the notifier tells the orders service of a notice that was accepted."""

from datetime import UTC

from notifier.care.obligations import Kind
from notifier.planning.kinds import MessageKind
from notifier.sending.rows import Row
from orders.domain.changes.care import QuestionDelayed, StillWithYou
from orders.domain.changes.entitlement import ChargeNoticeAccepted
from orders.domain.events import Change
from orders.domain.order import Money, WatchCause
from wismo.care.v1.notice_pb2 import Notice


def fact_of(row: Row) -> Change | None:
    """The change, or None for a notice of which orders needs no word."""
    notice = Notice.FromString(row.change)
    next_at = notice.next_update_at.ToDatetime(tzinfo=UTC) if notice.HasField("next_update_at") else None
    missed_at = notice.missed_at.ToDatetime(tzinfo=UTC) if notice.HasField("missed_at") else None
    message_id = row.id[-200:]
    if row.kind == MessageKind.ANSWER_LATE and next_at is not None and missed_at is not None:
        return QuestionDelayed(notice.question_id, missed_at, next_at, message_id)
    if notice.obligation == int(Kind.CHARGE_NOTICE):
        amount = Money(notice.amount.currency_code, notice.amount.units, notice.amount.nanos)
        at = notice.charge_at.ToDatetime(tzinfo=UTC)
        return ChargeNoticeAccepted(notice.line_ids[0], at, amount, message_id)
    if notice.watch_cause and next_at is not None:
        return StillWithYou(
            WatchCause(notice.watch_cause), next_at, message_id, tuple(notice.line_ids), notice.parcel_id, missed_at
        )
    return None
