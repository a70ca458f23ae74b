"""Logs: one line an event, nothing personal in it."""

import io
import json
import logging
import re
from collections.abc import Iterator

import pytest
import structlog

from chassis.logs import bind, configure, get_logger
from chassis.masking import mask, mask_text

CANARIES = (
    "ada.lovelace@example.com",
    "+14155550123",
    "wk_demo_s3cr3tS3CR3T",
    "k1.abcDEF.sig-NATURE",
    "Swordfish-0O1l",
)


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    stream = io.StringIO()
    configure("orders", level="info", stream=stream)
    yield stream
    root.handlers[:], level = before
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_an_event_is_one_line_of_json_with_time_service_and_level(out: io.StringIO) -> None:
    bind(request_id="r1")
    get_logger("orders.rpc").info("order stored", order="merchants/demo/orders/R-1", sequence=7)
    (line,) = lines(out)
    assert line["event"] == "order stored"
    assert line["service"] == "orders"
    assert line["logger"] == "orders.rpc"
    assert line["level"] == "info"
    assert line["request_id"] == "r1"
    assert line["sequence"] == 7
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", str(line["time"]))


def test_what_libraries_log_takes_the_same_way(out: io.StringIO) -> None:
    logging.getLogger("some.library").warning("cannot reach %s", "host")
    logging.getLogger("kafka.net").info("chatter")
    (line,) = lines(out)
    assert line["event"] == "cannot reach host"


def test_a_line_break_in_a_value_does_not_break_the_line(out: io.StringIO) -> None:
    get_logger("x").info("one\ntwo", value="a\nb")
    assert len(out.getvalue().splitlines()) == 1


@pytest.mark.parametrize("level", ["json", "console"])
def test_no_canary_reaches_the_log_by_any_way(level: str) -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:], root.level
    configure("notifier", fmt=level, stream=stream)
    email, phone, key, token, code = CANARIES
    log = get_logger("x")
    log.info("sent", email=email, phone=phone, api_key=key, token=token, access_code=code, code=code)
    log.info("sent to %s, %s", email, phone, url=f"https://shop/o/{token}#downloads", header=f"Bearer {key}")
    log.info("nested", payload={"buyer": {"email": email}, "list": [email, {"phone": phone}]}, mail_to=email)
    logging.getLogger("smtplib").warning("refused %s", email, extra={"recipient": email, "password": code})
    try:
        raise ValueError(f"bad address {email} for {phone}")  # noqa: TRY301  # Caught to be logged.
    except ValueError:
        log.exception("failed", name="Ada Lovelace")
    root.handlers[:], old_level = before
    root.setLevel(old_level)
    structlog.reset_defaults()
    written = stream.getvalue()
    assert "failed" in written
    assert [canary for canary in (*CANARIES, "Lovelace") if canary in written] == []


def test_what_is_harmless_stays_readable() -> None:
    assert mask("status_code", 200) == 200
    assert mask("order", "merchants/demo/orders/R-10042") == "merchants/demo/orders/R-10042"
    assert mask("topic_name", "wismo.order-events.v1") == "wismo.order-events.v1"
    assert mask("email", None) is None
    assert mask("ok", value=True) is True
    assert mask_text("mongodb://127.0.0.1:27017 at 2026-11-23T22:00:00+00:00") == (
        "mongodb://127.0.0.1:27017 at 2026-11-23T22:00:00+00:00"
    )


def test_credentials_in_a_url_are_hidden() -> None:
    assert "hunter2" not in mask_text("smtp://user:hunter2@mail.example.com:587")
