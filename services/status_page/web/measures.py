"""What the page says of itself to Prometheus. Labels are routes and words of ours, never anything of a buyer's."""

import time

from flask import Flask, Response, g, request
from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("wismo_page_requests_total", "Answers by route and status.", ["route", "status"])
SECONDS = Histogram(
    "wismo_page_request_seconds",
    "Time to answer by route.",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0),
)
LOOKUPS = Counter("wismo_page_lookups_total", "Look-ups by outcome.", ["outcome"])
LINKS = Counter("wismo_page_links_total", "Signed links opened, by outcome.", ["outcome"])
DOWNLOADS = Counter("wismo_page_downloads_total", "Started downloads by outcome.", ["outcome"])
UNOPENED = Counter("wismo_page_secrets_not_opened_total", "Secrets that no sealing key opened.")
QUESTIONS = Counter("wismo_page_questions_total", "Questions kept, by the way they came.", ["channel"])
CANCELLED = Counter("wismo_page_trials_cancelled_total", "Trials cancelled by their buyers.")
OPTED_OUT = Counter("wismo_page_opted_out_total", "Buyers who want no optional messages any more.")
WAITING = Gauge("wismo_page_outbox_waiting", "Facts that the orders service does not have yet.")

_SILENT = frozenset({"probes.livez", "probes.readyz"})


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
