"""A message that failed or came back, with no way left: the merchant is told at once (rule 5). A silence of its own."""

from collections.abc import Iterator

from notifier.care.facts import Facts, Verdict, owe, void
from notifier.care.notices import CARE, ESCALATION
from notifier.care.obligations import Kind, Obligation, State, Step
from notifier.care.owed import silence
from notifier.care.watch import AttentionKind, Failed
from notifier.care.words import Word, to_team

PREFIX = "message"


def owed(facts: Facts) -> Iterator[Obligation]:
    """For each message that failed, and that nothing has replaced."""
    for one in facts.watch.failed:
        if one.at > facts.now:
            continue
        escalate_at = one.at + facts.policies.escalate_after
        yield owe(
            Kind.SILENCE,
            cause_of(one, facts.order.name),
            one.at,
            one.at,
            (Step.REMIND, one.at),
            (Step.ESCALATE, escalate_at),
        )


def verdict(obligation: Obligation, facts: Facts, wanted: Obligation | None) -> Verdict | None:
    """Over once a later message has arrived, or the same one was sent again."""
    if not is_failure(obligation):
        return None
    later = next((one for one in facts.accepted if one.accepted_at > obligation.made_at), None)
    if later is not None:
        return Verdict(State.KEPT_LATE, later.accepted_at, later.message_id)
    return void(facts.now, "sent again") if wanted is None else None


def words(obligation: Obligation, step: Step, facts: Facts) -> Iterator[Word]:
    """One alert for all that fail in a row; the silence's own words otherwise."""
    if not is_failure(obligation):
        yield from silence.words(obligation, step, facts)
    elif step == Step.ESCALATE or not _told_already(obligation, facts):
        recipient = ESCALATION if step == Step.ESCALATE else CARE
        subject = facts.order.name + obligation.cause.removeprefix(PREFIX)
        yield to_team(obligation, step, facts, AttentionKind.MESSAGE_FAILED, subject, recipient=recipient)


def is_failure(obligation: Obligation) -> bool:
    """Whether it stands for a message that failed, not for the silence itself."""
    return obligation.kind == Kind.SILENCE and obligation.cause.startswith(PREFIX)


def cause_of(failure: Failed, order: str) -> str:
    """The cause of the obligation that stands for it. The order's name stands in the obligation's own key already."""
    return PREFIX + failure.message_id.removeprefix(order)


def _told_already(obligation: Obligation, facts: Facts) -> bool:
    others = (one for one in facts.watch.obligations if is_failure(one) and one.key != obligation.key)
    return any(step.step == Step.REMIND and step.message_id for one in others for step in one.steps)
