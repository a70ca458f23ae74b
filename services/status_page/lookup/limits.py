"""How often anybody may look up: counted per network address and per order, for all processes together."""

import hashlib
import ipaddress

from flask import Flask, request
from flask_limiter import Limiter, RequestLimit

from chassis.logs import get_logger
from status_page.lookup.keys import folded

_log = get_logger(__name__)

PER_ADDRESS = "30 per 10 minutes"
PER_ORDER = "10 per 10 minutes"
LINKS_PER_ADDRESS = "10 per hour"
LINKS_PER_ORDER = "4 per hour"


def by_address() -> str:
    """The network of whoever asks. All of an IPv6 subscriber's addresses are one."""
    given = request.remote_addr or "unknown"
    try:
        address = ipaddress.ip_address(given)
    except ValueError:
        return given
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def by_reference() -> str:
    """The order that is asked for, as a hash: what is typed into the form may be anything."""
    return hashlib.sha256(folded(request.form.get("reference", "")[:320]).encode()).hexdigest()[:24]


_LIMITED = frozenset({"lookup", "questions", "care_desk"})


class _LookupLimiter(Limiter):
    """Looks at a few blueprints' routes alone: on every other page the check would cost a tenth of the answer."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        # Should this name ever change in the library, every page is checked again, which costs time and nothing else.
        if request.blueprint in _LIMITED:
            super()._check_request_limit(callable_name, in_middleware)


# Fixed windows: the one strategy whose storage updates by `_id` alone, so that no hit costs more for the others.
limiter = _LookupLimiter(
    by_address,
    strategy="fixed-window",
    headers_enabled=False,
    swallow_errors=False,
    # With the database down a look-up cannot work anyway; counting in memory keeps the answer "outage" and not "error".
    in_memory_fallback_enabled=True,
    in_memory_fallback=[PER_ADDRESS],
    on_breach=lambda limit: _noted(limit),  # noqa: PLW0108  # Looked up late, so that it may stand below.
)


def install(app: Flask, storage_url: str, database: str) -> None:
    """Count in the collections `limits_counters` and `limits_windows` of the page's database."""
    app.config["RATELIMIT_STORAGE_URI"] = storage_url
    if storage_url.startswith("mongodb"):
        app.config["RATELIMIT_STORAGE_OPTIONS"] = {
            "database_name": database,
            "counter_collection_name": "limits_counters",
            "window_collection_name": "limits_windows",
            "serverSelectionTimeoutMS": 2000,
            "socketTimeoutMS": 4000,
            # A count that a crash takes back does no harm, so nobody waits for the journal.
            "w": 1,
            "journal": False,
        }
    limiter.init_app(app)


def _noted(limit: RequestLimit) -> None:
    # The key may be an address, which is personal data: only which limit it was.
    _log.warning("look-ups slowed down", limit=str(limit.limit))
