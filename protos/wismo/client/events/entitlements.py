"""Downloads and access to private sites."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from wismo.client.events.envelope import event, ids
from wismo.client.values import moment, secret, span
from wismo.client.vocabulary import EventSource, Platform, number
from wismo.orders.v1.entitlement_pb2 import DownloadFile
from wismo.orders.v1.fulfilment_event_pb2 import (
    AccessGranted,
    AccessRevoked,
    AccessUsed,
    DownloadReady,
    DownloadRenewed,
    DownloadRevoked,
    DownloadTaken,
    FulfilmentEvent,
)


def file(
    file_id: str,
    file_name: str,
    *,
    local_path: str = "",
    signed_url: str = "",
    size_bytes: int = 0,
    sha256: str = "",
    platform: Platform | str | None = None,
) -> DownloadFile:
    """A file to download, from exactly one of ``local_path`` (below the page's downloads folder) and ``signed_url``
    (https).

    ``size_bytes``: 0 is not known. ``sha256``: 64 lower-case hexadecimal digits. ``platform``: so that the right
    steps are shown.
    """
    result = DownloadFile(
        file_id=file_id,
        file_name=file_name,
        local_path=local_path,
        signed_url=signed_url,
        size_bytes=size_bytes,
        sha256=sha256,
    )
    result.platform = number(Platform, platform, "platform")
    return result


def download_ready(
    line_id: str,
    files: Iterable[DownloadFile],
    *,
    licence_key: str | None = None,
    allowed_count: int = 0,
    expires_at: datetime | None = None,
    expires_after_first: timedelta | None = None,
    occurred_at: datetime | None = None,
    source: EventSource | str | None = None,
) -> FulfilmentEvent:
    """Files can be downloaded; make them with ``events.file``.

    ``licence_key`` is sealed. ``allowed_count``: how often each file may be downloaded, 0 is as often as they like.
    ``expires_at``: until when; ``expires_after_first``: how long after the first download.
    """
    body = DownloadReady(
        line_id=line_id,
        files=files,
        licence_key=secret(licence_key),
        allowed_count=allowed_count,
        expires_at=moment(expires_at, "expires_at"),
        expires_after_first=span(expires_after_first, "expires_after_first"),
    )
    return event("download_ready", body, occurred_at, source)


def download_renewed(
    line_id: str,
    *,
    expires_at: datetime | None = None,
    by_buyer: bool = False,
    occurred_at: datetime | None = None,
    source: EventSource | str | None = None,
) -> FulfilmentEvent:
    """A download starts afresh with a new count. ``expires_at``: until when now; unset: as long again as it was."""
    body = DownloadRenewed(line_id=line_id, expires_at=moment(expires_at, "expires_at"), by_buyer=by_buyer)
    return event("download_renewed", body, occurred_at, source)


def download_revoked(
    line_id: str, *, reason: str = "", occurred_at: datetime | None = None, source: EventSource | str | None = None
) -> FulfilmentEvent:
    """A download was taken back; ``reason`` in the buyer's language."""
    return event("download_revoked", DownloadRevoked(line_id=line_id, reason=reason), occurred_at, source)


def download_taken(
    line_id: str, file_id: str, *, occurred_at: datetime | None = None, source: EventSource | str | None = None
) -> FulfilmentEvent:
    """The buyer started a download. For the status page; a backend's key is refused."""
    return event("download_taken", DownloadTaken(line_id=line_id, file_id=file_id), occurred_at, source)


def access_granted(
    line_id: str,
    *,
    login_url: str,
    code: str,
    username: str = "",
    case_sensitive: bool = False,
    expires_at: datetime | None = None,
    steps: Iterable[str] | None = None,
    occurred_at: datetime | None = None,
    source: EventSource | str | None = None,
) -> FulfilmentEvent:
    """Access was given. ``code`` (access code or password) is sealed by the server, and shown to the buyer only.

    ``username``: empty when the code alone is enough. ``case_sensitive``: the buyer is told so out loud. ``steps``:
    your own, at most 12, in the buyer's language; none: Wismo's plain ones.
    """
    body = AccessGranted(
        line_id=line_id,
        login_url=login_url,
        username=username,
        code=secret(code),
        case_sensitive=case_sensitive,
        expires_at=moment(expires_at, "expires_at"),
        steps=ids(steps, "steps"),
    )
    return event("access_granted", body, occurred_at, source)


def access_revoked(
    line_id: str, *, reason: str = "", occurred_at: datetime | None = None, source: EventSource | str | None = None
) -> FulfilmentEvent:
    """Access was taken back; ``reason`` in the buyer's language."""
    return event("access_revoked", AccessRevoked(line_id=line_id, reason=reason), occurred_at, source)


def access_used(
    line_id: str, *, occurred_at: datetime | None = None, source: EventSource | str | None = None
) -> FulfilmentEvent:
    """The buyer used an access for the first time: the first login, the first lesson. Until then they are reminded of
    it.
    """
    return event("access_used", AccessUsed(line_id=line_id), occurred_at, source)
