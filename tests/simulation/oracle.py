"""An outsider's judgement of one life: by walking along what happened, with none of the code that it judges.

It knows the rules of care.md and the shop's numbers, and looks at every version of the order, every message that was
accepted or came back, and every alert.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from tests.simulation.disasters import BACK_AFTER, OUTAGES
from tests.simulation.one_order import Story
from wismo.orders.v1 import line_pb2, order_pb2, question_pb2

HOUR = timedelta(hours=1)
LIMIT = 24 * HOUR
SHIPPED_LIMIT = 48 * HOUR
PATIENCE = timedelta(minutes=1)
"""A word may be accepted that much after its time, for the watchdog looks every half a minute."""
_WAITING = frozenset(
    {
        line_pb2.LINE_STATE_RECEIVED,
        line_pb2.LINE_STATE_BACKORDERED,
        line_pb2.LINE_STATE_PREPARING,
        line_pb2.LINE_STATE_PARTLY_SHIPPED,
        line_pb2.LINE_STATE_SHIPPED,
        line_pb2.LINE_STATE_OUT_FOR_DELIVERY,
        line_pb2.LINE_STATE_HELD_UP,
        line_pb2.LINE_STATE_PARTLY_DELIVERED,
    }
)


@dataclass(slots=True)
class Judgement:
    """Of one life. Times are seconds."""

    dark: float = 0.0
    """Past the limit with a way to the buyer open: what must not be."""
    dark_in_outage: float = 0.0
    """Past the limit while the provider took nothing, until its queue had left."""
    dark_unreachable: float = 0.0
    """Past the limit while the buyer's address was wrong; the shop had been told."""
    longest: float = 0.0
    missed: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)


def moment(stamp: object) -> datetime:
    """A timestamp's instant."""
    at: datetime = stamp.ToDatetime(tzinfo=UTC)  # type: ignore[attr-defined]  # A Timestamp.
    return at


def waits_for_a_word(order: order_pb2.Order) -> timedelta | None:
    """How long this order's buyer may be without a word; None when nothing is awaited."""
    if order.HasField("erase_time"):
        return None
    limits = [
        SHIPPED_LIMIT if line.state == line_pb2.LINE_STATE_SHIPPED else LIMIT
        for line in order.lines
        if line.state in _WAITING
    ]
    if limits:
        return min(limits)
    asked = any(question.state == question_pb2.QUESTION_STATE_OPEN for question in order.questions)
    broken = any(not problem.HasField("resolved_at") for problem in order.problems)
    return LIMIT if asked or broken else None


def wrong_address(story: Story) -> list[tuple[datetime, datetime]]:
    """When messages came back for good, until the address was mended and the next word had its time."""
    spans = []
    for message_id, back in story.back.items():
        notes = [e.note for e in story.versions[-1].timeline if e.subject_id == message_id]
        if any(note.startswith("5") for note in notes):
            accepted = next(one.accepted_at for one in story.told if one.message_id == message_id)
            mended = [moment(e.recorded_at) for e in story.versions[-1].timeline if e.kind == 81]
            ends = min((at for at in mended if at > back), default=back + timedelta(days=60))
            spans.append((accepted, ends + BACK_AFTER))
    return spans


def darkness(story: Story, end: datetime, judged: Judgement) -> None:
    """Fill in for how long the buyer was in the dark, and why."""
    words = [(one.accepted_at, one.message_id) for one in story.told if one.worth_hearing]
    versions = [(moment(order.update_time), order) for order in story.versions]
    points = sorted({at for at, _ in versions} | {at for at, _ in words} | set(story.back.values()) | {end})
    current: timedelta | None = None
    since = deadline = versions[0][0]
    number = 0
    for begins, ends in pairwise(points):
        while number < len(versions) and versions[number][0] <= begins:
            limit = waits_for_a_word(versions[number][1])
            at = versions[number][0]
            if limit is not None and current is None:
                since, deadline = at, at + limit
            elif limit is not None and current is not None and limit < current:
                # A shorter limit that begins to count leaves time to speak.
                deadline = min(deadline, at + limit) if deadline >= at else deadline
            elif limit is not None and current is not None and limit > current and deadline >= at:
                deadline = since + limit
            current = limit
            number += 1
        if current is None:
            continue
        heard = [at for at, message_id in words if at <= begins and not story.back.get(message_id, end) <= begins]
        newest = max(heard, default=versions[0][0])
        if newest > since or any(back == begins for back in story.back.values()):
            since = max(newest, min(since, newest))
            deadline = since + current
        _add(judged, max(begins, deadline), ends, story)


def _add(judged: Judgement, begins: datetime, ends: datetime, story: Story) -> None:
    if ends <= begins + PATIENCE:
        return
    outages = [(one.begins, one.ends + BACK_AFTER) for one in OUTAGES]
    unreachable = wrong_address(story)
    step = timedelta(minutes=1)
    judged.longest = max(judged.longest, (ends - begins).total_seconds())
    if not any(a < ends and b > begins for a, b in (*outages, *unreachable)):
        judged.dark += (ends - begins).total_seconds()
        return
    at = begins
    while at < ends:
        # Minute by minute: slow, and plain to see.
        seconds = (min(at + step, ends) - at).total_seconds()
        if any(a <= at < b for a, b in unreachable):
            judged.dark_unreachable += seconds
        elif any(a <= at < b for a, b in outages):
            judged.dark_in_outage += seconds
        else:
            judged.dark += seconds
        at += step
