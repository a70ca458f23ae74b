"""Folding expected times, and parcels with them, anew."""

from dataclasses import replace

from orders.domain.folding.expectations import Said, normal, standing
from orders.domain.folding.parcels import folded
from orders.domain.folding.work import Work, parcel_at, with_parcel
from orders.domain.line import Line
from orders.domain.parcel import Parcel, Scan
from orders.domain.values import Expectation
from orders.domain.vocabulary import ChangeKind


def refold(work: Work, index: int, scans: tuple[Scan, ...]) -> Scan | None:
    """Folds one of the order's parcels anew, with everything that was said of when it is expected."""
    parcel = work.parcels[index]
    if work.expected is None:
        after, telling = folded(parcel, scans, parcel.expected, parcel.expected_slips)
    else:
        after, telling = folded(parcel, scans, *standing(None, _said_of(work, parcel)))
    work.parcels = with_parcel(work, index, after)
    return telling


def _said_of(work: Work, parcel: Parcel) -> list[Said]:
    """Everything that was said of when a parcel is expected, this event included.

    A word about its lines or the whole order counts once the parcel was announced; what was said before is in its own.
    """
    inside = {item.line_id for item in parcel.lines}
    announced = min(
        (
            e.occurred_at
            for e in work.timeline
            if e.kind is ChangeKind.PARCEL_SHIPPED and e.parcel_id == parcel.parcel_id
        ),
        default=work.occurred_at,
    )
    return [
        (entry.occurred_at, entry.expected)
        for entry in (*work.timeline, work.entry())
        if entry.expected is not None
        and (
            entry.parcel_id == parcel.parcel_id
            or (
                not entry.parcel_id
                and entry.occurred_at >= announced
                and (not entry.line_ids or not inside.isdisjoint(entry.line_ids))
            )
        )
    ]


def revise(work: Work, line_ids: tuple[str, ...], parcel_id: str, expected: Expectation | None) -> None:
    """Has an expected time said of one parcel, or else of these lines and the parcels they are in; no line is the whole
    order.
    """
    if expected is None:
        return
    work.expected = normal(expected)
    if parcel_id:
        index = parcel_at(work, parcel_id)
        refold(work, index, work.parcels[index].scans)
        return
    work.lines = tuple(_revised(work, line) for line in work.lines)
    for index, parcel in enumerate(work.parcels):
        if not line_ids or any(item.line_id in line_ids for item in parcel.lines):
            refold(work, index, parcel.scans)


def _revised(work: Work, line: Line) -> Line:
    said: list[Said] = [
        (entry.occurred_at, entry.expected)
        for entry in (*work.timeline, work.entry())
        if entry.expected is not None and not entry.parcel_id and (not entry.line_ids or line.line_id in entry.line_ids)
    ]
    stands, slips = standing(line.first_expected, said)
    if stands == line.expected and slips == line.expected_slips:
        return line
    return replace(line, expected=stands, expected_slips=slips)
