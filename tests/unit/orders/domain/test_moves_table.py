"""The table of legal moves, pair by pair: what the fold does is what the table says, for each way, state and change."""

from typing import TypeVar

import pytest

from orders.domain.changes.care import LinesCancelled
from orders.domain.changes.entitlement import (
    AccessGranted,
    AccessRevoked,
    AccessUsed,
    AllowanceUsed,
    ChargeComing,
    ChargeMade,
    ChargeNoticeAccepted,
    DownloadReady,
    DownloadRenewed,
    DownloadRevoked,
    DownloadTaken,
    TrialCancelled,
    TrialStarted,
)
from orders.domain.changes.shipping import (
    Collected,
    LinesBackordered,
    PackingStarted,
    ParcelShipped,
    ReadyForCollection,
    ReturnReceived,
    ReturnStarted,
)
from orders.domain.errors import DomainError, IllegalMove, QuantityTooLarge, WrongLineKind
from orders.domain.events import Change, Event
from orders.domain.moves import LINE_CHANGES, LINE_MOVES, STATES, TRACKING_MOVES, TRACKING_RANK, Way, way_of
from orders.domain.order import ChangeKind, Effect, LineKind, LineQuantity, LineState, Money, Order, TrackingStatus
from tests.unit.orders.order_lives import DAY, FILE, MIXED, POINT, START, after, new_order, scan, shipped, tell

LINES = {Way.SHIPPED: "book", Way.COLLECTED: "shelf", Way.DOWNLOAD: "app", Way.ACCESS: "site", Way.TRIAL: "course"}
BOOK, ONE_BOOK = LineQuantity("book"), LineQuantity("book", 1)
TRIAL = TrialStarted("course", START + 40 * DAY, Money("EUR", 9))
READY = DownloadReady("app", (FILE,))
GRANTED = AccessGranted("site", "https://site.example")
CHARGED = ChargeMade("course", Money("EUR", 9))


def _change(kind: ChangeKind, line_id: str) -> Change:
    """The change, as it would be sent for one line."""
    number = (LineQuantity(line_id),)
    changes: tuple[Change, ...] = (
        LinesBackordered(number),
        PackingStarted((line_id,)),
        ParcelShipped("new", lines=number),
        ReturnStarted(number),
        ReturnReceived(number),
        ReadyForCollection(POINT, (line_id,)),
        Collected((line_id,)),
        DownloadReady(line_id, (FILE,), allowed_count=5),
        DownloadRenewed(line_id),
        DownloadRevoked(line_id),
        DownloadTaken(line_id, "setup"),
        AccessGranted(line_id, "https://other.example"),
        AccessRevoked(line_id),
        AccessUsed(line_id),
        TrialStarted(line_id, START + 50 * DAY),
        AllowanceUsed(line_id, 3),
        ChargeComing(line_id, START + 45 * DAY, Money("EUR", 9)),
        ChargeMade(line_id, Money("EUR", 9)),
        TrialCancelled(line_id),
        ChargeNoticeAccepted(line_id, START + 45 * DAY, Money("EUR", 9), "notice"),
        LinesCancelled(number),
    )
    return next(change for change in changes if Event(change).kind is kind)


