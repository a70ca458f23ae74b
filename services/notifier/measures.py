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
        self.records = Gauge(
            "wismo_notifier_records",
            "Records of Kafka since the start, by what became of them: handled, or dead and in the dead-letter topic.",
            ["outcome"],
            registry=registry,
        )
        self.open = Gauge("wismo_notifier_ledger_open", "Messages that are not settled yet.", registry=registry)
        self.oldest_due = Gauge(
            "wismo_notifier_ledger_oldest_due_seconds",
            "How long the oldest due message has been waiting.",
            registry=registry,
        )
        self.way_blocked = Gauge(
            "wismo_notifier_way_blocked", "1 while the mail server takes nothing from us, else 0.", registry=registry
        )
        self.ticks = Counter("wismo_watchdog_ticks_total", "Ticks of the watchdog that went well.", registry=registry)
        self.tick_seconds = Histogram(
            "wismo_watchdog_tick_seconds", "How long a tick took.", buckets=_SECONDS, registry=registry
        )
        self.scan_lag = Gauge(
            "wismo_watchdog_scan_lag_seconds",
            "How late the watch was that had been due the longest when it was looked at.",
            registry=registry,
        )
        self.watched = Counter("wismo_watchdog_looked_total", "Watches that were looked at.", registry=registry)
        self.notices = Counter("wismo_watchdog_notices_total", "Messages that the watchdog entered.", registry=registry)
        self.swept = Gauge("wismo_watchdog_swept_orders", "Open orders that the last sweep saw.", registry=registry)
        self.orphans = Gauge(
            "wismo_watchdog_orphans",
            "Open orders that nobody watched properly when the last sweep looked; 0 is the only good value.",
            registry=registry,
        )
        self.orphans_left = Gauge(
            "wismo_watchdog_orphans_left", "Of these, those that the sweep could not mend.", registry=registry
        )
        self.care_now = Gauge(
            "wismo_care_now",
            "Over all merchants: open_orders, dark_orders, open_questions, overdue_questions, failed_messages."
            " Every watching process shows the same.",
            ["what"],
            registry=registry,
        )
        self.care_today = Gauge(
            "wismo_care_today",
            "Over all merchants, each one's own day with today's date in UTC: the counts of the care service's CareDay."
            " Every watching process shows the same.",
            ["what"],
            registry=registry,
        )
        self.facts_waiting = Gauge(
            "wismo_notifier_facts_waiting", "Facts that the orders service was not told yet.", registry=registry
        )
        self.facts_refused = Gauge(
            "wismo_notifier_facts_refused", "Facts that the orders service will never take.", registry=registry
        )
