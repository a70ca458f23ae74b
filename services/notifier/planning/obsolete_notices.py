"""Which of the watchdog's notices are no longer worth saying when their turn comes: the order has moved on. Pure."""

from collections.abc import Callable, Mapping

from notifier.planning.kinds import MessageKind, Tell
from notifier.planning.milestones import MILESTONES, MOVING, Milestone, wanted_milestones
from notifier.planning.table import TABLE
from wismo.care.v1.notice_pb2 import Notice
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import merchant_pb2 as merchants
from wismo.orders.v1 import order_pb2

_DEFAULT_POLICIES = merchants.Policies()
# What is not worth saying beside news.
_NO_NEWS = frozenset({MessageKind.STILL_WITH_YOU, MessageKind.NO_SCAN, MessageKind.DATE_AT_RISK})

Check = Callable[[Notice, int, order_pb2.Order], str | None]


def why_notice_obsolete(
    kind: MessageKind,
    notice: Notice,
    sequence: int,
    newest: order_pb2.Order,
    policies: merchants.Policies = _DEFAULT_POLICIES,
) -> str | None:
    """Why this notice must not be said any more, or None. The words are fixed per rule: they are a metric's label."""
    if newest.HasField("erase_time"):
        return "the buyer's data was erased"
    if kind in _NO_NEWS:
        return _overtaken_by_news(sequence, newest, policies)
    check = _CHECKS.get(kind)
    return check(notice, sequence, newest) if check is not None else None


def _overtaken_by_news(sequence: int, newest: order_pb2.Order, policies: merchants.Policies) -> str | None:
    wanted = wanted_milestones(policies)
    for entry in newest.timeline:
        later = entry.sequence > sequence and entry.effect == events.EFFECT_APPLIED
        if later and _is_told(entry, wanted):
            return "there is newer news by now"
    return None


def _is_told(entry: order_pb2.TimelineEntry, wanted: frozenset[Milestone]) -> bool:
    """Whether the buyer is told of it for certain. Who skips a word for news that nobody tells leaves the buyer in the
    dark.
    """
    if entry.kind == events.CHANGE_KIND_PARCEL_PROGRESSED:
        row = MILESTONES[entry.tracking_status]
        return isinstance(row, tuple) and row[0] in wanted and entry.tracking_status not in MOVING
    return isinstance(TABLE.get(entry.kind), Tell)


def _answered(notice: Notice, _sequence: int, newest: order_pb2.Order) -> str | None:
    answered = any(one.question_id == notice.question_id and one.HasField("answered_at") for one in newest.questions)
    return "the question is answered by now" if answered else None


def _taken(notice: Notice, _sequence: int, newest: order_pb2.Order) -> str | None:
    lines = set(notice.line_ids)
    gone = any(one.line_id in lines and (one.taken_count or one.HasField("revoked_at")) for one in newest.downloads)
    return "it was downloaded or taken back since" if gone else None


def _revoked_download(notice: Notice, _sequence: int, newest: order_pb2.Order) -> str | None:
    gone = any(one.line_id in notice.line_ids and one.HasField("revoked_at") for one in newest.downloads)
    return "it was taken back since" if gone else None


def _used(notice: Notice, _sequence: int, newest: order_pb2.Order) -> str | None:
    gone = any(
        one.line_id in notice.line_ids and (one.HasField("used_at") or one.HasField("revoked_at"))
        for one in newest.accesses
    )
    return "it was used or taken back since" if gone else None


def _revoked_access(notice: Notice, _sequence: int, newest: order_pb2.Order) -> str | None:
    gone = any(one.line_id in notice.line_ids and one.HasField("revoked_at") for one in newest.accesses)
    return "it was taken back since" if gone else None


def _trial_over(notice: Notice, _sequence: int, newest: order_pb2.Order) -> str | None:
    over = any(
        one.line_id in notice.line_ids and (one.HasField("cancelled_at") or one.HasField("charged_at"))
        for one in newest.trials
    )
    return "the trial was cancelled or charged since" if over else None


def _unwelcome(_notice: Notice, _sequence: int, newest: order_pb2.Order) -> str | None:
    if newest.no_optional_messages:
        return "the buyer wants no optional messages"
    waiting = any(not one.HasField("answered_at") for one in newest.questions)
    if waiting or any(not one.HasField("resolved_at") for one in newest.problems):
        return "something is open"
    return None


_CHECKS: Mapping[MessageKind, Check] = {
    MessageKind.ANSWER_LATE: _answered,
    MessageKind.QUESTION_FORWARDED: _answered,
    MessageKind.DOWNLOAD_UNUSED: _taken,
    MessageKind.DOWNLOAD_EXPIRING: _revoked_download,
    MessageKind.ACCESS_UNUSED: _used,
    MessageKind.ACCESS_EXPIRING: _revoked_access,
    MessageKind.TRIAL_ENDING: _trial_over,
    MessageKind.CHARGE_COMING: _trial_over,
    MessageKind.FOLLOW_UP: _unwelcome,
}
