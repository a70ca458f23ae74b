"""Parcels and their scans."""

from collections.abc import Collection as SomeOf
from dataclasses import replace
from datetime import datetime

from orders.domain.changes.shipping import (
    ParcelCorrected,
    ParcelProgressed,
    ParcelShipped,
)
from orders.domain.errors import BadField, DuplicateId, TooManyParcels, TooManyScans
from orders.domain.folding.deriving import Units, sendable, unsent
from orders.domain.folding.expectations import normal
from orders.domain.folding.parcels import same_scan, scan_key
from orders.domain.folding.quantities import everything, resolved
from orders.domain.folding.revising import refold
from orders.domain.folding.work import Work, parcel_at, with_parcel
from orders.domain.parcel import Parcel, Scan
from orders.domain.tracking import DeliveryMode, TrackingStatus
from orders.domain.values import Expectation
from orders.domain.vocabulary import Effect

MAX_PARCELS = 100
MAX_SCANS = 200


def parcel_shipped(work: Work, change: ParcelShipped) -> None:
    """Announces a parcel. The same parcel again with `handed_over`, or with a number that was missing, completes it."""
    work.parcel_id, work.expected = change.parcel_id, normal(change.expected)
    if any(parcel.parcel_id == change.parcel_id for parcel in work.parcels):
        _announced_again(work, change)
        return
    if len(work.parcels) >= MAX_PARCELS:
        raise TooManyParcels(
            work.path("parcel_id"),
            f"the order has {MAX_PARCELS} parcels already",
            "put more into each parcel, or split the order",
            change.parcel_id,
            MAX_PARCELS,
        )
    if change.lines:
        lines = resolved(work, change.lines, lambda line: sendable(Units(work, line), line), "to be sent")
    else:
        lines = everything(work, lambda line: unsent(Units(work, line), line), "to be sent")
    if change.handed_over and change.expected is None:
        work.expected = _learnt(work, change.carrier, work.occurred_at)
    work.change = replace(change, lines=lines, expected=change.expected or work.expected)
    work.line_ids = tuple(item.line_id for item in lines)
    parcel = Parcel(
        change.parcel_id,
        change.carrier,
        change.tracking_number,
        change.tracking_url,
        lines,
        handed_over_at=work.occurred_at if change.handed_over else None,
    )
    work.parcels = (*work.parcels, parcel)
    refold(work, len(work.parcels) - 1, ())


def _announced_again(work: Work, change: ParcelShipped) -> None:
    index = parcel_at(work, change.parcel_id)
    known = work.parcels[index]
    work.line_ids = tuple(item.line_id for item in known.lines)
    if not _same_parcel(known, change):
        raise DuplicateId(
            work.path("parcel_id"),
            f"parcel {change.parcel_id!r} is known with other content",
            "choose another parcel_id for another parcel; send parcel_corrected to mend its carrier or tracking number",
            change.parcel_id,
        )
    parcel = replace(
        known,
        carrier=known.carrier or change.carrier,
        tracking_number=known.tracking_number or change.tracking_number,
        tracking_url=known.tracking_url or change.tracking_url,
        handed_over_at=known.handed_over_at or (work.occurred_at if change.handed_over else None),
    )
    said = {None} | {entry.expected for entry in work.timeline if entry.parcel_id == change.parcel_id}
    if parcel == known and work.expected in said:
        work.repeats = work.first_said(lambda entry: entry.parcel_id == change.parcel_id)
        return
    if known.shipped_at is None and parcel.handed_over_at is not None and _is_unnamed(known, change):
        work.expected = _learnt(work, parcel.carrier, work.occurred_at)
    work.change = replace(change, lines=known.lines, expected=change.expected or work.expected)
    work.parcels = with_parcel(work, index, parcel)
    refold(work, index, known.scans)


def _same_parcel(known: Parcel, change: ParcelShipped) -> bool:
    """Whether what is announced again contradicts nothing that is known; no lines are "the same as before"."""
    for said, knew in (
        (change.carrier, known.carrier),
        (change.tracking_number, known.tracking_number),
        (change.tracking_url, known.tracking_url),
    ):
        if said and knew and said != knew:
            return False
    inside = {item.line_id: item.quantity for item in known.lines}
    named = {item.line_id: item.quantity for item in change.lines}
    return not named or (
        named.keys() == inside.keys() and all(n in {0, inside[line_id]} for line_id, n in named.items())
    )


def parcel_corrected(work: Work, change: ParcelCorrected) -> None:
    """Mends the carrier, number or address of a parcel."""
    index = parcel_at(work, change.parcel_id)
    known = work.parcels[index]
    if not (change.carrier or change.tracking_number or change.tracking_url):
        raise BadField(
            work.path("carrier"),
            "nothing is corrected",
            "set carrier, tracking_number or tracking_url",
            change.parcel_id,
        )
    work.parcel_id, work.line_ids = change.parcel_id, tuple(item.line_id for item in known.lines)
    mended = replace(
        known,
        carrier=change.carrier or known.carrier,
        tracking_number=change.tracking_number or known.tracking_number,
        # An address that was made for the number that was wrong must not outlive it.
        tracking_url=change.tracking_url
        or ("" if change.tracking_number not in {"", known.tracking_number} else known.tracking_url),
    )
    if mended == known:
        shipped = min((e.sequence for e in work.timeline if e.parcel_id == change.parcel_id), default=1)
        work.repeats = max(shipped, work.first_said(lambda entry: entry.parcel_id == change.parcel_id))
        return
    work.parcels = with_parcel(work, index, mended)


