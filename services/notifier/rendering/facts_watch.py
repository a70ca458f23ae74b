"""Facts of what the watchdog says when nothing has happened, or too late: what is known and since when, what we do
about it, what the buyer need or need not do, and when the next word comes.
"""

from typing import Any

import wording
from notifier.rendering.kit import Kit
from wismo.care.v1 import obligation_pb2 as obligations
from wismo.orders.v1 import line_pb2 as lines
from wismo.orders.v1 import question_pb2 as questions
from wismo.orders.v1 import tracking_pb2 as tracking
from wording.reader import instant

Facts = dict[str, Any]

# A line in one of these states goes on only when the buyer does something about it.
_BUYERS_TURN = frozenset(
    {
        lines.LINE_STATE_UNSPECIFIED,
        lines.LINE_STATE_RECEIVED,
        lines.LINE_STATE_BACKORDERED,
        lines.LINE_STATE_PREPARING,
        lines.LINE_STATE_PARTLY_SHIPPED,
        lines.LINE_STATE_AVAILABLE_FOR_PICKUP,
        lines.LINE_STATE_HELD_UP,
    }
)
_NEVER_MOVED = frozenset(
    {
        tracking.TRACKING_STATUS_UNSPECIFIED,
        tracking.TRACKING_STATUS_LABEL_CREATED,
        tracking.TRACKING_STATUS_INFO_RECEIVED,
    }
)


def still_with_you(kit: Kit) -> Facts:
    """No news, said as such."""
    return _known(kit) | {
        "promised": kit.notice.obligation == obligations.OBLIGATION_KIND_NEXT_WORD,
        "looked_at": kit.when(kit.event_at),
    }


def promise_missed(kit: Kit) -> Facts:
    """The word that we did not keep, and how things stand."""
    return _known(kit) | {"missed": kit.moment(kit.notice, "missed_at")}


def date_at_risk(kit: Kit) -> Facts:
    """The date that will probably not be kept, told before it passes."""
    return _known(kit) | {"date": _date(kit), "expected": _newest_expectation(kit)}


def date_missed(kit: Kit) -> Facts:
    """The date that was not kept."""
    return date_at_risk(kit)


def no_scan(kit: Kit) -> Facts:
    """The parcel, and since when its carrier has said nothing about it."""
    parcel = kit.parcel(kit.notice.parcel_id)
    moving = [scan for scan in parcel.scans if scan.status not in _NEVER_MOVED]
    scan = wording.last_scan(parcel, kit.reader) if moving else None
    since = scan.when if scan else instant(parcel.shipped_at) if parcel.HasField("shipped_at") else None
    return _known(kit) | {
        "carrier": wording.carrier_name(parcel.carrier),
        "tracking_number": parcel.tracking_number,
        "tracking_url": parcel.tracking_url,
        "items": kit.items(parcel.lines),
        "expected": _expected_if_to_come(kit, parcel.expected),
        "since": kit.when(since) if since else "",
        "last_scan": scan.what if scan else "",
    }


def _known(kit: Kit) -> Facts:
    notice = kit.notice
    concerned = [line for line in kit.order.lines if not notice.line_ids or line.line_id in notice.line_ids]
    known = wording.last_known(
        kit.order, kit.reader, line_ids=notice.line_ids, parcel_id=notice.parcel_id
    ) or wording.last_known(kit.order, kit.reader)
    problems = [wording.open_problem(kit.order, line) for line in concerned]
    doing = dict.fromkeys(one.what_we_do for one in problems if one is not None and one.what_we_do)
    turns = [(line, wording.next_step(kit.order, line, kit.reader)) for line in concerned if line.state in _BUYERS_TURN]
    return {
        "titles": kit.titles(notice.line_ids) if len(concerned) < len(kit.order.lines) else "",
        "known": known.what if known else "",
        "known_at": kit.when(known.when) if known else "",
        "doing": list(doing),
        "answer_by": _answer_by(kit),
        "to_do": list(dict.fromkeys(step.you for _, step in turns if step.must_act)),
        "next_update": kit.moment(notice, "next_update_at"),
    }


def _answer_by(kit: Kit) -> str:
    """By when the open question is answered, while that is still to come; empty when none is open."""
    open_ones = [one.reply_by for one in kit.order.questions if one.state == questions.QUESTION_STATE_OPEN]
    to_come = [one for one in open_ones if not kit.reader.is_past(one)]
    return kit.reader.moment(min(to_come, key=instant)) if to_come else ""


def _date(kit: Kit) -> str:
    """The date as it was told: a day for what comes to the door, a moment for what appears on a screen."""
    on_screen = [
        line
        for line in kit.order.lines
        if line.line_id in kit.notice.line_ids and line.kind != lines.LINE_KIND_PHYSICAL
    ]
    return kit.moment(kit.notice, "missed_at") if on_screen else kit.day(kit.notice, "missed_at")


def _newest_expectation(kit: Kit) -> str:
    """When it is expected now, where that is later than what was promised; empty when nobody knows."""
    if kit.notice.parcel_id:
        parcel = kit.parcel(kit.notice.parcel_id)
        if instant(parcel.expected.latest) > instant(kit.notice.missed_at):
            return _expected_if_to_come(kit, parcel.expected)
    for line_id in kit.notice.line_ids:
        line = kit.line(line_id)
        if line is not None and instant(line.expected.latest) > instant(kit.notice.missed_at):
            return _expected_if_to_come(kit, line.expected)
    return ""


def _expected_if_to_come(kit: Kit, expectation: lines.Expectation) -> str:
    """When it is expected; empty once that time has passed, because it would be read as news."""
    if not expectation.HasField("latest") or kit.reader.is_past(expectation.latest):
        return ""
    return kit.expected(expectation)
