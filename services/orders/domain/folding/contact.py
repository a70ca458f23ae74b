"""The buyer's contact, and forgetting the buyer."""

from dataclasses import replace

from orders.domain.buyer import Buyer
from orders.domain.changes.care import QuestionAnswered
from orders.domain.changes.contact import BuyerErased, ContactUpdated, LinkRequested
from orders.domain.changes.entitlement import AccessGranted, DownloadReady
from orders.domain.changes.shipping import ParcelProgressed, ReadyForCollection
from orders.domain.errors import BuyerIsErased
from orders.domain.events import Change
from orders.domain.folding.work import Work
from orders.domain.order import TimelineEntry
from orders.domain.parcel import Parcel, PickupPoint, Scan
from orders.domain.vocabulary import ChangeKind

NEEDS_BUYER = frozenset(
    {
        ChangeKind.CONTACT_UPDATED,
        ChangeKind.LINK_REQUESTED,
        ChangeKind.NOTE_TO_BUYER,
        ChangeKind.QUESTION_ASKED,
        ChangeKind.RESEND_REQUESTED,
        ChangeKind.PREFERENCES_UPDATED,
    }
)

_PERSONAL_NOTES = frozenset({ChangeKind.PARCEL_PROGRESSED, ChangeKind.NOTE_TO_BUYER, ChangeKind.QUESTION_ANSWERED})
"""Where the timeline's words are about her: a carrier's may name a neighbour, and a note is written to her alone."""


def link_requested(work: Work, change: LinkRequested) -> None:
    """Moves nothing; whoever tells the buyer sends the link."""


def contact_updated(work: Work, change: ContactUpdated) -> None:
    """Replaces the contact; another e-mail address makes the links sent before open no longer."""
    if change.buyer == work.buyer:
        work.repeats = max((e.sequence for e in work.timeline if e.kind is work.kind), default=1)
        return
    if change.buyer.email.casefold() != work.buyer.email.casefold():
        work.link_version += 1
    work.buyer = change.buyer


def buyer_erased(work: Work, change: BuyerErased) -> None:  # noqa: ARG001 - every handler has this shape.
    """Forgets who bought: contact, names, addresses, secrets, what the buyer wrote and what was written to her alone.

    What was bought stays, and what was said of it.
    """
    if work.erase_time:
        work.repeats = work.first_said()
        return
    work.buyer = Buyer()
    work.link_version += 1
    work.erase_time = work.now
    work.parcels = tuple(_forgotten_parcel(parcel) for parcel in work.parcels)
    work.collections = tuple(
        replace(item, pickup_point=_forgotten_point(item.pickup_point)) for item in work.collections
    )
    work.downloads = tuple(replace(item, licence_key=None) for item in work.downloads)
    work.accesses = tuple(replace(item, code=None, username="") for item in work.accesses)
    work.questions = tuple(
        replace(
            item,
            # An answer speaks to her by name, and often says again what she wrote.
            posts=tuple(replace(post, text="", evidence_id="") for post in item.posts),
        )
        for item in work.questions
    )
    work.timeline = tuple(_forgotten_entry(entry) for entry in work.timeline)


def without_buyer(change: Change) -> Change:
    """The change as it is kept once the buyer was erased: no name, no place, no secret."""
    match change:
        case ParcelProgressed():
            point = _forgotten_point(change.pickup_point) if change.pickup_point else None
            return replace(change, location="", received_by="", description="", pickup_point=point)
        case ReadyForCollection():
            return replace(change, pickup_point=_forgotten_point(change.pickup_point))
        case DownloadReady():
            return replace(change, licence_key=None)
        case AccessGranted():
            return replace(change, code=None, username="")
        case QuestionAnswered():
            return replace(change, text="")
        case _:
            return change


def buyer_is_erased(work: Work) -> BuyerIsErased:
    """For an event that is about a buyer who is gone."""
    return BuyerIsErased(
        work.kind.name.lower(),
        "the buyer's data was erased",
        "send nothing more about this buyer; what was bought can still move",
    )


def _forgotten_parcel(parcel: Parcel) -> Parcel:
    point = _forgotten_point(parcel.pickup_point) if parcel.pickup_point else None
    return replace(
        parcel, received_by="", pickup_point=point, scans=tuple(_forgotten_scan(scan) for scan in parcel.scans)
    )


def _forgotten_scan(scan: Scan) -> Scan:
    point = _forgotten_point(scan.pickup_point) if scan.pickup_point else None
    return replace(scan, location="", received_by="", description="", pickup_point=point)


def _forgotten_point(point: PickupPoint) -> PickupPoint:
    return replace(point, code=None, address=None)


def _forgotten_entry(entry: TimelineEntry) -> TimelineEntry:
    return replace(entry, note="") if entry.kind in _PERSONAL_NOTES and entry.note else entry
