"""Downloads and accesses."""

from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from orders.domain.changes.entitlement import (
    AccessGranted,
    AccessRevoked,
    AccessUsed,
    DownloadReady,
    DownloadRenewed,
    DownloadRevoked,
    DownloadTaken,
)
from orders.domain.entitlement import Access, Download, Trial
from orders.domain.errors import BadField, IllegalMove, RenewalsUsedUp, UnknownFile
from orders.domain.folding.work import Work, movable_line
from orders.domain.vocabulary import Effect, EventSource, LineState

Right = TypeVar("Right", Download, Access, Trial)


def download_ready(work: Work, change: DownloadReady) -> None:
    """Gives the right, or a new issue of it when there is one: new files, new counts.

    With a licence key it is never a repeat: a sealed key never looks the same twice, and swallowing a right one is
    worse than telling a buyer twice.
    """
    work.line_ids = (movable_line(work, change.line_id).line_id,)
    _check_later(work, "expires_at", change.expires_at)
    known = right_of(work.downloads, change.line_id)
    new = Download(
        change.line_id,
        change.files,
        work.occurred_at,
        change.licence_key,
        change.allowed_count,
        change.expires_at,
        change.expires_after_first,
        issued_at=work.occurred_at,
    )
    if known:
        if change.licence_key is None and known.revoked_at is None and _same_terms(known, new):
            work.repeats = work.first_said(lambda entry: change.line_id in entry.line_ids)
            return
        new = replace(new, issue=known.issue + 1, renewals_used=known.renewals_used)
    work.downloads = with_right(work.downloads, new)


def download_renewed(work: Work, change: DownloadRenewed) -> None:
    """A new issue: counts start afresh. The buyer may do it as often as the policy says, the merchant as often as it
    likes.
    """
    renewals = work.policy.download_renewals
    work.line_ids = (movable_line(work, change.line_id).line_id,)
    _check_later(work, "expires_at", change.expires_at)
    known = _held(work, work.downloads, change.line_id, "download_ready")
    by_buyer = change.by_buyer or work.source is EventSource.BUYER
    if by_buyer and known.renewals_used >= renewals:
        raise RenewalsUsedUp(
            work.path("line_id"),
            f"the buyer has renewed the download {known.renewals_used} times, and the policy allows {renewals}",
            "send it with by_buyer false, or raise policies.download_renewals",
            change.line_id,
        )
    expires_at = change.expires_at
    if expires_at is None and known.expires_at is not None:
        expires_at = work.occurred_at + (known.expires_at - (known.issued_at or known.ready_at))
    work.change = DownloadRenewed(change.line_id, expires_at, by_buyer)
    renewed = replace(
        known,
        expires_at=expires_at,
        first_taken_at=None,
        taken_count=0,
        renewals_used=known.renewals_used + by_buyer,
        issue=known.issue + 1,
        issued_at=work.occurred_at,
    )
    work.downloads = with_right(work.downloads, renewed)


def download_revoked(work: Work, change: DownloadRevoked) -> None:
    """Takes the right back."""
    work.note, work.line_ids = change.reason, (change.line_id,)
    known = right_of(work.downloads, change.line_id)
    if known and known.revoked_at:
        work.repeats = work.first_said(lambda entry: change.line_id in entry.line_ids)
        return
    movable_line(work, change.line_id)
    revoked = replace(_held(work, work.downloads, change.line_id, "download_ready"), revoked_at=work.occurred_at)
    work.downloads = with_right(work.downloads, revoked)


def download_taken(work: Work, change: DownloadTaken) -> None:
    """A fact from outside: what was started under an older issue, or reported after the right was taken back, is noted
    only.
    """
    line = movable_line(work, change.line_id)
    work.line_ids, work.subject_id = (change.line_id,), change.file_id
    known = _held(work, work.downloads, change.line_id, "download_ready")
    names = [file.file_name for file in known.files if file.file_id == change.file_id]
    said = [
        e
        for e in work.timeline
        if e.kind is work.kind and e.line_ids == work.line_ids and e.subject_id == change.file_id
    ]
    if any(entry.occurred_at == work.occurred_at for entry in said):
        work.repeats = min(entry.sequence for entry in said if entry.occurred_at == work.occurred_at)
        return
    older = known.issued_at is not None and work.occurred_at < known.issued_at
    if line.state is not LineState.READY or older:
        work.effect = Effect.NOTED
        return
    if not names:
        files = ", ".join(file.file_id for file in known.files)
        raise UnknownFile(
            work.path("file_id"),
            f"the download has no file {change.file_id!r}",
            f"name one of its files ({files})",
            change.line_id,
        )
    work.note = names[0]
    first = min(work.occurred_at, known.first_taken_at or work.occurred_at)
    work.downloads = with_right(work.downloads, replace(known, first_taken_at=first, taken_count=known.taken_count + 1))