# How each way's line gets into each state it can be in.
ROADS: dict[Way, dict[LineState, tuple[Change, ...]]] = {
    Way.SHIPPED: {
        LineState.RECEIVED: (),
        LineState.BACKORDERED: (LinesBackordered((BOOK,)),),
        LineState.PREPARING: (PackingStarted(("book",)),),
        LineState.PARTLY_SHIPPED: (shipped("p1", ONE_BOOK, handed_over=True),),
        LineState.SHIPPED: (shipped("p1", BOOK, handed_over=True),),
        LineState.OUT_FOR_DELIVERY: (shipped("p1", BOOK), scan(TrackingStatus.OUT_FOR_DELIVERY)),
        LineState.AVAILABLE_FOR_PICKUP: (shipped("p1", BOOK), scan(TrackingStatus.AVAILABLE_FOR_PICKUP)),
        LineState.HELD_UP: (shipped("p1", BOOK), scan(TrackingStatus.EXCEPTION)),
        LineState.PARTLY_DELIVERED: (shipped("p1", ONE_BOOK), scan(TrackingStatus.DELIVERED)),
        LineState.DELIVERED: (shipped("p1", BOOK), scan(TrackingStatus.DELIVERED)),
        LineState.RETURNING: (shipped("p1", BOOK), scan(TrackingStatus.RETURNING)),
        LineState.RETURNED: (shipped("p1", BOOK), scan(TrackingStatus.RETURNED)),
        LineState.CANCELLED: (LinesCancelled((BOOK,)),),
    },
    Way.COLLECTED: {
        LineState.RECEIVED: (),
        LineState.BACKORDERED: (LinesBackordered((LineQuantity("shelf"),)),),
        LineState.PREPARING: (PackingStarted(("shelf",)),),
        LineState.AVAILABLE_FOR_PICKUP: (ReadyForCollection(POINT),),
        LineState.DELIVERED: (ReadyForCollection(POINT), Collected()),
        LineState.RETURNING: (ReadyForCollection(POINT), Collected(), ReturnStarted((LineQuantity("shelf"),))),
        LineState.RETURNED: (ReadyForCollection(POINT), Collected(), ReturnReceived((LineQuantity("shelf"),))),
        LineState.CANCELLED: (LinesCancelled((LineQuantity("shelf"),)),),
    },
    Way.DOWNLOAD: {
        LineState.RECEIVED: (),
        LineState.PREPARING: (PackingStarted(("app",)),),
        LineState.READY: (READY,),
        LineState.REVOKED: (READY, DownloadRevoked("app")),
        LineState.CANCELLED: (READY, LinesCancelled((LineQuantity("app"),))),
    },
    Way.ACCESS: {
        LineState.RECEIVED: (),
        LineState.PREPARING: (PackingStarted(("site",)),),
        LineState.GRANTED: (GRANTED,),
        LineState.REVOKED: (GRANTED, AccessRevoked("site")),
        LineState.CANCELLED: (GRANTED, LinesCancelled((LineQuantity("site"),))),
    },
    Way.TRIAL: {
        LineState.RECEIVED: (),
        LineState.PREPARING: (PackingStarted(("course",)),),
        LineState.TRIAL_RUNNING: (TRIAL,),
        LineState.TRIAL_ENDED: (TRIAL, TrialCancelled("course")),
        LineState.SUBSCRIBED: (TRIAL, CHARGED),
        LineState.CANCELLED: (TRIAL, LinesCancelled((LineQuantity("course"),))),
    },
}
EVERY_PAIR = [
    pytest.param(way, state, kind, id=f"{way.name}-{state.name}-{kind.name}".lower())
    for way, roads in ROADS.items()
    for state in roads
    for kind in sorted(LINE_CHANGES)
]
# Legal by the table, and refused for another reason that the state brings along.
SENDING = {ChangeKind.LINES_BACKORDERED, ChangeKind.PACKING_STARTED, ChangeKind.PARCEL_SHIPPED}
NOTHING_LEFT = {
    (Way.SHIPPED, LineState.HELD_UP): SENDING,
    (Way.SHIPPED, LineState.AVAILABLE_FOR_PICKUP): SENDING,
    (Way.SHIPPED, LineState.RETURNING): SENDING,
}
SAYS_IT_AGAIN = {
    (LineState.PREPARING, ChangeKind.PACKING_STARTED),
    (LineState.BACKORDERED, ChangeKind.LINES_BACKORDERED),
    (LineState.AVAILABLE_FOR_PICKUP, ChangeKind.READY_FOR_COLLECTION),
    (LineState.CANCELLED, ChangeKind.LINES_CANCELLED),
    (LineState.REVOKED, ChangeKind.DOWNLOAD_REVOKED),
    (LineState.REVOKED, ChangeKind.ACCESS_REVOKED),
    (LineState.TRIAL_ENDED, ChangeKind.TRIAL_CANCELLED),
    (LineState.DELIVERED, ChangeKind.COLLECTED),
    (LineState.RETURNING, ChangeKind.COLLECTED),
    (LineState.RETURNED, ChangeKind.COLLECTED),
    (LineState.CANCELLED, ChangeKind.TRIAL_CANCELLED),
    (LineState.CANCELLED, ChangeKind.DOWNLOAD_REVOKED),
    (LineState.CANCELLED, ChangeKind.ACCESS_REVOKED),
}
TOO_LATE = {(LineState.SUBSCRIBED, ChangeKind.TRIAL_CANCELLED)}


