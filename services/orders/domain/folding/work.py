"""An order while one event is folded into it."""

from bisect import bisect_right
from collections.abc import Callable
from datetime import datetime

from orders.domain.errors import BadQuantity, IllegalMove, UnknownLine, UnknownParcel, WrongLineKind
from orders.domain.events import Change
from orders.domain.line import Line
from orders.domain.moves import LINE_MOVES, RIGHT_FOR_WAY, way_of
from orders.domain.order import Order, TimelineEntry
from orders.domain.parcel import Parcel
from orders.domain.policy import Policy
from orders.domain.tracking import ExceptionReason, TrackingStatus
from orders.domain.values import Expectation, LineQuantity
from orders.domain.vocabulary import ChangeKind, Effect, EventSource


class Work:
    """The parts of an order that one event may replace, and what the timeline will say of it.

    It lives for one call of `record`, which builds the next Order from it once: replacing a frozen order at each step
    would cost more than the folding itself. The order given, and every part of it, stays as it was.
    """

    __slots__ = (
        # What may be replaced.
        *("accesses", "buyer", "collections", "credits", "downloads", "erase_time", "lines", "link_version"),
        *("note_promise_at", "parcels", "pay_url", "payment_state", "problems", "questions", "refunds", "returns"),
        *("no_optional_messages", "timeline", "trials", "watch_promise_at"),
        # The event, and what came of it.
        *(
            "change",
            "derives",
            "effect",
            "kind",
            "now",
            "occurred_at",
            "order",
            "policy",
            "repeats",
            "sequence",
            "source",
        ),
        # What the timeline will say.
        *("expected", "line_ids", "note", "parcel_id", "reason", "subject_id", "tracking_status"),
    )

    def __init__(
        self,
        order: Order,
        change: Change,
        kind: ChangeKind,
        source: EventSource,
        times: tuple[datetime, datetime],
        policy: Policy,
    ) -> None:
        """``times`` are when it happened and when it became known."""
        self.order = order
        self.policy = policy
        self.change: Change = change
        self.kind = kind
        self.source = source
        self.occurred_at, self.now = times
        self.sequence = order.sequence + 1
        # Set by a handler when the event says what is known: the sequence of the event that said it first.
        self.repeats = 0
        self.effect = Effect.APPLIED
        # False when nothing that line states follow from has changed.
        self.derives = True

        self.buyer = order.buyer
        self.lines = order.lines
        self.payment_state = order.payment_state
        self.parcels = order.parcels
        self.downloads = order.downloads
        self.accesses = order.accesses
        self.trials = order.trials
        self.problems = order.problems
        self.refunds = order.refunds
        self.credits = order.credits
        self.questions = order.questions
        self.timeline = order.timeline
        self.link_version = order.link_version
        self.erase_time = order.erase_time
        self.collections = order.collections
        self.returns = order.returns
        self.pay_url = order.pay_url
        self.note_promise_at = order.note_promise_at
        self.watch_promise_at = order.watch_promise_at
        self.no_optional_messages = order.no_optional_messages

        # What the timeline says.
        self.line_ids: tuple[str, ...] = ()
        self.parcel_id = ""
        self.tracking_status = TrackingStatus.UNSPECIFIED
        self.reason = ExceptionReason.UNSPECIFIED
        self.note = ""
        self.expected: Expectation | None = None
        self.subject_id = ""

    def path(self, field: str) -> str:
        """The path of a field of the change, from the FulfilmentEvent."""
        return f"{self.kind.name.lower()}.{field}"

    def entry(self) -> TimelineEntry:
        """What the timeline will say of this event."""
        return TimelineEntry(
            self.sequence,
            self.occurred_at,
            self.now,
            self.kind,
            self.effect,
            self.line_ids,
            self.parcel_id,
            self.tracking_status,
            self.reason,
            self.note,
            self.expected,
            self.subject_id,
        )

    def timeline_with(self, entry: TimelineEntry) -> tuple[TimelineEntry, ...]:
        """The timeline with one entry more, at its place by the time at which it happened."""
        timeline = self.timeline
        if not timeline or timeline[-1].occurred_at <= entry.occurred_at:
            return (*timeline, entry)
        at = bisect_right(timeline, entry.occurred_at, key=_occurred_at)
        return (*timeline[:at], entry, *timeline[at:])

    def first_said(self, says: Callable[[TimelineEntry], bool] | None = None) -> int:
        """The sequence of the first event of this change's kind of which ``says`` is true; of the creation when there
        is none.
        """
        kind = self.kind
        told = (entry for entry in self.timeline if entry.kind is kind and (says is None or says(entry)))
        return min((entry.sequence for entry in told), default=1)

    def newest(self) -> TimelineEntry | None:
        """The entry that happened last among those of this change's kind that changed something."""
        for entry in reversed(self.timeline):
            if entry.kind is self.kind and entry.effect is Effect.APPLIED:
                return entry
        return None


