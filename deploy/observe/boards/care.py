"""Whether anybody waits for a word, and what the watchdog does."""

from observe.panels import Dashboard, Panel, Query, care_now, care_today

CARE = Dashboard(
    "care",
    "Wismo · care",
    (
        Panel(
            "Open now",
            "Orders and questions that are open, over all merchants.",
            "short",
            (care_now("open_orders"), care_now("open_questions")),
        ),
        Panel(
            "In the dark now",
            "Past the limit of silence, past the reply-by time, failed messages.",
            "short",
            (care_now("dark_orders"), care_now("overdue_questions"), care_now("failed_messages")),
        ),
        Panel(
            "Hours in the dark today",
            "Buyer-hours past the limit; hours in which a question was open past its reply-by time.",
            "h",
            (care_today("buyer_hours_dark"), care_today("ask_hours_dark")),
        ),
        Panel(
            "Promises today",
            "Due, kept in time, and moved.",
            "short",
            (care_today("promises_due"), care_today("promises_kept"), care_today("promises_moved")),
        ),
        Panel(
            "First to know today",
            "Problems and delays, and those that we told before the buyer asked.",
            "short",
            (care_today("troubles"), care_today("troubles_told_first")),
        ),
        Panel(
            "Questions and messages today",
            "Questions, those answered in time, messages, and messages without a new fact.",
            "short",
            (
                care_today("questions"),
                care_today("questions_answered_in_time"),
                care_today("messages"),
                care_today("messages_empty"),
            ),
        ),
        Panel(
            "Watchdog",
            "Ticks and watches per second, notices per second.",
            "cps",
            (
                Query("sum(rate(wismo_watchdog_ticks_total[$window]))", "ticks"),
                Query("sum(rate(wismo_watchdog_looked_total[$window]))", "watches looked at"),
                Query("sum(rate(wismo_watchdog_notices_total[$window]))", "notices"),
            ),
        ),
        Panel(
            "Watchdog: late, and unwatched",
            "How late the latest watch was looked at; orders that the sweep found unwatched (0 is the only good one).",
            "short",
            (
                Query("max(wismo_watchdog_scan_lag_seconds)", "seconds late"),
                Query("max(wismo_watchdog_orphans)", "orphans"),
                Query("max(wismo_watchdog_orphans_left)", "orphans left"),
            ),
        ),
    ),
)
