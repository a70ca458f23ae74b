"""Structured logs: one line per event, on standard output, with nothing personal or secret in it.

    configure("orders", fmt="json", level="info")
    log = get_logger(__name__)
    log.info("order stored", order=name, sequence=7)

What libraries log through ``logging`` takes the same way. Masking is described in ``chassis.masking``.
"""

import logging
import sys
from typing import TextIO

import structlog
from structlog.stdlib import BoundLogger, ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from chassis import tracing
from chassis.masking import mask

__all__ = ["bind", "configure", "get_logger"]

# These say at INFO what nobody wants to read each second; their warnings stay.
_CHATTY = ("kafka", "pymongo", "grpc", "asyncio", "urllib3", "werkzeug", "gunicorn.access")


def configure(service: str, *, fmt: str = "json", level: str = "info", stream: TextIO | None = None) -> None:
    """Set up the logs of this process; call it once, first thing. Later calls replace earlier ones.

    ``fmt`` is ``json`` (one object a line) or ``console`` (for people). ``stream`` is standard output unless given.
    """
    out = stream or sys.stdout
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _add_service(service),
        _add_trace,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    # Masking stands last before rendering, after tracebacks have become text, so that nothing can slip in behind it.
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                ProcessorFormatter.remove_processors_meta,
                structlog.processors.StackInfoRenderer(),
                structlog.processors.format_exc_info,
                _mask_event,
                _renderer(fmt, colours=out.isatty()),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(capture=True)


def get_logger(name: str) -> BoundLogger:
    """The logger of a module. May be called at import, before ``configure``."""
    logger: BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def bind(**context: object) -> None:
    """Add to every line that this thread or task logs from now on (a request id, say)."""
    structlog.contextvars.bind_contextvars(**context)


def _add_service(service: str) -> Processor:
    def add(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event.setdefault("service", service)
        return event

    return add


def _add_trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The ids of the trace that the line belongs to, while it is traced."""
    if tracing.is_on():
        event.update(tracing.ids())
    return event


def _mask_event(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {key: mask(key, value) for key, value in event.items()}


def _renderer(fmt: str, *, colours: bool) -> Processor:
    if fmt == "json":
        return structlog.processors.JSONRenderer(sort_keys=False, ensure_ascii=False, default=str)
    return structlog.dev.ConsoleRenderer(colors=colours, timestamp_key="time")