def parcel_progressed(work: Work, change: ParcelProgressed) -> None:
    """A fact from outside: a scan joins the others at its place by time, and the parcel is folded from all of them."""
    index = parcel_at(work, change.parcel_id)
    parcel = work.parcels[index]
    _check_fits(work, change)
    scan = Scan(
        work.occurred_at,
        change.status,
        change.reason,
        change.location,
        change.description,
        change.delivery_mode,
        change.received_by,
        change.pickup_point,
        change.next_attempt_at,
        change.carrier_code,
        work.sequence,
    )
    work.parcel_id, work.tracking_status, work.reason = change.parcel_id, change.status, change.reason
    work.line_ids = tuple([item.line_id for item in parcel.lines])
    work.note, work.expected = change.location or change.description, normal(change.expected)
    for known in parcel.scans:
        if known.occurred_at == scan.occurred_at and same_scan(known, scan) and _nothing_new_expected(work, known):
            work.repeats = known.sequence
            return
    if len(parcel.scans) >= MAX_SCANS:
        raise TooManyScans(
            work.path("parcel_id"),
            f"parcel {change.parcel_id!r} has {MAX_SCANS} scans already",
            "send only scans that tell the buyer something",
            change.parcel_id,
            MAX_SCANS,
        )
    scans = parcel.scans
    if not scans or scan_key(scans[-1]) <= scan_key(scan):
        scans = (*scans, scan)
    else:
        scans = tuple(sorted((*scans, scan), key=scan_key))
    telling = refold(work, index, scans)
    after = work.parcels[index]
    has_left = parcel.shipped_at is None and after.shipped_at is not None and after.delivered_at is None
    if has_left and _is_unnamed(parcel, change):
        work.expected = _learnt(work, parcel.carrier, after.shipped_at or scan.occurred_at)
        if work.expected is not None:
            work.change = replace(change, expected=work.expected)
            telling = refold(work, index, scans)
            after = work.parcels[index]
    if not _tells(scan, telling, parcel, after):
        work.effect = Effect.NOTED
    work.derives = after.status is not parcel.status or after.reason is not parcel.reason


def _is_unnamed(parcel: Parcel, change: ParcelShipped | ParcelProgressed) -> bool:
    """Whether nobody has said yet when the parcel is expected."""
    return parcel.expected is None and change.expected is None


def _learnt(work: Work, carrier: str, handed_over_at: datetime) -> Expectation | None:
    """When a parcel that nobody has named a time for is expected, as history teaches.

    It becomes part of the event that tells of the hand-over, so that both are told at once, and so that it stays what
    it was however much is learnt later. A carrier's estimate replaces it; what a merchant said of this very parcel is
    never replaced by it.
    """
    if work.erase_time is not None:
        return None
    address = work.buyer.shipping_address
    transit = work.policy.transit(carrier, address.country if address else "")
    return transit.expected(handed_over_at) if transit else None


def _tells(scan: Scan, telling: Scan | None, before: Parcel, after: Parcel) -> bool:
    """Whether there is something in it to tell: it is the newest and moved the parcel, or it changed what is known of
    it.
    """
    return (telling is scan and after.scans[-1] is scan) or (
        (before.status, before.reason, before.delivery_mode, before.received_by)
        != (after.status, after.reason, after.delivery_mode, after.received_by)
        or (before.expected, before.expected_slips, before.pickup_point, before.next_attempt_at)
        != (after.expected, after.expected_slips, after.pickup_point, after.next_attempt_at)
    )


def _nothing_new_expected(work: Work, known: Scan) -> bool:
    said: SomeOf[Expectation | None] = {entry.expected for entry in work.timeline if entry.sequence == known.sequence}
    return work.expected is None or work.expected in said


_GOES_WITH = {
    "delivery_mode": (TrackingStatus.DELIVERED, DeliveryMode.UNSPECIFIED),
    "received_by": (TrackingStatus.DELIVERED, ""),
    "pickup_point": (TrackingStatus.AVAILABLE_FOR_PICKUP, None),
    "next_attempt_at": (TrackingStatus.ATTEMPT_FAILED, None),
}


def _check_fits(work: Work, change: ParcelProgressed) -> None:
    if change.status is TrackingStatus.UNSPECIFIED:
        raise BadField(work.path("status"), "it is not set", "set one of TrackingStatus", change.parcel_id)
    for field, (status, unset) in _GOES_WITH.items():
        if change.status is not status and getattr(change, field) != unset:
            raise BadField(
                work.path(field),
                f"it goes with {status.name} only, and the status is {change.status.name}",
                "leave it out",
                change.parcel_id,
            )
