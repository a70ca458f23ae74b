"""What receiving mail says of itself to Prometheus. Labels are words of ours."""

from prometheus_client import Counter, Gauge

MAILS = Counter("wismo_inbound_mails_total", "Mails received, by what became of them.", ["outcome"])
FAILED = Counter("wismo_inbound_failures_total", "Attempts to fetch mail that failed, by kind of error.", ["error"])
POLLED = Gauge("wismo_inbound_polled_seconds", "When the mailbox was last read to its end, as seconds since 1970.")