def access_granted(work: Work, change: AccessGranted) -> None:
    """Gives access, or other access than before. With a code it is never a repeat, as with a licence key."""
    work.line_ids = (movable_line(work, change.line_id).line_id,)
    _check_later(work, "expires_at", change.expires_at)
    new = Access(
        change.line_id,
        change.login_url,
        work.occurred_at,
        change.username,
        change.code,
        change.case_sensitive,
        change.expires_at,
        change.steps,
    )
    known = right_of(work.accesses, change.line_id)
    if known and change.code is None and known == replace(new, granted_at=known.granted_at, used_at=known.used_at):
        work.repeats = work.first_said(lambda entry: change.line_id in entry.line_ids)
        return
    work.accesses = with_right(work.accesses, new)


def access_revoked(work: Work, change: AccessRevoked) -> None:
    """Takes access back."""
    work.note, work.line_ids = change.reason, (change.line_id,)
    known = right_of(work.accesses, change.line_id)
    if known and known.revoked_at:
        work.repeats = work.first_said(lambda entry: change.line_id in entry.line_ids)
        return
    movable_line(work, change.line_id)
    revoked = replace(_held(work, work.accesses, change.line_id, "access_granted"), revoked_at=work.occurred_at)
    work.accesses = with_right(work.accesses, revoked)


def access_used(work: Work, change: AccessUsed) -> None:
    """A fact from outside: the earliest use stands. A use from before this access was given, or reported after it was
    taken back, is noted only.
    """
    line = movable_line(work, change.line_id)
    work.line_ids = (change.line_id,)
    known = _held(work, work.accesses, change.line_id, "access_granted")
    said = [e for e in work.timeline if e.kind is work.kind and e.line_ids == work.line_ids]
    same = [entry.sequence for entry in said if entry.occurred_at == work.occurred_at]
    if same:
        work.repeats = min(same)
        return
    if line.state is not LineState.GRANTED or work.occurred_at < known.granted_at:
        work.effect = Effect.NOTED
        return
    if known.used_at is not None and known.used_at < work.occurred_at:
        work.repeats = min(entry.sequence for entry in said if entry.occurred_at == known.used_at)
        return
    work.accesses = with_right(work.accesses, replace(known, used_at=work.occurred_at))


def right_of(rights: tuple[Right, ...], line_id: str) -> Right | None:
    """The right of a line, if it has one."""
    return next((right for right in rights if right.line_id == line_id), None)


def with_right(rights: tuple[Right, ...], new: Right) -> tuple[Right, ...]:
    """The rights with the one of its line replaced, or added."""
    after: list[Right] = [new if right.line_id == new.line_id else right for right in rights]
    if right_of(rights, new.line_id) is None:
        after.append(new)
    return tuple(after)


def _held(work: Work, rights: tuple[Right, ...], line_id: str, first: str) -> Right:
    right = right_of(rights, line_id)
    if right is None:
        raise IllegalMove(
            work.path("line_id"),
            f"line {line_id!r} was cancelled before",
            f"send {first} first",
            line_id,
            LineState.CANCELLED,
            work.kind,
        )
    return right


def _check_later(work: Work, field: str, at: datetime | None) -> None:
    if at is not None and at <= work.occurred_at:
        raise BadField(
            work.path(field), "it is not later than the event itself", "send a time after occurred_at, or none"
        )


def _same_terms(known: Download, new: Download) -> bool:
    return (
        known.licence_key is None
        and (known.files, known.allowed_count) == (new.files, new.allowed_count)
        and (known.expires_at, known.expires_after_first) == (new.expires_at, new.expires_after_first)
    )
