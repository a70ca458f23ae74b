"""What tracing does by itself: nothing while it is off, and ids that lead on while it is on."""

import io
import json
import subprocess
import sys

import pytest

from chassis import logs, tracing
from tests.integration.tracing.receiver import Receiver


def test_off_is_off_and_imports_nothing_of_the_sdk() -> None:
    code = (
        "import sys; from chassis import tracing\n"
        "assert not tracing.start('orders', {})\n"
        "assert not tracing.start('orders', {'OTEL_EXPORTER_OTLP_ENDPOINT': 'http://x', 'OTEL_SDK_DISABLED': 'true'})\n"
        "with tracing.span('a', root=True) as mark: assert mark is tracing.NOTHING and not tracing.current()\n"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry')]\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_spans_lead_on_and_lines_of_the_log_bear_their_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    with Receiver() as receiver:
        for name, value in receiver.environment.items():
            monkeypatch.setenv(name, value)
        assert tracing.start("test")
        logs.configure("test", stream=out)
        try:
            with tracing.span("first", root=True) as first:
                logs.get_logger("x").info("inside")
            with pytest.raises(ValueError, match="secret"), tracing.span("second", parent=first.traceparent):
                raise ValueError("secret")
            assert tracing.begin("orphan", parent="nonsense") is tracing.NOTHING
            assert tracing.begin("orphan") is tracing.NOTHING
            logs.get_logger("x").info("outside")
        finally:
            tracing.stop()
        one, two = receiver.spans()
    inside, outside = (json.loads(line) for line in out.getvalue().splitlines())
    assert (inside["trace_id"], inside["span_id"]) == (one.trace, one.id)
    assert "trace_id" not in outside
    assert (two.trace, two.parent) == (one.trace, one.id)
    assert "ValueError" in two.texts
    assert not [text for text in two.texts if "secret" in text]


def test_what_is_not_sampled_does_not_travel(monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver() as receiver:
        for name, value in {**receiver.environment, "OTEL_TRACES_SAMPLER": "always_off"}.items():
            monkeypatch.setenv(name, value)
        assert tracing.start("test")
        try:
            with tracing.span("call", root=True) as mark:
                assert not mark.traceparent
                assert not tracing.current()
        finally:
            tracing.stop()
        assert receiver.spans() == []
