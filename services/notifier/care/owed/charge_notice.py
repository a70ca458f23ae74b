"""A charge is announced in time, or the merchant is told that it must not be made (rule 6, row M9)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from notifier.care.facts import Facts, Verdict, owe
from notifier.care.moments import before_night, instant, maybe, named
from notifier.care.notices import CARE, ESCALATION
from notifier.care.obligations import Kind, Obligation, State, Step
from notifier.care.watch import AttentionKind, Told
from notifier.care.words import About, Word, to_buyer, to_team
from notifier.planning.kinds import MessageKind
from wismo.orders.v1 import entitlement_pb2, order_pb2
from wismo.orders.v1 import fulfilment_event_pb2 as events

AHEAD = timedelta(hours=1)
"""How long before the last moment the notice leaves: still on day 7, the one that suits all card schemes."""
BEFORE_THE_CHARGE = timedelta(hours=24)
"""When whoever stands above is told of a charge that must not be made, and the team of allowance that is left."""
_GRACE = timedelta(minutes=15)
_SHORT = timedelta(hours=1)
_ALLOWANCE = "/allowance"
_BACK = "/back-"


def charge_of(trial: entitlement_pb2.Trial) -> datetime | None:
    """When the next charge comes: as announced, else at the end of a trial that has a price."""
    if trial.HasField("cancelled_at"):
        return None
    if trial.HasField("charge_at"):
        return instant(trial.charge_at)
    priced = trial.HasField("price_after") and (trial.price_after.units or trial.price_after.nanos)
    return instant(trial.ends_at) if priced and not trial.HasField("charged_at") else None


def owed(facts: Facts) -> Iterator[Obligation]:
    """For each charge that is coming; with allowance, that none of it is left as well."""
    for trial in facts.order.trials:
        charge_at = charge_of(trial)
        if charge_at is None:
            continue
        # What came back was no notice: it is owed anew.
        made, cause = _made_at(trial, facts), _cause(trial, charge_at)
        announced = _announced(trial.line_id, facts, made)
        back = [one.bounced_at for one in facts.accepted if one.bounced_at and _tells(one, cause, announced)]
        for number, again in enumerate([made, *(at for at in back if at <= facts.now)]):
            yield _notice(f"{cause}{_BACK}{number}" if number else cause, max(made, again), charge_at, trial, facts)
        if trial.allowance_total:
            at = max(charge_at - BEFORE_THE_CHARGE, made)
            yield owe(Kind.CHARGE_NOTICE, cause + _ALLOWANCE, made, at, (Step.REMIND, at))


def verdict(obligation: Obligation, facts: Facts, wanted: Obligation | None) -> Verdict | None:
    """Kept by a notice that was accepted in time. One that was accepted late mends nothing: it is judged at the end."""
    trial = _trial(obligation, facts)
    if trial is None:
        return Verdict(State.VOID, facts.at, "the trial is gone")
    accepted = _accepted_at(obligation, trial, facts, stands=wanted is not None)
    if wanted is None and accepted is not None and accepted[0] > facts.at:
        accepted = None  # Told after the event that ended it: that is news of what came instead.
    if accepted is not None and accepted[0] <= obligation.due_at:
        return Verdict(State.KEPT, *accepted)
    return _at_the_end(obligation, trial, facts, accepted) if wanted is None else None


def words(obligation: Obligation, step: Step, facts: Facts) -> Iterator[Word]:
    """The notice to the buyer; to the team, that the charge must not be made, or that allowance is left."""
    trial = _trial(obligation, facts)
    charge_at = charge_of(trial) if trial is not None else None
    if trial is None or charge_at is None or (step == Step.DUE and not facts.has_address):
        return
    amount = trial.charge_amount if trial.HasField("charge_amount") else trial.price_after
    about = About((trial.line_id,), ends_at=maybe(trial, "ends_at"))
    if step == Step.DUE:
        word = to_buyer(obligation, step, facts, MessageKind.CHARGE_COMING, about)
    else:
        recipient = ESCALATION if step == Step.ESCALATE else CARE
        word = to_team(obligation, step, facts, AttentionKind.CHARGE, trial.line_id, about, recipient)
    word.notice.charge_at.FromDatetime(charge_at)
    word.notice.amount.CopyFrom(amount)
    yield word


def _at_the_end(
    obligation: Obligation, trial: entitlement_pb2.Trial, facts: Facts, accepted: tuple[datetime, str] | None
) -> Verdict:
    """The charge was made, or does not come any more."""
    charged, cancelled = maybe(trial, "charged_at"), maybe(trial, "cancelled_at")
    if cancelled is not None:
        return Verdict(State.VOID, cancelled, "cancelled")
    if charged is not None and charged >= obligation.made_at:
        return Verdict(State.KEPT_LATE, *accepted) if accepted else Verdict(State.BROKEN, charged, "charged")
    return Verdict(State.SUPERSEDED, facts.at, "another charge")


def _notice(cause: str, made: datetime, charge_at: datetime, trial: entitlement_pb2.Trial, facts: Facts) -> Obligation:
    # For a trial that is shorter than the notice: at once, and then nothing is late.
    due = max(charge_at - facts.policies.charge_notice, instant(trial.started_at) + _SHORT)
    speak_at = before_night(due - AHEAD, facts.zone, facts.order.name, made)
    return owe(
        Kind.CHARGE_NOTICE,
        cause,
        made,
        due,
        # A charge that was announced just now is told by that event's own message.
        (Step.DUE, max(speak_at, made + _GRACE)),
        (Step.REMIND, max(due, made)),
        (Step.ESCALATE, max(charge_at - BEFORE_THE_CHARGE, due, made)),
    )


def _cause(trial: entitlement_pb2.Trial, charge_at: datetime) -> str:
    amount = trial.charge_amount if trial.HasField("charge_amount") else trial.price_after
    return f"line/{trial.line_id}@{named(charge_at)}/{amount.currency_code}{amount.units}.{amount.nanos:09d}"


def _trial(obligation: Obligation, facts: Facts) -> entitlement_pb2.Trial | None:
    line_id = obligation.cause.partition("/")[2].partition("@")[0]
    return next((one for one in facts.order.trials if one.line_id == line_id), None)


def _made_at(trial: entitlement_pb2.Trial, facts: Facts) -> datetime:
    announced = _announcements(trial.line_id, facts)
    return max((instant(one.recorded_at) for one in announced), default=instant(trial.started_at))


def _announcements(line_id: str, facts: Facts) -> list[order_pb2.TimelineEntry]:
    return [one for one in facts.entries(events.CHANGE_KIND_CHARGE_COMING) if line_id in one.line_ids]


def _announced(line_id: str, facts: Facts, made_at: datetime, *, stands: bool = False) -> set[int]:
    """The events that announced the charge of an obligation made at this time: each of its repeats while it stands."""
    every = _announcements(line_id, facts)
    first = max((number for number, one in enumerate(every) if instant(one.recorded_at) <= made_at), default=None)
    if first is None:
        return set()
    return {one.sequence for one in (every[first:] if stands else every[first : first + 1])}


def _accepted_at(
    obligation: Obligation, trial: entitlement_pb2.Trial, facts: Facts, *, stands: bool
) -> tuple[datetime, str] | None:
    """When the earliest notice of this very charge was accepted, and by which message; or the allowance was used up."""
    if obligation.cause.endswith(_ALLOWANCE):
        return (facts.at, "used up") if trial.allowance_used >= trial.allowance_total else None
    announced = _announced(trial.line_id, facts, obligation.made_at, stands=stands)
    told = (one for one in facts.accepted if _tells(one, obligation.cause, announced))
    first = next((one for one in told if one.accepted_at >= obligation.made_at), None)
    return (first.accepted_at, first.message_id) if first else None


def _tells(told: Told, cause: str, announced: set[int]) -> bool:
    if told.about:
        return told.about.partition(_BACK)[0] == cause.partition(_BACK)[0]
    return not announced.isdisjoint(told.sequences)
