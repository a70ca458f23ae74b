"""Folding events into an order. Pure: the same order, event, time and policy always give the same answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from orders.domain.changes import care, contact, entitlement, shipping
from orders.domain.errors import NotAllowedFromThisSource, OccurredInFuture, TooManyEvents
from orders.domain.events import KINDS, Change, Event
from orders.domain.folding import contact as buyers
from orders.domain.folding import (
    downloads,
    giving_back,
    messages,
    owning_up,
    packing,
    paying,
    questions,
    returns,
    trials,
    watching,
)
from orders.domain.folding import shipping as parcels
from orders.domain.folding.creating import created
from orders.domain.folding.deriving import line_derived, order_state
from orders.domain.folding.work import Work
from orders.domain.moves import RIGHT_CALL, SOURCES
from orders.domain.order import Draft, Order
from orders.domain.policy import DEFAULT_POLICY, Policy
from orders.domain.vocabulary import ChangeKind, Effect, EventSource

MAX_EVENTS = 1000
# For clocks that go ahead.
AHEAD = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of an event: the order after it, the event as it is to be kept, and what it did.

    The event kept has its time and source, its numbers resolved, and nothing of an erased buyer. APPLIED and NOTED
    raise the sequence by one; ``sequence`` is the order's new one. REPEATED changes nothing: ``order`` is the very
    object that was given, nothing is to be written, and ``sequence`` is that of the event that said it first.
    """

    order: Order
    event: Event
    effect: Effect
    sequence: int


def create(draft: Draft, occurred_at: datetime | None, now: datetime) -> Recorded:
    """The order that a draft becomes, with sequence 1. ``occurred_at`` none is when it was placed. Raises BadInput or
    TooManyLines.
    """
    at = occurred_at or draft.placed_at or now
    _check_time("placed_at", at, now)
    order = created(draft, at, now)
    return Recorded(order, Event(shipping.OrderCreated(), at, EventSource.MERCHANT), Effect.APPLIED, 1)


def record(order: Order, event: Event, now: datetime, policy: Policy = DEFAULT_POLICY) -> Recorded:
    """The order after ``event``, which became known at ``now``. Raises DomainError; the order given stays as it was."""
    change = event.change
    kind = KINDS[type(change)]
    occurred_at = event.occurred_at or now
    source = event.source or EventSource.MERCHANT
    _check_time("occurred_at", occurred_at, now)
    if source not in SOURCES[kind]:
        raise _not_from(kind, source)
    work = Work(order, change, kind, source, (occurred_at, now), policy)
    if order.erase_time is not None:
        if kind in buyers.NEEDS_BUYER:
            raise buyers.buyer_is_erased(work)
        work.change = change = buyers.without_buyer(change)
    _HANDLERS[type(change)](work, change)
    if work.repeats:
        return Recorded(order, Event(work.change, occurred_at, source), Effect.REPEATED, work.repeats)
    # Erasing must always be possible: it is a right of the buyer's, and ends the order's growth.
    if order.sequence >= MAX_EVENTS and kind is not ChangeKind.BUYER_ERASED:
        raise TooManyEvents(
            kind.name.lower(),
            f"the order has {MAX_EVENTS} events already",
            "send only what tells the buyer something",
            "",
            MAX_EVENTS,
        )
    return Recorded(_order_after(work), Event(work.change, occurred_at, source), work.effect, work.sequence)


def _order_after(work: Work) -> Order:
    order = work.order
    lines = _derived_lines(work)
    state = order.state
    if (
        lines is not order.lines
        or work.downloads is not order.downloads
        or work.payment_state is not order.payment_state
    ):
        state = order_state(work, lines)
    watch_promise_at = watching.open_promise(work, state)
    promise = work.note_promise_at
    if watch_promise_at is not None and (promise is None or watch_promise_at < promise):
        promise = watch_promise_at
    for problem in work.problems:
        at = problem.next_update_at
        if at is not None and (promise is None or at < promise):
            promise = at
    return Order(
        order.name,
        order.reference,
        work.buyer,
        lines,
        order.placed_at,
        order.create_time,
        work.now,
        order.total,
        work.payment_state,
        state,
        work.sequence,
        work.parcels,
        work.downloads,
        work.accesses,
        work.trials,
        work.problems,
        work.refunds,
        work.credits,
        work.questions,
        work.timeline_with(work.entry()),
        promise,
        work.link_version,
        work.erase_time,
        work.collections,
        work.returns,
        work.pay_url,
        work.note_promise_at,
        watch_promise_at,
        work.no_optional_messages,
    )


