"""The watchdog's word, and how long its promise of the next one is open."""

from datetime import datetime

from orders.domain.changes.care import StillWithYou
from orders.domain.folding.work import Work, known_lines, parcel_at
from orders.domain.vocabulary import Effect, OrderState, QuestionState

_OVER = frozenset({OrderState.COMPLETE, OrderState.RETURNED, OrderState.CANCELLED})


def still_with_you(work: Work, change: StillWithYou) -> None:
    """The buyer was told what is known. Its promise of the next word replaces that of the word before; one that was
    told earlier than the newest, or once nothing more is owed, joins the timeline only.

    A promise that a note or a problem made stands beside it.
    """
    work.line_ids, work.parcel_id = known_lines(work, change.line_ids), change.parcel_id
    work.subject_id = change.message_id
    if change.parcel_id:
        parcel_at(work, change.parcel_id)
    said = [e for e in work.timeline if e.kind is work.kind]
    same = [entry.sequence for entry in said if entry.subject_id == change.message_id]
    if same:
        work.repeats = min(same)
        return
    if any(entry.occurred_at > work.occurred_at for entry in said) or _nothing_is_owed(work, work.order.state):
        work.effect = Effect.NOTED
        return
    work.watch_promise_at = change.next_update_at


def open_promise(work: Work, state: OrderState) -> datetime | None:
    """The watchdog's promise, if it is still open in an order of this state: until everything has reached the buyer and
    nothing is asked or wrong, or until there is nobody left to be told.
    """
    if work.watch_promise_at is None or _nothing_is_owed(work, state):
        return None
    return work.watch_promise_at


def _nothing_is_owed(work: Work, state: OrderState) -> bool:
    if work.erase_time is not None:
        return True
    return (
        state in _OVER
        and all(problem.resolved_at for problem in work.problems)
        and all(question.state is not QuestionState.OPEN for question in work.questions)
    )
