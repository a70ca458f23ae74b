"""What an operator needs to see of this service, as Prometheus metrics. No label ever holds a merchant, an order or a
person.
"""

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3600)


class Measures:
    """The metrics of one process."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self.messages = Counter(
            "wismo_notifier_messages_total",
            "How messages ended: not_told, sent, skipped, dead, unknown; with the reason where there is one.",
            ["kind", "channel", "outcome", "reason"],
            registry=registry,
        )
        self.planned = Counter("wismo_notifier_planned_total", "Messages entered into the ledger.", registry=registry)
        self.attempts = Counter(
            "wismo_notifier_attempts_total",
            "Attempts to send, by what came of them.",
            ["channel", "outcome", "reason"],
            registry=registry,
        )
        self.possible_duplicates = Counter(
            "wismo_notifier_possible_duplicates_total",
            "Messages sent again although the first attempt may have arrived; with the same Message-ID.",
            registry=registry,
        )
        self.fenced = Counter(
            "wismo_notifier_fenced_total",
            "Outcomes that came after the lease had gone to somebody else.",
            registry=registry,
        )
        self.told_seconds = Histogram(
            "wismo_notifier_event_to_accepted_seconds",
            "From the recording of an event to its message's acceptance by the mail server.",
            buckets=_SECONDS,
            registry=registry,
        )
        self.lag = Gauge("wismo_notifier_lag_records", "Records not yet polled.", ["topic"], registry=registry)
        self.open = Gauge("wismo_notifier_ledger_open", "Messages that are not settled yet.", registry=registry)
        self.oldest_due = Gauge(
            "wismo_notifier_ledger_oldest_due_seconds",
            "How long the oldest due message has been waiting.",
            registry=registry,
        )
        self.way_blocked = Gauge(
            "wismo_notifier_way_blocked", "1 while the mail server takes nothing from us, else 0.", registry=registry
        )