def _derived_lines(work: Work) -> tuple[Any, ...]:
    """Only the lines that the event concerns can have moved; the very tuple of before when none did."""
    concerned = work.line_ids
    if not (concerned and work.derives):
        return work.lines
    lines = tuple([line_derived(work, line) if line.line_id in concerned else line for line in work.lines])
    return (
        lines
        if any(after is not before for after, before in zip(lines, work.order.lines, strict=True))
        else work.order.lines
    )


def _check_time(field: str, at: datetime, now: datetime) -> None:
    if at > now + AHEAD:
        minutes = int((at - now).total_seconds() // 60)
        raise OccurredInFuture(
            field, f"it is {minutes} minutes ahead of our clock", "send the time at which it happened, in UTC, or none"
        )


def _not_from(kind: ChangeKind, source: EventSource) -> NotAllowedFromThisSource:
    allowed = ", ".join(item.name for item in sorted(SOURCES[kind]))
    return NotAllowedFromThisSource(
        "source",
        f"{kind.name.lower()} may not come from {source.name}",
        RIGHT_CALL.get(kind, f"it may come from {allowed}"),
        kind,
        source,
    )


_HANDLERS: Mapping[type[Change], Callable[[Work, Any], None]] = MappingProxyType(
    {
        shipping.PaymentChanged: paying.payment_changed,
        shipping.LinesBackordered: packing.lines_backordered,
        shipping.PackingStarted: packing.packing_started,
        shipping.ParcelShipped: parcels.parcel_shipped,
        shipping.ParcelCorrected: parcels.parcel_corrected,
        shipping.ParcelProgressed: parcels.parcel_progressed,
        shipping.ReturnStarted: returns.return_started,
        shipping.ReturnReceived: returns.return_received,
        shipping.ReadyForCollection: returns.ready_for_collection,
        shipping.Collected: returns.collected,
        entitlement.DownloadReady: downloads.download_ready,
        entitlement.DownloadRenewed: downloads.download_renewed,
        entitlement.DownloadRevoked: downloads.download_revoked,
        entitlement.DownloadTaken: downloads.download_taken,
        entitlement.AccessGranted: downloads.access_granted,
        entitlement.AccessRevoked: downloads.access_revoked,
        entitlement.AccessUsed: downloads.access_used,
        entitlement.TrialStarted: trials.trial_started,
        entitlement.AllowanceUsed: trials.allowance_used,
        entitlement.ChargeComing: trials.charge_coming,
        entitlement.ChargeMade: trials.charge_made,
        entitlement.TrialCancelled: trials.trial_cancelled,
        entitlement.ChargeNoticeAccepted: trials.charge_notice_accepted,
        care.DelayAnnounced: owning_up.delay_announced,
        care.ProblemReported: owning_up.problem_reported,
        care.ProblemUpdated: owning_up.problem_updated,
        care.ProblemResolved: owning_up.problem_resolved,
        care.ExpectationRevised: owning_up.expectation_revised,
        care.LinesCancelled: giving_back.lines_cancelled,
        care.Refunded: giving_back.refunded,
        care.CreditGiven: giving_back.credit_given,
        care.NoteToBuyer: owning_up.note_to_buyer,
        care.StillWithYou: watching.still_with_you,
        care.QuestionAsked: questions.question_asked,
        care.QuestionAcknowledged: questions.question_acknowledged,
        care.QuestionAnswered: questions.question_answered,
        care.QuestionDelayed: questions.question_delayed,
        contact.LinkRequested: buyers.link_requested,
        contact.ContactUpdated: buyers.contact_updated,
        contact.BuyerErased: buyers.buyer_erased,
        contact.MessageBounced: messages.message_bounced,
        contact.ResendRequested: messages.resend_requested,
        contact.PreferencesUpdated: messages.preferences_updated,
    }
)
