"""Problems and delays, revised times, notes."""

from dataclasses import replace

from orders.domain.care import Problem
from orders.domain.changes.care import (
    DelayAnnounced,
    ExpectationRevised,
    NoteToBuyer,
    ProblemReported,
    ProblemResolved,
    ProblemUpdated,
)
from orders.domain.errors import BadField, DuplicateId, IllegalMove, UnknownProblem
from orders.domain.folding.expectations import normal
from orders.domain.folding.revising import revise
from orders.domain.folding.work import Work, known_lines, parcel_at
from orders.domain.tracking import ActingParty
from orders.domain.vocabulary import Effect


def delay_announced(work: Work, change: DelayAnnounced) -> None:
    """Opens a delay, and moves the expected time of what it concerns."""
    _report(work, change, ActingParty.UNSPECIFIED, delay=True)
    if not work.repeats:
        revise(work, change.line_ids, change.parcel_id, change.expected)


def problem_reported(work: Work, change: ProblemReported) -> None:
    """Opens a problem."""
    _report(work, change, change.acting_party, delay=False)


def problem_updated(work: Work, change: ProblemUpdated) -> None:
    """News of an open problem or delay. News from before what is known joins the timeline only."""
    index = _problem_at(work, change.problem_id)
    known = work.problems[index]
    work.subject_id, work.line_ids, work.parcel_id = known.problem_id, known.line_ids, known.parcel_id
    work.note, work.reason = change.what_happened, known.reason
    latest = known.updated_at or known.reported_at
    said = [e for e in work.timeline if e.kind is work.kind and e.subject_id == known.problem_id]
    if any(e.occurred_at == work.occurred_at and e.note == change.what_happened for e in said):
        work.repeats = min(
            e.sequence for e in said if e.occurred_at == work.occurred_at and e.note == change.what_happened
        )
        return
    if work.occurred_at < latest or (known.resolved_at and work.occurred_at < known.resolved_at):
        work.effect = Effect.NOTED
        return
    if known.resolved_at:
        raise IllegalMove(
            work.path("problem_id"),
            f"{known.problem_id!r} is resolved",
            "report what is new as a problem of its own, with another problem_id",
            known.problem_id,
            "RESOLVED",
            work.kind,
        )
    _check_next_word(work, change)
    new = replace(
        known,
        what_happened=change.what_happened,
        what_we_do=change.what_we_do or known.what_we_do,
        next_update_at=change.next_update_at,
        updated_at=work.occurred_at,
    )
    work.problems = (*work.problems[:index], new, *work.problems[index + 1 :])
    revise(work, known.line_ids, known.parcel_id, change.expected)


def problem_resolved(work: Work, change: ProblemResolved) -> None:
    """Closes a problem or delay, and with the last open one every promise of a next word."""
    index = _problem_at(work, change.problem_id)
    known = work.problems[index]
    work.subject_id, work.line_ids, work.parcel_id = known.problem_id, known.line_ids, known.parcel_id
    work.note, work.reason = change.resolution, known.reason
    if known.resolved_at:
        if known.resolution == change.resolution:
            work.repeats = work.first_said(lambda entry: entry.subject_id == known.problem_id)
            return
        raise IllegalMove(
            work.path("problem_id"),
            f"{known.problem_id!r} is resolved already, in other words",
            "send note_to_buyer to add to it",
            known.problem_id,
            "RESOLVED",
            work.kind,
        )
    new = replace(known, next_update_at=None, resolved_at=work.occurred_at, resolution=change.resolution)
    work.problems = (*work.problems[:index], new, *work.problems[index + 1 :])
    if all(problem.resolved_at for problem in work.problems):
        work.note_promise_at = None


def expectation_revised(work: Work, change: ExpectationRevised) -> None:
    """Moves an expected time, as far as its source is trusted as much as the one that stands."""
    work.line_ids, work.parcel_id = known_lines(work, change.line_ids), change.parcel_id
    if change.parcel_id:
        parcel_at(work, change.parcel_id)
    expected = normal(change.expected)
    same = [
        entry.sequence
        for entry in work.timeline
        if (entry.kind, entry.expected, entry.occurred_at) == (work.kind, expected, work.occurred_at)
        and (entry.line_ids, entry.parcel_id) == (work.line_ids, work.parcel_id)
    ]
    if same:
        work.repeats = min(same)
        return
    revise(work, change.line_ids, change.parcel_id, change.expected)
    if work.lines == work.order.lines and work.parcels == work.order.parcels:
        work.effect = Effect.NOTED


def note_to_buyer(work: Work, change: NoteToBuyer) -> None:
    """A word of the merchant's; the promise of the next one replaces that of the note before."""
    work.note = change.text
    if any(e.kind is work.kind and e.occurred_at == work.occurred_at and e.note == change.text for e in work.timeline):
        work.repeats = work.first_said(
            lambda entry: entry.occurred_at == work.occurred_at and entry.note == change.text
        )
        return
    newest = work.newest()
    if newest is None or newest.occurred_at <= work.occurred_at:
        work.note_promise_at = change.next_update_at


def _report(work: Work, change: DelayAnnounced | ProblemReported, acting_party: ActingParty, *, delay: bool) -> None:
    work.line_ids, work.parcel_id = known_lines(work, change.line_ids), change.parcel_id
    work.subject_id, work.note, work.reason = change.problem_id, change.what_happened, change.reason
    if change.parcel_id:
        parcel_at(work, change.parcel_id)
    for known in work.problems:
        if known.problem_id == change.problem_id:
            _reported_again(work, known, change, delay)
            return
    _check_next_word(work, change)
    work.problems = (
        *work.problems,
        Problem(
            change.problem_id,
            work.occurred_at,
            delay,
            change.line_ids,
            change.parcel_id,
            change.what_happened,
            change.what_we_do,
            change.reason,
            acting_party,
            change.next_update_at,
        ),
    )


def _reported_again(work: Work, known: Problem, change: DelayAnnounced | ProblemReported, delay: bool) -> None:
    first = work.first_said(lambda entry: entry.subject_id == known.problem_id)
    told = {entry.note for entry in work.timeline if entry.sequence == first}
    same = (known.delay, known.line_ids, known.parcel_id, known.reason) == (
        delay,
        change.line_ids,
        change.parcel_id,
        change.reason,
    )
    if not same or change.what_happened not in told:
        raise DuplicateId(
            work.path("problem_id"),
            f"{known.problem_id!r} is known with other content",
            "send problem_updated for news of it, or choose another problem_id for another problem",
            known.problem_id,
        )
    work.repeats = first


def _check_next_word(work: Work, change: DelayAnnounced | ProblemReported | ProblemUpdated) -> None:
    if change.next_update_at <= work.occurred_at:
        raise BadField(
            work.path("next_update_at"),
            "the next word would come before this one",
            "send a time after occurred_at",
            change.problem_id,
        )


def _problem_at(work: Work, problem_id: str) -> int:
    for index, problem in enumerate(work.problems):
        if problem.problem_id == problem_id:
            return index
    raise UnknownProblem(
        work.path("problem_id"),
        f"no problem or delay {problem_id!r} was reported",
        "send problem_reported or delay_announced first",
        problem_id,
    )
