"""What receiving mail says of itself to Prometheus. Labels are words of ours."""

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge

MAILS = Counter("wismo_inbound_mails_total", "Mails received, by what became of them.", ["outcome"], registry=None)
FAILED = Counter(
    "wismo_inbound_failures_total", "Attempts to fetch mail that failed, by kind of error.", ["error"], registry=None
)
POLLED = Gauge(
    "wismo_inbound_polled_seconds", "When the mailbox was last read to its end, as seconds since 1970.", registry=None
)


def expose(registry: CollectorRegistry = REGISTRY) -> None:
    """Show them at /metrics. For the process that reads the mailbox, once."""
    expose_received(registry)
    registry.register(FAILED)
    registry.register(POLLED)


def expose_received(registry: CollectorRegistry = REGISTRY) -> None:
    """Show what came in. For a page to which a provider posts mail: it reads no mailbox."""
    registry.register(MAILS)
