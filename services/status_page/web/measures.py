"""What the page says of itself to Prometheus. Labels are routes and words of ours, never anything of a buyer's.

Page, projector and inbound mail are one package, and import each other's metrics. So each process shows those that it
feeds, and no others: a 0 of a process that never counts would hide that the one that does is gone.
"""

import time

from flask import Flask, Response, g, request
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

REQUESTS = Counter("wismo_page_requests_total", "Answers by route and status.", ["route", "status"], registry=None)
SECONDS = Histogram(
    "wismo_page_request_seconds",
    "Time to answer by route.",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0),
    registry=None,
)
LOOKUPS = Counter("wismo_page_lookups_total", "Look-ups by outcome.", ["outcome"], registry=None)
LINKS = Counter("wismo_page_links_total", "Signed links opened, by outcome.", ["outcome"], registry=None)
DOWNLOADS = Counter("wismo_page_downloads_total", "Started downloads by outcome.", ["outcome"], registry=None)
UNOPENED = Counter("wismo_page_secrets_not_opened_total", "Secrets that no sealing key opened.", registry=None)
QUESTIONS = Counter("wismo_page_questions_total", "Questions kept, by the way they came.", ["channel"], registry=None)
CANCELLED = Counter("wismo_page_trials_cancelled_total", "Trials cancelled by their buyers.", registry=None)
OPTED_OUT = Counter("wismo_page_opted_out_total", "Buyers who want no optional messages any more.", registry=None)
WAITING = Gauge("wismo_page_outbox_waiting", "Facts that the orders service does not have yet.", registry=None)

_SILENT = frozenset({"probes.livez", "probes.readyz"})


def expose(registry: CollectorRegistry = REGISTRY) -> None:
    """Show them at /metrics. For the page's process, once; before a fork is soon enough."""
    for metric in (
        REQUESTS,
        SECONDS,
        LOOKUPS,
        LINKS,
        DOWNLOADS,
        UNOPENED,
        QUESTIONS,
        CANCELLED,
        OPTED_OUT,
        WAITING,
    ):
        registry.register(metric)


def measure(app: Flask) -> None:
    """Count and time every answer of the app."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.began = time.perf_counter()


def _end(response: Response) -> Response:
    route = request.endpoint or "none"
    if route not in _SILENT:
        REQUESTS.labels(route, str(response.status_code)).inc()
        began: float | None = g.get("began")
        if began is not None:
            SECONDS.labels(route).observe(time.perf_counter() - began)
    return response
