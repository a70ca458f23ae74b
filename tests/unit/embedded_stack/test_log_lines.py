import json

from embedded_stack.log_lines import understand


def test_a_json_line_becomes_its_event_with_what_else_it_says() -> None:
    line = understand(
        json.dumps(
            {
                "event": "order stored",
                "level": "info",
                "time": "2026-05-01T10:00:00Z",
                "service": "orders",
                "logger": "orders.rpc",
                "order": "merchants/a/orders/1",
                "sequence": 7,
            }
        )
    )
    assert line.text == "order stored"
    assert line.details == {"order": "merchants/a/orders/1", "sequence": "7"}
    assert line.time is not None


def test_a_traceback_becomes_lines_of_its_own() -> None:
    line = understand(json.dumps({"event": "failed", "level": "error", "exception": "Traceback:\n  boom"}))
    assert line.level == "error"
    assert line.more == ("Traceback:", "  boom")


def test_what_is_no_json_is_shown_as_it_is() -> None:
    assert understand("{half a line").text == "{half a line"
    assert understand('"a string"').text == '"a string"'
    assert understand("[1, 2]").text == "[1, 2]"


def test_the_level_of_a_server_is_found_in_its_line() -> None:
    assert understand("2026-05-01T10:00:00,1 ERROR BrokerServer: no").level == "error"
    assert understand("2026-05-01 [ INFO ] Got message").level == "info"
    assert understand("a parcel of INFORMATION").level == "info"


def test_a_line_of_gunicorn_loses_what_the_prefix_says_already() -> None:
    line = understand("[2026-11-23 23:28:12 +0000] [2514] [WARNING] Worker exiting")
    assert (line.text, line.level) == ("Worker exiting", "warning")


def test_a_value_that_nobody_would_read_is_cut() -> None:
    line = understand(json.dumps({"event": "e", "body": "x" * 5000}))
    assert len(line.details["body"]) < 300
