"""From Kafka to the mail server: the notifier."""

from observe.panels import Dashboard, Panel, Query, care_now, hoped_none, quantiles, rate

MESSAGES = Dashboard(
    "messages",
    "Wismo · messages",
    (
        Panel(
            "How messages ended",
            "Per second: sent, skipped or not told for a reason, dead, unknown.",
            "cps",
            (rate("wismo_notifier_messages_total", "outcome"),),
        ),
        Panel(
            "Sent, by kind",
            "Per second.",
            "cps",
            (rate("wismo_notifier_messages_total", "kind", '{outcome="sent"}'),),
        ),
        Panel(
            "From the event to the mail server",
            "From the recording of an event to its message's acceptance.",
            "s",
            quantiles("wismo_notifier_event_to_accepted_seconds"),
        ),
        Panel(
            "Attempts",
            "Per second, by what came of them.",
            "cps",
            (rate("wismo_notifier_attempts_total", "outcome"),),
        ),
        Panel(
            "Ledger",
            "Messages that are not settled, and how long the oldest due one waits.",
            "short",
            (
                Query("max(wismo_notifier_ledger_open)", "open messages"),
                Query("max(wismo_notifier_ledger_oldest_due_seconds)", "seconds that the oldest waits"),
                Query("max(wismo_notifier_way_blocked)", "1: the mail server takes nothing"),
            ),
        ),
        Panel(
            "Not as it should be",
            "Dead messages, dead records, messages that may have arrived twice, outcomes after a lost lease.",
            "short",
            (
                care_now("failed_messages"),
                hoped_none('sum(wismo_notifier_records{outcome="dead"})', "dead records"),
                Query("sum(increase(wismo_notifier_possible_duplicates_total[$window]))", "possible duplicates"),
                Query("sum(increase(wismo_notifier_fenced_total[$window]))", "after a lost lease"),
            ),
        ),
        Panel(
            "Lag behind Kafka",
            "Records not yet polled, by topic.",
            "short",
            (Query("sum by (topic) (wismo_notifier_lag_records)", "{{topic}}"),),
        ),
        Panel(
            "Share of today's messages that came back",
            "Bounces by messages, over each merchant's own day.",
            "percentunit",
            (
                Query(
                    'max(wismo_care_today{what="bounces"}) / clamp_min(max(wismo_care_today{what="messages"}), 1)',
                    "bounced",
                ),
            ),
        ),
    ),
)
