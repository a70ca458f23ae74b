"""The buyer is reminded, once, of what was never used and of what is about to end."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from notifier.care.facts import Facts, Verdict, earliest, owe, void
from notifier.care.moments import before_night, instant, maybe
from notifier.care.obligations import Kind, Obligation, State, Step
from notifier.care.words import About, Word, to_buyer
from notifier.planning.kinds import MessageKind
from wismo.orders.v1 import entitlement_pb2

LATEST = timedelta(hours=12)
"""A reminder that could not be sent within this time is not sent any more."""
_UNUSED = "unused"
_EXPIRY = "expiry"
_ENDING = "ending"
_KINDS = {
    ("download", _UNUSED): MessageKind.DOWNLOAD_UNUSED,
    ("download", _EXPIRY): MessageKind.DOWNLOAD_EXPIRING,
    ("access", _UNUSED): MessageKind.ACCESS_UNUSED,
    ("access", _EXPIRY): MessageKind.ACCESS_EXPIRING,
    ("trial", _ENDING): MessageKind.TRIAL_ENDING,
}


def owed(facts: Facts) -> Iterator[Obligation]:
    """For downloads and accesses that were never used, and trials that end without a charge."""
    if not facts.has_address:
        return
    for download in facts.order.downloads:
        if not (download.HasField("revoked_at") or download.HasField("first_taken_at") or download.taken_count):
            since = maybe(download, "issued_at") or instant(download.ready_at)
            name = f"download/{download.line_id}"
            yield from _of(name, f"@{download.issue}", since, maybe(download, "expires_at"), facts)
    for access in facts.order.accesses:
        if not (access.HasField("revoked_at") or access.HasField("used_at")):
            name, since = f"access/{access.line_id}", instant(access.granted_at)
            yield from _of(name, "", since, maybe(access, "expires_at"), facts)
    for trial in facts.order.trials:
        priced = trial.HasField("charge_at") or trial.price_after.units or trial.price_after.nanos
        if not (priced or trial.HasField("cancelled_at") or trial.HasField("charged_at")):
            made, ends = instant(trial.started_at), instant(trial.ends_at)
            yield _expiry(f"trial/{trial.line_id}/{_ENDING}", made, ends, facts)


def verdict(obligation: Obligation, facts: Facts, wanted: Obligation | None) -> Verdict | None:
    """Kept by its use, or by the reminder; what ended without ever being used is broken."""
    told = next((one for one in facts.accepted if one.about == obligation.cause), None)
    reminded = None
    if told is not None and obligation.cause.partition("@")[0].endswith((_UNUSED, _ENDING)):
        reminded = Verdict(State.KEPT, told.accepted_at, told.message_id)
    used = _used_at(obligation, facts) if wanted is None else None
    gone = None
    if wanted is None:
        gone = Verdict(State.KEPT, used, "used") if used else void(facts.at, "taken back")
    over = None
    if facts.now >= obligation.due_at + LATEST:
        over = Verdict(State.BROKEN, obligation.due_at + LATEST, "not told in time")
    if obligation.cause.partition("@")[0].endswith(_EXPIRY) and facts.now >= obligation.due_at:
        over = Verdict(State.BROKEN, obligation.due_at, "never used")
    return earliest(reminded, gone, over)


def words(obligation: Obligation, step: Step, facts: Facts) -> Iterator[Word]:
    """The reminder, with when it ends. Its last step only looks how it went."""
    if step != Step.DUE:
        return
    kind, line_id, _ = obligation.cause.split("/", 2)
    which = obligation.cause.partition("@")[0].rpartition("/")[2]
    about = About((line_id,), ends_at=_ends_at(kind, line_id, facts))
    yield to_buyer(obligation, step, facts, _KINDS[kind, which], about)


def _of(name: str, issue: str, since: datetime, ends: datetime | None, facts: Facts) -> Iterator[Obligation]:
    due = since + facts.policies.unused_after
    # Shortly before its end one word is enough.
    if ends is None or due < ends - facts.policies.expiry_notice:
        speak_at = before_night(due, facts.zone, facts.order.name, since)
        yield owe(
            Kind.REMINDER, f"{name}/{_UNUSED}{issue}", since, due, (Step.DUE, speak_at), (Step.ESCALATE, due + LATEST)
        )
    if ends is not None:
        yield _expiry(f"{name}/{_EXPIRY}{issue}", since, ends, facts)


def _expiry(cause: str, since: datetime, ends: datetime, facts: Facts) -> Obligation:
    at = max(ends - facts.policies.expiry_notice, since + (ends - since) / 2)
    speak_at = before_night(at, facts.zone, facts.order.name, since)
    return owe(Kind.REMINDER, cause, since, ends, (Step.DUE, speak_at), (Step.ESCALATE, ends))


def _used_at(obligation: Obligation, facts: Facts) -> datetime | None:
    kind, line_id, _ = obligation.cause.split("/", 2)
    if kind == "download":
        download = _download(line_id, facts)
        taken = maybe(download, "first_taken_at") if download is not None else None
        return taken or (facts.at if download is not None and download.taken_count else None)
    if kind == "access":
        access = next((one for one in facts.order.accesses if one.line_id == line_id), None)
        return maybe(access, "used_at") if access is not None else None
    return None


def _ends_at(kind: str, line_id: str, facts: Facts) -> datetime | None:
    if kind == "trial":
        return next((instant(one.ends_at) for one in facts.order.trials if one.line_id == line_id), None)
    rights = facts.order.downloads if kind == "download" else facts.order.accesses
    return next((maybe(one, "expires_at") for one in rights if one.line_id == line_id), None)


def _download(line_id: str, facts: Facts) -> entitlement_pb2.Download | None:
    return next((one for one in facts.order.downloads if one.line_id == line_id), None)
