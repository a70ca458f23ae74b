"""The status page, the processes behind it and the inbox, over HTTP; and by the way the clocks."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException

from wismo.cli.configuration import Configuration
from wismo.cli.doctor.finding import Finding, fail, ok, warn

_WAIT = 5.0
_SKEW_SECONDS = 5.0
_REFUSED_SECONDS = 600.0  # Events further ahead than this are refused.
_BODY = 2_000
_WATCHED_BY = {"notifier", "watchdog"}  # The processes in which the watchdog may live.


def check(configuration: Configuration) -> Iterator[Finding]:
    """Whatever has an address."""
    if configuration.page_url:
        yield from _page(configuration.page_url.rstrip("/"))
    else:
        yield warn("status page", "address not known", "Set page_url in .wismo/cli.json, or WISMO_PAGE_URL.")
    for name, address in sorted(configuration.extra.items()):
        if name.startswith("ops.") and address:
            yield from _process(name.removeprefix("ops."), f"http://{address}/readyz")
    if configuration.inbox_url:
        status, text, _ = _get(configuration.inbox_url)
        if status is None:
            yield fail("inbox", f"{configuration.inbox_url}: {text}", "Is the stack running (`make run`)?")
        else:
            yield ok("inbox", f"{configuration.inbox_url} answers")


def _page(url: str) -> Iterator[Finding]:
    status, text, date = _get(f"{url}/readyz")
    if status is None:
        yield fail("status page", f"{url}: {text}", "Is the status page running, and is page_url right?")
    elif status == 200:
        yield ok("status page", f"{url} is ready")
    else:
        yield fail("status page", f"{url}/readyz answers {status}: {text}", "What it waits for stands beside it.")
    if date is not None:
        yield clock(date, datetime.now(UTC))


def _process(process: str, url: str) -> Iterator[Finding]:
    """A process of the stack, by its operations port: an address of one run, so silence may only mean that it has
    ended. The watchdog has no port where it lives in the notifier; its heartbeat is one of the notifier's checks.
    """
    name = f"{process} process"
    status, text, _ = _get(url)
    if status is None:
        yield warn(name, f"{url}: {text}", "Is the stack running (`make run`)?")
        return
    if status == 200:
        yield ok(name, "ready")
    else:
        yield fail(name, f"not ready: {text}", "What it waits for stands beside it.")
    if process in _WATCHED_BY:
        yield watchdog(status, text)


def watchdog(status: int, text: str) -> Finding:
    """Whether the watchdog's heart beats, as /readyz of the process in which it lives says."""
    try:
        failing = json.loads(text).get("failing", {})
    except (ValueError, AttributeError):
        failing = {}
    beats = {name: why for name, why in failing.items() if "watchdog" in name}
    if beats:
        told = "; ".join(str(why) for why in beats.values())
        return fail("watchdog", told, "Nobody is told of silence until it ticks again; see the notifier's log.")
    if status == 200:
        return ok("watchdog", "its heart beats")
    return warn("watchdog", "not told", "The process in which it lives is not ready; mend that first.")


def clock(server: datetime, here: datetime) -> Finding:
    """HTTP dates have whole seconds, so a second of difference says nothing."""
    seconds = (here - server).total_seconds()
    if abs(seconds) <= _SKEW_SECONDS:
        return ok("clock", f"within {_SKEW_SECONDS:.0f} s of the server's")
    side = "ahead of" if seconds > 0 else "behind"
    advice = "Set this machine's clock by NTP; events further than 10 minutes ahead are refused."
    finding = fail if seconds > _REFUSED_SECONDS else warn
    return finding("clock", f"{abs(seconds):.0f} s {side} the server's", advice)


def _get(url: str) -> tuple[int | None, str, datetime | None]:
    """Status, the beginning of the body or what went wrong, and the server's date."""
    if not url.startswith(("http://", "https://")):
        return None, "is no http address", None
    try:
        with urllib.request.urlopen(url, timeout=_WAIT) as answer:  # noqa: S310 - the scheme is checked above.
            return (
                answer.status,
                answer.read(_BODY).decode("utf-8", "replace").strip(),
                _date(answer.headers.get("Date")),
            )
    except urllib.error.HTTPError as error:
        with error:
            text = error.read(_BODY).decode("utf-8", "replace").strip()
            return error.code, text, _date(error.headers.get("Date"))
    except (OSError, HTTPException, ValueError) as error:
        return None, str(getattr(error, "reason", error)), None


def _date(header: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(header) if header else None
    except ValueError:
        return None
