"""From a call to Kafka: orders and its relay."""

from observe.panels import Dashboard, Panel, Query, hoped_none, quantiles, rate

INTAKE = Dashboard(
    "intake",
    "Wismo · intake",
    (
        Panel(
            "Commands",
            "Answered per second, by what they did. `repeated` are retries that changed nothing.",
            "reqps",
            (rate("wismo_orders_commands_total", "effect"),),
        ),
        Panel(
            "Refused",
            "Per second, by reason. UNAVAILABLE, TOO_BUSY, CONTENTION, OUTCOME_UNKNOWN and INTERNAL are ours.",
            "reqps",
            (
                rate("wismo_orders_refused_total", "reason"),
                hoped_none("sum(rate(wismo_orders_refused_total[$window]))", "all"),
            ),
        ),
        Panel("Time to answer a call", "Over all calls.", "s", quantiles("wismo_orders_rpc_seconds")),
        Panel(
            "Time of a transaction",
            "From its first read to its commit.",
            "s",
            quantiles("wismo_orders_commit_seconds"),
        ),
        Panel(
            "Group commit",
            "Commands per transaction, and those that wait for one. Larger groups are what carries a burst.",
            "short",
            (
                Query(
                    "sum(rate(wismo_orders_group_commands_sum[$window]))"
                    " / sum(rate(wismo_orders_group_commands_count[$window]))",
                    "commands per transaction",
                ),
                Query("sum(wismo_orders_intake_waiting)", "waiting"),
            ),
        ),
        Panel(
            "Relay to Kafka",
            "Records that the broker acknowledged, by topic, and those that it did not take.",
            "cps",
            (
                rate("wismo_orders_relay_published_total", "topic"),
                hoped_none("sum(rate(wismo_orders_relay_failures_total[$window]))", "not taken"),
            ),
        ),
        Panel(
            "Age of the outbox",
            "How long the oldest row has waited for the broker.",
            "s",
            (Query("max(wismo_orders_outbox_oldest_seconds)", "oldest row"),),
        ),
        Panel(
            "Transit times learnt",
            "Deliveries that were counted per second, and roads whose usual time is known.",
            "short",
            (
                Query("sum(rate(wismo_orders_transits_counted_total[$window]))", "deliveries counted per second"),
                Query("max(wismo_orders_transit_roads)", "roads known"),
                hoped_none("sum(rate(wismo_orders_transit_failures_total[$window]))", "failures per second"),
            ),
        ),
    ),
)
