"""Dashboards and alerts on a real Prometheus that scrapes a real run: `make observe-test`."""