def _occurred_at(entry: TimelineEntry) -> datetime:
    return entry.occurred_at


def line_of(work: Work, line_id: str, field: str) -> Line:
    """The line, or UnknownLine."""
    for line in work.lines:
        if line.line_id == line_id:
            return line
    known = ", ".join(line.line_id for line in work.lines[:8])
    raise UnknownLine(
        work.path(field), f"the order has no line {line_id!r}", f"name one of its lines ({known})", line_id
    )


def movable_line(work: Work, line_id: str, field: str = "line_id") -> Line:
    """The line, if the table lets it see this change now; UnknownLine, WrongLineKind or IllegalMove otherwise."""
    line = line_of(work, line_id, field)
    if may_move(line, work.kind):
        return line
    way = way_of(line)
    if work.kind not in LINE_MOVES[way]:
        raise WrongLineKind(
            work.path(field),
            f"line {line_id!r} is {way.value}, which never sees {work.kind.name.lower()}",
            RIGHT_FOR_WAY[way],
            line_id,
            line.kind,
        )
    legal = ", ".join(state.name for state in sorted(LINE_MOVES[way][work.kind]))
    raise IllegalMove(
        work.path(field),
        f"line {line_id!r} is {line.state.name}, in which {work.kind.name.lower()} is not possible",
        f"it is possible in {legal}; leave the line out, or first send the event that brings it there",
        line_id,
        line.state,
        work.kind,
    )


def may_move(line: Line, kind: ChangeKind) -> bool:
    """Whether the table of moves lets the line see the change in the state it is in."""
    return line.state in LINE_MOVES[way_of(line)].get(kind, ())


def known_lines(work: Work, line_ids: tuple[str, ...], field: str = "line_ids") -> tuple[str, ...]:
    """The same ids, once each is known to be a line of the order and named once."""
    seen: set[str] = set()
    for index, line_id in enumerate(line_ids):
        at = f"{field}[{index}]"
        line_of(work, line_id, at)
        once(work, line_id, seen, at)
    return line_ids


def once(work: Work, line_id: str, seen: set[str], field: str) -> None:
    """Raises BadQuantity when the line was named before in the same event."""
    if line_id in seen:
        raise BadQuantity(
            work.path(field), f"line {line_id!r} is named twice", "name each line once, with the sum", line_id
        )
    seen.add(line_id)


def quantity_of(lines: tuple[LineQuantity, ...], line_id: str) -> int:
    """How many of a line are among these."""
    number = 0
    for item in lines:
        if item.line_id == line_id:
            number += item.quantity
    return number


def parcel_at(work: Work, parcel_id: str) -> int:
    """Where in the order's parcels it stands; UnknownParcel if it was not announced."""
    for index, parcel in enumerate(work.parcels):
        if parcel.parcel_id == parcel_id:
            return index
    raise UnknownParcel(
        work.path("parcel_id"),
        f"parcel {parcel_id!r} has not been announced",
        "send parcel_shipped for it first, or send this event again later",
        parcel_id,
    )


def with_parcel(work: Work, index: int, parcel: Parcel) -> tuple[Parcel, ...]:
    """The order's parcels with one replaced."""
    return (*work.parcels[:index], parcel, *work.parcels[index + 1 :])
