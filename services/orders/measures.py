"""What an operator needs to see of this service, as Prometheus metrics. No label ever holds a merchant, an order or a
person.
"""

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

_FAST = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)


class Measures:
    """The metrics of one process."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self.commands = Counter(
            "wismo_orders_commands_total",
            "Commands answered, by what they did (applied, noted, repeated).",
            ["effect"],
            registry=registry,
        )
        self.refused = Counter(
            "wismo_orders_refused_total", "Calls refused, by reason.", ["rpc", "reason"], registry=registry
        )
        self.rpc_seconds = Histogram(
            "wismo_orders_rpc_seconds", "Time to answer a call.", ["rpc"], buckets=_FAST, registry=registry
        )
        self.group_size = Histogram(
            "wismo_orders_group_commands",
            "Commands per transaction.",
            buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
            registry=registry,
        )
        self.commit_seconds = Histogram(
            "wismo_orders_commit_seconds",
            "Time of a transaction, from read to commit.",
            buckets=_FAST,
            registry=registry,
        )
        self.conflicts = Counter(
            "wismo_orders_conflicts_total",
            "Transactions that met another's write and were tried again.",
            registry=registry,
        )
        self.waiting = Gauge("wismo_orders_intake_waiting", "Commands that wait for a transaction.", registry=registry)
        self.watchers = Gauge("wismo_orders_watchers", "Open WatchOrders streams.", registry=registry)
        self.published = Counter(
            "wismo_orders_relay_published_total", "Records acknowledged by the broker.", ["topic"], registry=registry
        )
        self.publish_failures = Counter(
            "wismo_orders_relay_failures_total",
            "Records that the broker did not take, by cause.",
            ["cause"],
            registry=registry,
        )
        self.outbox_rows = Gauge(
            "wismo_orders_outbox_rows",
            "Rows that wait for the broker, as last counted (at most 10,000 are counted).",
            registry=registry,
        )
        self.outbox_age = Gauge(
            "wismo_orders_outbox_oldest_seconds", "Age of a row that waits longest.", registry=registry
        )
        self.relay_shards = Gauge("wismo_orders_relay_shards", "Shards that this process relays.", registry=registry)
        self.transits_counted = Counter(
            "wismo_orders_transits_counted_total",
            "Deliveries that were counted to learn how long parcels take.",
            registry=registry,
        )
        self.transit_failures = Counter(
            "wismo_orders_transit_failures_total",
            "Times that deliveries could not be counted (count) or what was learnt could not be read (read).",
            ["step"],
            registry=registry,
        )
        self.transit_roads = Gauge(
            "wismo_orders_transit_roads",
            "Roads (merchant, carrier, country) whose usual time this process knows from deliveries.",
            registry=registry,
        )
