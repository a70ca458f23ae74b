"""Is it there, and is it well: the page to open first."""

from observe.panels import Dashboard, Panel, Query, care_now, rate

FLEET = Dashboard(
    "fleet",
    "Wismo · fleet",
    (
        Panel(
            "Does it live",
            "Processes that are scraped, by job. A line that falls is a process that is gone.",
            "short",
            (Query("sum by (job) (up)", "{{job}}"),),
        ),
        Panel(
            "Buyers in the dark",
            "Open orders whose buyers have heard nothing for longer than their shop allows. 0 is the only good value.",
            "short",
            (care_now("dark_orders"), care_now("overdue_questions")),
        ),
        Panel(
            "From call to page: what waits",
            "Rows that wait for the broker, records that wait for a consumer, messages that are not settled.",
            "short",
            (
                Query("max(wismo_orders_outbox_rows)", "outbox of orders"),
                Query("sum(wismo_notifier_lag_records)", "notifier's lag"),
                Query("sum(wismo_projector_lag)", "projector's lag"),
                Query("max(wismo_notifier_ledger_open)", "open messages"),
            ),
        ),
        Panel(
            "Error budget: share of failed answers",
            "Over five minutes and over an hour, by the recording rules of alerts.yaml. The objective is 0.1 %.",
            "percentunit",
            (
                Query("wismo:failed_share:rate5m", "{{slo}}, 5 minutes"),
                Query("wismo:failed_share:rate1h", "{{slo}}, 1 hour"),
            ),
        ),
        Panel(
            "Processor",
            "Cores in use, by job.",
            "short",
            (rate("process_cpu_seconds_total", "job"),),
        ),
        Panel(
            "Memory",
            "Resident memory, by job.",
            "bytes",
            (Query("sum by (job) (process_resident_memory_bytes)", "{{job}}"),),
        ),
    ),
)
