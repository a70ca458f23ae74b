"""CloudEvents 1.0 over Kafka in binary content mode: the attributes travel as headers, the value stays what it is.

Written after the CloudEvents Kafka protocol binding, section 3.2. By hand, because the stock library wants the value as
well.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

SPEC_VERSION = "1.0"
PROTOBUF = "application/protobuf"

Header = tuple[str, bytes]


class NotACloudEvent(ValueError):
    """The headers lack a required attribute, or hold one that cannot be read. The message names the attribute only."""


@dataclass(frozen=True, slots=True)
class CloudEvent:
    """The context attributes of one event. ``id`` is unique within ``source``; a repeat has the same two."""

    id: str
    source: str
    type: str
    time: datetime
    subject: str = ""
    content_type: str = PROTOBUF


def to_headers(event: CloudEvent) -> tuple[Header, ...]:
    """The Kafka headers that carry these attributes: ``ce_…`` and ``content-type``, in UTF-8."""
    if event.time.tzinfo is None:
        raise ValueError("the time of an event must be aware")
    attributes = {
        "ce_specversion": SPEC_VERSION,
        "ce_id": event.id,
        "ce_source": event.source,
        "ce_type": event.type,
        "ce_time": event.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "ce_subject": event.subject,
        "content-type": event.content_type,
    }
    return tuple((name, value.encode()) for name, value in attributes.items() if value)


def from_headers(headers: Iterable[Header]) -> CloudEvent:
    """The attributes in a record's headers; names compare without case, unknown headers are ignored.

    Raises NotACloudEvent.
    """
    found = {name.lower(): value for name, value in headers}
    if _text(found, "ce_specversion") != SPEC_VERSION:
        raise NotACloudEvent("ce_specversion is not 1.0")
    try:
        time = datetime.fromisoformat(_text(found, "ce_time"))
    except ValueError:
        raise NotACloudEvent("ce_time is not an RFC 3339 time") from None
    if time.tzinfo is None:
        raise NotACloudEvent("ce_time has no offset")
    return CloudEvent(
        id=_text(found, "ce_id"),
        source=_text(found, "ce_source"),
        type=_text(found, "ce_type"),
        time=time.astimezone(UTC),
        subject=_text(found, "ce_subject", required=False),
        content_type=_text(found, "content-type", required=False),
    )


def _text(found: dict[str, bytes], name: str, *, required: bool = True) -> str:
    value = found.get(name, b"")
    if required and not value:
        raise NotACloudEvent(f"{name} is missing")
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise NotACloudEvent(f"{name} is not UTF-8") from None