def _line_in(way: Way, state: LineState) -> Order:
    order = after(new_order(), *ROADS[way][state])
    line = next(line for line in order.lines if line.line_id == LINES[way])
    assert line.state is state
    return order


@pytest.mark.parametrize(("way", "state", "kind"), EVERY_PAIR)
def test_a_change_is_taken_exactly_when_the_table_allows_it(way: Way, state: LineState, kind: ChangeKind) -> None:
    order = _line_in(way, state)
    change = _change(kind, LINES[way])
    legal = state in LINE_MOVES[way].get(kind, ())
    if kind not in LINE_MOVES[way]:
        _is_refused(order, change, WrongLineKind)
    elif legal and (kind in NOTHING_LEFT.get((way, state), ()) or _is_nothing_with_buyer(order, way, kind)):
        assert _is_refused(order, change, QuantityTooLarge).left == 0
    elif (state, kind) in SAYS_IT_AGAIN:
        assert tell(order, change).effect is Effect.REPEATED
    elif not legal or (state, kind) in TOO_LATE:
        assert _is_refused(order, change, IllegalMove).change is kind
    else:
        assert tell(order, change).effect in {Effect.APPLIED, Effect.NOTED}


Refusal = TypeVar("Refusal", bound=DomainError)


def _is_refused(order: Order, change: Change, error: type[Refusal]) -> Refusal:
    with pytest.raises(error) as refused:
        tell(order, change)
    _reads_well(refused.value, Event(change).kind)
    return refused.value


def _is_nothing_with_buyer(order: Order, way: Way, kind: ChangeKind) -> bool:
    """What the buyer never had cannot come back."""
    if kind not in {ChangeKind.RETURN_STARTED, ChangeKind.RETURN_RECEIVED}:
        return False
    line = next(line for line in order.lines if line.line_id == LINES[way])
    coming = sum(item.quantity for sent in order.returns for item in sent.lines if item.line_id == line.line_id)
    return line.delivered_quantity == 0 or (kind is ChangeKind.RETURN_STARTED and coming == line.delivered_quantity)


def _reads_well(error: DomainError, kind: ChangeKind) -> None:
    """Which field, why, and what would be right."""
    assert error.field.startswith(f"{kind.name.lower()}.")
    assert error.why
    assert error.right
    assert str(error) == f"{error.field}: {error.why}; {error.right}"


def test_every_line_of_the_mixed_order_goes_its_own_way() -> None:
    assert {way_of(line): line.line_id for line in new_order().lines} == LINES
    assert len(MIXED) == len(Way)


def test_the_states_of_a_kind_are_those_that_a_line_of_it_can_get_into() -> None:
    for line in MIXED:
        roads = {state for way, states in ROADS.items() if LINES[way] == line.line_id for state in states}
        assert roads <= STATES[line.kind]
    assert STATES[LineKind.PHYSICAL] == ROADS[Way.SHIPPED].keys()
    for way, kind in (
        (Way.DOWNLOAD, LineKind.DOWNLOAD),
        (Way.ACCESS, LineKind.ACCESS),
        (Way.TRIAL, LineKind.TRIAL),
    ):
        assert STATES[kind] == ROADS[way].keys()


@pytest.mark.parametrize("status", sorted(TRACKING_MOVES))
def test_a_parcel_goes_up_the_ladder_and_moves_freely_only_while_it_is_under_way(status: TrackingStatus) -> None:
    for to in TRACKING_MOVES[status]:
        assert TRACKING_RANK[to] >= TRACKING_RANK[status]
        if TRACKING_RANK[to] == TRACKING_RANK[status]:
            assert TRACKING_RANK[to] == TRACKING_RANK[TrackingStatus.IN_TRANSIT]


def test_every_tracking_status_has_a_place_on_the_ladder() -> None:
    assert set(TRACKING_RANK) == set(TrackingStatus) - {TrackingStatus.UNSPECIFIED}
