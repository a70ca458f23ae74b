"""Trials and their charges (row M9: nobody is surprised by a charge)."""

from dataclasses import replace

from orders.domain.changes.entitlement import (
    AllowanceUsed,
    ChargeComing,
    ChargeMade,
    ChargeNoticeAccepted,
    TrialCancelled,
    TrialStarted,
)
from orders.domain.entitlement import ChargeNotice, Trial
from orders.domain.errors import BadField, IllegalMove
from orders.domain.folding.downloads import right_of, with_right
from orders.domain.folding.work import Work, movable_line
from orders.domain.order import TimelineEntry
from orders.domain.vocabulary import ChangeKind, Effect, LineState

MAX_NOTICES = 12


def trial_started(work: Work, change: TrialStarted) -> None:
    """Starts a trial; said again while it runs, it mends the terms and keeps what was used."""
    movable_line(work, change.line_id)
    work.line_ids = (change.line_id,)
    known = right_of(work.trials, change.line_id)
    started_at = known.started_at if known else work.occurred_at
    if change.ends_at <= started_at:
        raise BadField(
            work.path("ends_at"), "the trial would end before it began", "send a time after occurred_at", change.line_id
        )
    trial = Trial(
        change.line_id,
        started_at,
        change.ends_at,
        change.price_after,
        change.billing_period,
        change.allowance_unit,
        change.allowance_total,
        known.allowance_used if known else 0,
        change.terms_summary,
        known.charge_at if known else None,
        known.charge_amount if known else None,
        notices=known.notices if known else (),
    )
    if trial == known:
        work.repeats = work.first_said(lambda entry: change.line_id in entry.line_ids)
        return
    work.trials = with_right(work.trials, trial)


def allowance_used(work: Work, change: AllowanceUsed) -> None:
    """A fact from outside, a reading of the meter: the highest stands, so that repeats and late readings do no harm."""
    known = _trial(work, change.line_id)
    if change.used_total == known.allowance_used:
        work.repeats = work.first_said(
            lambda entry: change.line_id in entry.line_ids and entry.note == str(change.used_total)
        )
        return
    work.note = str(change.used_total)
    if change.used_total < known.allowance_used:
        work.effect = Effect.NOTED
        return
    work.trials = with_right(work.trials, replace(known, allowance_used=change.used_total))


def charge_coming(work: Work, change: ChargeComing) -> None:
    """Announces a charge; the newest announcement stands."""
    known = _trial(work, change.line_id)
    if (known.charge_at, known.charge_amount) == (change.charge_at, change.amount):
        work.repeats = work.first_said(lambda entry: change.line_id in entry.line_ids)
        return
    work.trials = with_right(work.trials, replace(known, charge_at=change.charge_at, charge_amount=change.amount))


def charge_made(work: Work, change: ChargeMade) -> None:
    """A fact from outside. Money that was taken is never hidden: after a cancellation it is noted, and the trial stays
    ended.
    """
    line = movable_line(work, change.line_id)
    known = _trial(work, change.line_id)
    work.note = amount_words(change.amount.currency, change.amount.units, change.amount.nanos)
    same = [
        e.sequence
        for e in work.timeline
        if e.kind is work.kind and e.line_ids == work.line_ids and e.occurred_at == work.occurred_at
    ]
    if same:
        work.repeats = min(same)
        return
    charged_at = max(work.occurred_at, known.charged_at or work.occurred_at)
    announced = known.charge_at is not None and known.charge_at > charged_at
    work.trials = with_right(
        work.trials,
        replace(
            known,
            charged_at=charged_at,
            charge_at=known.charge_at if announced else None,
            charge_amount=known.charge_amount if announced else None,
        ),
    )
    if line.state in {LineState.TRIAL_ENDED, LineState.CANCELLED}:
        work.effect = Effect.NOTED


def trial_cancelled(work: Work, change: TrialCancelled) -> None:
    """Ends a trial before its charge, even when word of it comes after the charge."""
    work.line_ids = (change.line_id,)
    known = right_of(work.trials, change.line_id)
    if known and known.cancelled_at:
        work.repeats = work.first_said(lambda entry: change.line_id in entry.line_ids)
        return
    line = movable_line(work, change.line_id)
    known = _trial(work, change.line_id)
    if known.charged_at and work.occurred_at > known.charged_at:
        raise IllegalMove(
            work.path("line_id"),
            f"the trial of line {change.line_id!r} was charged before it was cancelled",
            "send lines_cancelled to end a paid subscription",
            change.line_id,
            line.state,
            work.kind,
        )
    work.trials = with_right(
        work.trials, replace(known, cancelled_at=work.occurred_at, charge_at=None, charge_amount=None)
    )


def charge_notice_accepted(work: Work, change: ChargeNoticeAccepted) -> None:
    """A fact from outside, once for each message. One whose message came back is noted only, whichever is heard of
    first.
    """
    known = _trial(work, change.line_id)
    work.subject_id = change.message_id
    work.note = amount_words(change.amount.currency, change.amount.units, change.amount.nanos)
    said = [e.sequence for e in work.timeline if e.kind is work.kind and _is_of(e, change.message_id, change.line_id)]
    if said:
        work.repeats = min(said)
        return
    notice = ChargeNotice(change.charge_at, change.amount, work.occurred_at)
    notices = tuple(sorted((*known.notices, notice), key=lambda item: item.accepted_at))[-MAX_NOTICES:]
    bounced = any(e.kind is ChangeKind.MESSAGE_BOUNCED and e.subject_id == change.message_id for e in work.timeline)
    if bounced or notices == known.notices:
        work.effect = Effect.NOTED
        return
    work.trials = with_right(work.trials, replace(known, notices=notices))


def amount_words(currency: str, units: int, nanos: int) -> str:
    """An amount without a locale, for the timeline: `EUR 12.50`."""
    sign = "-" if units < 0 or nanos < 0 else ""
    decimals = f"{abs(nanos):09d}".rstrip("0")
    return f"{currency} {sign}{abs(units)}.{decimals:0<2}"


def _is_of(entry: TimelineEntry, message_id: str, line_id: str) -> bool:
    return entry.subject_id == message_id and line_id in entry.line_ids


def _trial(work: Work, line_id: str) -> Trial:
    line = movable_line(work, line_id)
    work.line_ids = (line_id,)
    known = right_of(work.trials, line_id)
    if known is None:
        raise IllegalMove(
            work.path("line_id"),
            f"line {line_id!r} was cancelled before its trial",
            "leave it out",
            line_id,
            line.state,
            work.kind,
        )
    return known
