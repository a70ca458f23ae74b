"""What every event has: when it happened, and who says so. And the expected date, which many have."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from wismo.client.errors import InvalidInput
from wismo.client.values import moment
from wismo.client.vocabulary import EventSource, ExpectationSource, number
from wismo.orders.v1.fulfilment_event_pb2 import FulfilmentEvent
from wismo.orders.v1.line_pb2 import Expectation


@dataclass(frozen=True, slots=True)
class Expected:
    """When something is expected: by ``latest``, and not before ``earliest`` where that is said. ``source``: who says
    so.
    """

    latest: datetime
    earliest: datetime | None = None
    source: ExpectationSource | str = ExpectationSource.MERCHANT


def expectation(value: Expected | datetime | None, field: str = "expected") -> Expectation | None:
    """A plain datetime is the merchant's promise of the latest time."""
    if value is None:
        return None
    expected = value if isinstance(value, Expected) else Expected(latest=value)
    if expected.earliest is not None and expected.earliest > expected.latest:
        raise InvalidInput.of(f"{field}.latest", "must not be before earliest")
    message = Expectation(
        earliest=moment(expected.earliest, f"{field}.earliest"),
        latest=moment(expected.latest, f"{field}.latest"),
    )
    message.source = number(ExpectationSource, expected.source, f"{field}.source")
    return message


def event(
    change: str, body: Message, occurred_at: datetime | None, source: EventSource | str | None = None
) -> FulfilmentEvent:
    """The event whose ``change`` is ``body``."""
    result = FulfilmentEvent(occurred_at=moment(occurred_at, "occurred_at"))
    result.source = number(EventSource, source, "source")
    getattr(result, change).CopyFrom(body)
    getattr(result, change).SetInParent()  # An event without fields of its own is an event all the same.
    return result


def required(value: datetime, field: str) -> Timestamp:
    """A moment that must be there."""
    stamp = moment(value, field)
    assert stamp is not None
    return stamp


def ids(values: Iterable[str] | None, field: str) -> list[str]:
    """Several ids; a single text is refused, because it would be taken apart into letters."""
    if isinstance(values, str):
        raise InvalidInput.of(field, f"{values!r} is one text; give a list of ids")
    return list(values or ())
