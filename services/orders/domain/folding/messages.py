"""What becomes of messages: they come back, are wanted once more, or are not welcome."""

from dataclasses import replace

from orders.domain.changes.contact import MessageBounced, PreferencesUpdated, ResendRequested
from orders.domain.entitlement import Trial
from orders.domain.folding.work import Work
from orders.domain.vocabulary import ChangeKind, Effect


def message_bounced(work: Work, change: MessageBounced) -> None:
    """A fact from outside: the buyer did not hear what the message said. A notice of a charge that it told is taken
    back.
    """
    work.subject_id = change.message_id
    # Where no code was said the class alone stands, so that a final refusal is no repeat of a passing one.
    work.note = change.status or ("5.0.0" if change.permanent else "4.0.0")
    same = [
        e.sequence
        for e in work.timeline
        if e.kind is work.kind and (e.subject_id, e.note) == (work.subject_id, work.note)
    ]
    if same:
        work.repeats = min(same)
        return
    work.trials = tuple(_without_notice(work, trial) for trial in work.trials)


def resend_requested(work: Work, change: ResendRequested) -> None:
    """Moves nothing; whoever tells the buyer sends the message again."""
    work.subject_id = change.message_id
    same = [
        e.sequence
        for e in work.timeline
        if e.kind is work.kind and (e.subject_id, e.occurred_at) == (work.subject_id, work.occurred_at)
    ]
    work.repeats = min(same, default=0)


def preferences_updated(work: Work, change: PreferencesUpdated) -> None:
    """The buyer's newest word stands; messages about the order itself are not affected."""
    unwanted = not change.optional_messages
    newest = work.newest()
    if newest is not None and work.occurred_at < newest.occurred_at:
        work.effect = Effect.NOTED
    elif unwanted is work.no_optional_messages:
        work.repeats = newest.sequence if newest else 1
    else:
        work.no_optional_messages = unwanted


def _without_notice(work: Work, trial: Trial) -> Trial:
    accepted = {
        e.occurred_at
        for e in work.timeline
        if e.kind is ChangeKind.CHARGE_NOTICE_ACCEPTED
        and e.subject_id == work.subject_id
        and trial.line_id in e.line_ids
    }
    if not accepted:
        return trial
    return replace(trial, notices=tuple(notice for notice in trial.notices if notice.accepted_at not in accepted))
