"""Cancellations, refunds and goodwill."""

from dataclasses import replace

from orders.domain.care import Credit, Refund
from orders.domain.changes.care import CreditGiven, LinesCancelled, Refunded
from orders.domain.errors import BadField, DuplicateId
from orders.domain.folding.deriving import Units
from orders.domain.folding.quantities import everything, resolved
from orders.domain.folding.work import Work, known_lines
from orders.domain.line import Line
from orders.domain.moves import Way, way_of
from orders.domain.values import Money
from orders.domain.vocabulary import EventSource, LineKind, LineState


def lines_cancelled(work: Work, change: LinesCancelled) -> None:
    """Cancels what is named, or everything that has not reached the buyer. Rights of a cancelled line end.

    A parcel that is under way cannot be stopped by words: its scans go on, while its lines are cancelled.
    """
    by_buyer = change.by_buyer or work.source is EventSource.BUYER
    work.note = change.reason
    if change.lines and _all_cancelled(work, change):
        work.line_ids = tuple(item.line_id for item in change.lines)
        work.repeats = work.first_said(lambda entry: not set(work.line_ids).isdisjoint(entry.line_ids))
        return
    if change.lines:
        lines = resolved(work, change.lines, lambda line: _cancellable(work, line), "that has not reached the buyer")
    else:
        lines = everything(work, lambda line: _unreached(work, line), "that has not reached the buyer")
    numbers = {item.line_id: item.quantity for item in lines}
    work.change, work.line_ids = replace(change, lines=lines, by_buyer=by_buyer), tuple(numbers)
    work.lines = tuple(
        replace(line, cancelled_quantity=line.cancelled_quantity + numbers[line.line_id])
        if line.line_id in numbers
        else line
        for line in work.lines
    )
    gone = {line.line_id for line in work.lines if line.line_id in numbers and line.cancelled_quantity >= line.quantity}
    at = work.occurred_at
    work.downloads = tuple(
        replace(d, revoked_at=d.revoked_at or at) if d.line_id in gone else d for d in work.downloads
    )
    work.accesses = tuple(replace(a, revoked_at=a.revoked_at or at) if a.line_id in gone else a for a in work.accesses)
    work.trials = tuple(
        replace(t, cancelled_at=t.cancelled_at or at, charge_at=None, charge_amount=None) if t.line_id in gone else t
        for t in work.trials
    )


def refunded(work: Work, change: Refunded) -> None:
    """Money went back."""
    work.line_ids, work.subject_id, work.note = known_lines(work, change.line_ids), change.refund_id, change.reason
    _check_positive(work, change.amount, change.refund_id)
    new = Refund(change.refund_id, change.amount, work.occurred_at, change.line_ids, change.reason, change.expected_by)
    for known in work.refunds:
        if known.refund_id == change.refund_id:
            if known != replace(new, refunded_at=known.refunded_at):
                raise _known_otherwise(work, "refund_id", change.refund_id)
            work.repeats = work.first_said(lambda entry: entry.subject_id == change.refund_id)
            return
    work.refunds = (*work.refunds, new)


def credit_given(work: Work, change: CreditGiven) -> None:
    """Goodwill was given."""
    work.subject_id, work.note = change.credit_id, change.description
    if change.amount is not None:
        _check_positive(work, change.amount, change.credit_id)
    new = Credit(change.credit_id, change.description, work.occurred_at, change.amount, change.reason)
    for known in work.credits:
        if known.credit_id == change.credit_id:
            if known != replace(new, given_at=known.given_at):
                raise _known_otherwise(work, "credit_id", change.credit_id)
            work.repeats = work.first_said(lambda entry: entry.subject_id == change.credit_id)
            return
    work.credits = (*work.credits, new)


def _all_cancelled(work: Work, change: LinesCancelled) -> bool:
    cancelled = {line.line_id for line in work.lines if line.state is LineState.CANCELLED}
    return all(item.line_id in cancelled for item in change.lines)


def _cancellable(work: Work, line: Line) -> int:
    active = line.quantity - line.cancelled_quantity
    return active if line.kind is not LineKind.PHYSICAL else max(0, active - Units(work, line).delivered_ever)


def _unreached(work: Work, line: Line) -> int:
    """What an order's cancellation takes along: not what the buyer has downloaded, nor a code or trial that the buyer
    has.
    """
    way = way_of(line)
    if way is Way.DOWNLOAD and any(d.line_id == line.line_id and d.first_taken_at for d in work.downloads):
        return 0
    if line.state in {LineState.GRANTED, LineState.TRIAL_RUNNING, LineState.SUBSCRIBED}:
        return 0
    return _cancellable(work, line)


def _check_positive(work: Work, amount: Money, subject: str) -> None:
    if amount.units < 0 or amount.nanos < 0 or not (amount.units or amount.nanos):
        raise BadField(work.path("amount"), "it is not more than nothing", "send a positive amount", subject)


def _known_otherwise(work: Work, field: str, subject: str) -> DuplicateId:
    return DuplicateId(
        work.path(field),
        f"{subject!r} is known with other content",
        f"choose another {field} for another one, or repeat the content as it was",
        subject,
    )
