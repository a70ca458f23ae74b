"""OpenTelemetry spans that follow an event from the call that caused it to the page that shows it.

    start("orders")                              # once a process; does nothing unless an OTLP endpoint is set
    with span("notifier plan", parent=traceparent, kind=Kind.CONSUMER) as here:
        row = Row(..., traceparent=here.traceparent)

Off, a span is one shared object that does nothing, and nothing of the SDK is imported. What travels between processes
is the W3C `traceparent`, and only that of a sampled trace: where there is none, no span is begun, so the decision is
taken once, at the call. By hand, because the stock instrumentation of Kafka yields no usable span with kafka-python.

Only names of things may become attributes, never what an event says. An error is told by its class: its text may
quote an address.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Link, Span, Tracer
    from opentelemetry.util.types import AttributeValue

TRACEPARENT = "traceparent"
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

Value = str | int | float | bool


class Kind(Enum):
    """The part that a span plays, in OpenTelemetry's words."""

    INTERNAL = 0
    SERVER = 1
    CLIENT = 2
    PRODUCER = 3
    CONSUMER = 4


class Mark(Protocol):
    """A span under way, or nothing that looks like one. ``traceparent`` is empty where there is nothing to follow."""

    @property
    def traceparent(self) -> str: ...
    def note(self, name: str, value: Value) -> None: ...
    def link(self, traceparent: str) -> None: ...
    def failed(self, why: str) -> None: ...
    def end(self) -> None: ...


class _Nothing:
    """What is handed out while nothing is traced."""

    traceparent = ""

    def note(self, name: str, value: Value) -> None:
        """Not kept."""

    def link(self, traceparent: str) -> None:
        """Not kept."""

    def failed(self, why: str) -> None:
        """Not kept."""

    def end(self) -> None:
        """Nothing to end."""


class _Traced:
    """A real span."""

    def __init__(self, it: "Span") -> None:
        self._span = it

    @property
    def traceparent(self) -> str:
        """The W3C header that makes others children of this span; empty when it is not sampled."""
        its = self._span.get_span_context()
        return f"00-{its.trace_id:032x}-{its.span_id:016x}-01" if its.trace_flags.sampled else ""

    def note(self, name: str, value: Value) -> None:
        """Set an attribute. Names of things only."""
        self._span.set_attribute(name, value)

    def link(self, traceparent: str) -> None:
        """Say that this belongs to another trace as well. A header that cannot be read is left out."""
        for other in _links((traceparent,)):
            self._span.add_link(other.context)

    def failed(self, why: str) -> None:
        """It did not do what it was to do; ``why`` is a word of ours or the class of an error."""
        from opentelemetry.trace import StatusCode

        self._span.set_status(StatusCode.ERROR, why)

    def end(self) -> None:
        """It is over now."""
        self._span.end()


NOTHING: Mark = _Nothing()
_provider: "TracerProvider | None" = None
_tracer: "Tracer | None" = None


def start(service: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Trace in this process, if OTEL_EXPORTER_OTLP_ENDPOINT is set; whether it does. Call it after a fork.

    All settings are the standard ones, read by the SDK itself: OTEL_TRACES_SAMPLER, OTEL_RESOURCE_ATTRIBUTES,
    OTEL_BSP_*. Spans leave from a thread in the background and are dropped, never waited for, when nobody takes them.
    Raises ModuleNotFoundError when the endpoint is set and the extra `traces` is not installed.
    """
    global _provider, _tracer  # noqa: PLW0603  # A process has one tracer, as it has one set of logs.
    wanted = any(environ.get(name) for name in _ENDPOINTS)
    if not wanted or environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_NAMESPACE, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    _provider = TracerProvider(resource=Resource.create({SERVICE_NAME: service, SERVICE_NAMESPACE: "wismo"}))
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _tracer = _provider.get_tracer("wismo")
    return True


def stop() -> None:
    """Send what is left and trace no more. Idempotent."""
    global _provider, _tracer
    provider, _provider, _tracer = _provider, None, None
    if provider is not None:
        provider.shutdown()


def is_on() -> bool:
    """Whether this process traces."""
    return _tracer is not None


def begin(
    name: str,
    *,
    parent: str = "",
    kind: Kind = Kind.INTERNAL,
    root: bool = False,
    since: int | None = None,
    **attributes: Value,
) -> Mark:
    """Begin a span that the caller ends. Without a readable ``parent`` there is none, unless it may be a ``root``.

    ``since`` is when it began, in nanoseconds since 1970. In the names of attributes `__` stands for a dot.
    """
    if _tracer is None or not (parent or root):
        return NOTHING
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    context = TraceContextTextMapPropagator().extract({TRACEPARENT: parent})
    if not (context or root):
        return NOTHING
    dotted: dict[str, AttributeValue] = {key.replace("__", "."): value for key, value in attributes.items()}
    return _Traced(_tracer.start_span(name, context, SpanKind(kind.value), dotted, start_time=since))


def consumed(name: str, topic: str, event_id: str, parent: str) -> Mark:
    """Begin the span of a record that was read from a topic. End it."""
    return begin(
        name,
        parent=parent,
        kind=Kind.CONSUMER,
        messaging__system="kafka",
        messaging__destination__name=topic,
        wismo__event_id=event_id,
    )


@contextmanager
def span(
    name: str, *, parent: str = "", kind: Kind = Kind.INTERNAL, root: bool = False, **attributes: Value
) -> Iterator[Mark]:
    """A span around a block, current in it: lines logged there bear its ids. An error is noted by its class."""
    mark = begin(name, parent=parent, kind=kind, root=root, since=None, **attributes)
    if not isinstance(mark, _Traced):
        yield mark
        return
    from opentelemetry.trace import use_span

    try:
        with use_span(mark._span, record_exception=False, set_status_on_exception=False):  # noqa: SLF001  # Our own.
            yield mark
    except BaseException as error:
        mark.failed(type(error).__name__)
        raise
    finally:
        mark.end()


def current() -> str:
    """The traceparent of the span that this task or thread is in; empty without one."""
    if _tracer is None:
        return ""
    from opentelemetry.trace import get_current_span

    here = get_current_span()
    return _Traced(here).traceparent if here.get_span_context().is_valid else ""


def ids() -> dict[str, str]:
    """`trace_id` and `span_id` for a line of the log; empty outside of a span."""
    if not (here := current()):
        return {}
    _, trace_id, span_id, _ = here.split("-")
    return {"trace_id": trace_id, "span_id": span_id}


def header_of(headers: Iterable[tuple[str, bytes]]) -> str:
    """The traceparent among the headers of a Kafka record; empty while nothing is traced, or without one."""
    if _tracer is None:
        return ""
    return next((value.decode("ascii", "replace") for name, value in headers if name == TRACEPARENT), "")


def _links(traceparents: Iterable[str]) -> "Iterator[Link]":
    from opentelemetry.trace import Link, get_current_span
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    for one in traceparents:
        context = TraceContextTextMapPropagator().extract({TRACEPARENT: one})
        its = get_current_span(context).get_span_context()
        if context and its.is_valid:
            yield Link(its)
