"""What buyers see and do: page, projector and the mail that comes back."""

from observe.panels import Dashboard, Panel, Query, hoped_none, quantiles, rate

PAGE = Dashboard(
    "page",
    "Wismo · page",
    (
        Panel("Answers", "Per second, by status.", "reqps", (rate("wismo_page_requests_total", "status"),)),
        Panel("Routes", "Answers per second, by route.", "reqps", (rate("wismo_page_requests_total", "route"),)),
        Panel("Time to answer", "Over all routes.", "s", quantiles("wismo_page_request_seconds")),
        Panel(
            "Links and look-ups",
            "Signed links opened and orders looked up, per second, by outcome.",
            "cps",
            (
                Query("sum by (outcome) (rate(wismo_page_links_total[$window]))", "link {{outcome}}"),
                Query("sum by (outcome) (rate(wismo_page_lookups_total[$window]))", "look-up {{outcome}}"),
            ),
        ),
        Panel(
            "What buyers did",
            "In the window: questions, downloads, trials cancelled, opted out.",
            "short",
            (
                hoped_none("sum(increase(wismo_page_questions_total[$window]))", "questions"),
                hoped_none("sum(increase(wismo_page_downloads_total[$window]))", "downloads"),
                Query("sum(increase(wismo_page_trials_cancelled_total[$window]))", "trials cancelled"),
                Query("sum(increase(wismo_page_opted_out_total[$window]))", "opted out"),
            ),
        ),
        Panel(
            "Projector",
            "Records stored per second, records that wait, and dead ones.",
            "short",
            (
                Query('sum(rate(wismo_projector_records{outcome="stored"}[$window]))', "stored per second"),
                Query("sum(wismo_projector_lag)", "waiting"),
                Query('sum(wismo_projector_records{outcome="dead"})', "dead"),
            ),
        ),
        Panel(
            "Acts on their way to orders",
            "What buyers and the care team did and orders does not have yet; secrets that no key opened.",
            "short",
            (
                Query("max(wismo_page_outbox_waiting)", "waiting"),
                Query("sum(increase(wismo_page_secrets_not_opened_total[$window]))", "secrets not opened"),
            ),
        ),
        Panel(
            "Mail that comes back",
            "Seconds since the mailbox was read; failures per second to read it.",
            "short",
            (
                Query("time() - max(wismo_inbound_polled_seconds > 0)", "seconds since it was read"),
                hoped_none("sum(rate(wismo_inbound_failures_total[$window]))", "failures per second"),
                hoped_none("sum(increase(wismo_inbound_mails_total[$window]))", "mails in the window"),
            ),
        ),
    ),
)
