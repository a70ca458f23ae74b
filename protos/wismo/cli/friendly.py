"""From a tree of texts with friendly keys to a message of the contract, with a complaint for each thing that is not
right.

All complaints are gathered, so that a file is mended in one go. ``places`` remembers where each field stood, so that
what the server refuses can be shown at its line too.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from wismo.cli.documents import Value
from wismo.cli.opening_hours import periods
from wismo.client import InvalidInput
from wismo.client.errors import InvalidField
from wismo.client.values import money
from wismo.client.vocabulary import suggestion

# Words that people use for fields, by message. A name of the contract itself always works too.
ALIASES: Mapping[str, Mapping[str, str]] = {
    "Order": {"payment": "payment_state", "ref": "reference"},
    "Buyer": {"name": "display_name", "address": "shipping_address", "language": "locale", "timezone": "time_zone"},
    "OrderLine": {"id": "line_id", "name": "title"},
    "LineQuantity": {"id": "line_id", "line": "line_id"},
    "DownloadFile": {
        "id": "file_id",
        "name": "file_name",
        "size": "size_bytes",
        "url": "signed_url",
        "path": "local_path",
    },
    "PostalAddress": {"street": "lines", "name": "recipient", "zip": "postcode", "postal_code": "postcode"},
    "PickupPoint": {"name": "display_name"},
    "Merchant": {"timezone": "time_zone", "locale": "default_locale", "language": "default_locale"},
    "CareTeam": {"escalation": "escalation_email", "language": "locale", "secret": "webhook_secret"},
    "SilenceRule": {"kind": "line_kind", "state": "line_state"},
    "Brand": {"color": "colour"},
    "Sender": {"name": "display_name"},
    "AccessGranted": {"password": "code"},
    "ParcelShipped": {"tracking": "tracking_number"},
}
# What the contract says is derived. A backend cannot set it.
OUTPUT_ONLY: Mapping[str, frozenset[str]] = {
    "Merchant": frozenset({"revision", "create_time", "update_time"}),
    "Secret": frozenset({"key_id", "ciphertext"}),
}
INPUT_ONLY_FIELDS: Mapping[str, frozenset[str]] = {
    "Order": frozenset({"reference", "buyer", "lines", "placed_at", "total", "payment_state"}),
    "OrderLine": frozenset({"line_id", "kind", "title", "sku", "quantity", "price", "expected", "pickup"}),
}
_AGO = re.compile(r"([+-]|in )?\s*(\d+(?:\.\d+)?)\s*(s|m|min|h|d|w|days?|hours?|minutes?|weeks?)( ago)?\Z")
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_TRUE, _FALSE = {"true", "yes", "on", "1"}, {"false", "no", "off", "0"}


@dataclass
class Reader:
    """Fills messages. ``name``: what the user knows the input as; ``now``: what `in 3 days` is counted from."""

    name: str = ""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    complaints: list[InvalidField] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)

    def fill(self, message: Message, value: Value, path: str) -> None:
        """Set ``message`` from ``value``; what is wrong joins the complaints. ``path``: the message's path in the
        request.
        """
        self._note(path, value)
        if not isinstance(value.content, dict):
            self._complain(path, value, f"must hold {', '.join(settable(message))}")
            return
        aliases = ALIASES.get(message.DESCRIPTOR.name, {})
        for key, inner in value.content.items():
            name = snake(key)
            name = name if name in message.DESCRIPTOR.fields_by_name else aliases.get(name, name)
            below = f"{path}.{name}" if path else name
            if name not in message.DESCRIPTOR.fields_by_name:
                self._complain(
                    f"{path}.{key}" if path else key, inner, f"is not known; {suggestion(name, settable(message))}"
                )
            elif name not in settable(message):
                self._complain(below, inner, "is worked out by Wismo and cannot be set")
            elif inner.content is not None:
                self._set(message, message.DESCRIPTOR.fields_by_name[name], inner, below)

    def finish(self) -> None:
        """Raise InvalidInput with all complaints, if there are any."""
        if self.complaints:
            raise InvalidInput("the input is not right", fields=self.complaints)

    def _set(self, message: Message, descriptor: Any, value: Value, path: str) -> None:
        self._note(path, value)
        if descriptor.is_repeated:
            try:
                items = listed(value, descriptor)
            except ValueError as bad:
                self._complain(path, value, str(bad))
                return
            for index, item in enumerate(items):
                below = f"{path}[{index}]"
                self._note(below, item)
                self._one(
                    descriptor, item, below, getattr(message, descriptor.name).append, getattr(message, descriptor.name)
                )
        else:
            self._one(descriptor, value, path, lambda read: setattr(message, descriptor.name, read), message)

    def _one(self, descriptor: Any, value: Value, path: str, put: Callable[[Any], None], holder: Any) -> None:
        try:
            if descriptor.message_type is not None:
                target = holder.add() if descriptor.is_repeated else getattr(holder, descriptor.name)
                self._message(target, value, path)
                target.SetInParent()
            else:
                put(self._scalar(descriptor, value))
        except ValueError as bad:
            self._complain(path, value, str(bad))

    def _message(self, target: Message, value: Value, path: str) -> None:
        text = value.content if isinstance(value.content, str) else None
        kind = target.DESCRIPTOR.full_name
        if text is None:
            if kind == "google.type.Money" and isinstance(value.content, dict):
                parts = {snake(key): inner.content for key, inner in value.content.items()}
                text = f"{parts.get('amount', '')} {parts.get('currency', '')}"
            else:
                self.fill(target, value, path)
                return
        if isinstance(target, Timestamp):
            target.FromDatetime(moment(text, self.now()))
        elif isinstance(target, Duration):
            target.FromTimedelta(span(text))
        elif kind == "google.type.Money":
            target.CopyFrom(amount(text))
        elif not self._short_form(target, text):
            self._complain(path, value, f"must hold {', '.join(settable(target))}")

    def _short_form(self, target: Any, text: str) -> bool:
        """Messages that may be written as one text. False: this one may not."""
        match target.DESCRIPTOR.name:
            case "Secret":
                target.plaintext = text
            case "Expectation":
                earliest, dots, latest = text.partition("..")
                target.latest.FromDatetime(moment(latest if dots else earliest, self.now()))
                if dots:
                    target.earliest.FromDatetime(moment(earliest, self.now()))
            case "LineQuantity":
                line, colon, quantity = text.partition(":")
                target.line_id, target.quantity = line, whole(quantity) if colon else 0
            case "PickupPoint":
                target.display_name = text
            case _:
                return False
        return True

    def _scalar(self, descriptor: Any, value: Value) -> Any:
        text = value.content
        if not isinstance(text, str):
            raise ValueError("must be one value, not several")  # noqa: TRY004 - one kind of complaint for all input.
        if descriptor.enum_type is not None:
            return enum_number(descriptor, text)
        if descriptor.type == FieldDescriptor.TYPE_BOOL:
            if text.lower() in _TRUE | _FALSE:
                return text.lower() in _TRUE
            raise ValueError(f"{text!r} is neither true nor false")
        return text if descriptor.type == FieldDescriptor.TYPE_STRING else whole(text)

    def _complain(self, path: str, value: Value, why: str) -> None:
        self._note(path, value)
        self.complaints.append(InvalidField(path, why))

    def _note(self, path: str, value: Value) -> None:
        if value.line:
            self.places[path] = f"{self.name}:{value.line}"


def settable(message: Message) -> list[str]:
    """The fields of a message that may be set from outside."""
    name = message.DESCRIPTOR.name
    known = [each.name for each in message.DESCRIPTOR.fields]
    allowed = INPUT_ONLY_FIELDS.get(name, frozenset(known)) - OUTPUT_ONLY.get(name, frozenset())
    return [each for each in known if each in allowed]


def listed(value: Value, descriptor: Any) -> list[Value]:
    """A list as it is; a mapping of line to quantity, texts with commas, and business hours, as the list that they
    mean. Raises ValueError for business hours that mean nothing.
    """
    if descriptor.message_type is not None and descriptor.message_type.name == "BusinessPeriod":
        items = value.content if isinstance(value.content, list) else [value]
        return [period for item in items for period in _periods(item)]
    if isinstance(value.content, list):
        return value.content
    if isinstance(value.content, dict) and descriptor.message_type is not None:
        if descriptor.message_type.name == "LineQuantity" and not {"line_id", "id", "line"} & set(value.content):
            return [
                Value({"line_id": Value(key, inner.line), "quantity": inner}, inner.line)
                for key, inner in value.content.items()
            ]
        return [value]
    if isinstance(value.content, str) and not value.line:
        return [Value(part.strip()) for part in value.content.split(",") if part.strip()]
    return [value]


def _periods(item: Value) -> list[Value]:
    if not isinstance(item.content, str):
        return [item]
    return [
        Value({key: Value(text, item.line) for key, text in fields.items()}, item.line)
        for fields in periods(item.content)
    ]


def enum_number(descriptor: Any, text: str) -> int:
    """The number of a word such as `in transit`, `IN_TRANSIT` or `TRACKING_STATUS_IN_TRANSIT`."""
    names = [value.name for value in descriptor.enum_type.values]
    prefix = names[0].removesuffix("UNSPECIFIED")
    words = {name.removeprefix(prefix).lower(): name for name in names[1:]}
    word = snake(text).removeprefix(prefix.lower())
    if word not in words:
        raise ValueError(f"{text!r} is not one of them; {suggestion(word, list(words))}")
    return int(descriptor.enum_type.values_by_name[words[word]].number)


def moment(text: str, now: datetime) -> datetime:
    """ISO 8601 with a zone (`2026-11-24T10:00:00+01:00`, `…Z`), `now`, or counted from now: `in 3 days`, `+2h`, `1h
    ago`.
    """
    word = text.strip().lower()
    if word == "now":
        return now
    relative = _AGO.match(word)
    if relative and (relative[1] or relative[4]):
        back = relative[4] is not None or relative[1] == "-"
        length = timedelta(seconds=float(relative[2]) * _UNITS[relative[3][0]])
        return now - length if back else now + length
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is no time; write for example 2026-11-24T10:00:00+01:00, or `in 3 days`") from None
    if read.tzinfo is None:
        raise ValueError(
            f"{text!r} has no time zone; write for example {read.isoformat()}Z or {read.isoformat()}+01:00"
        )
    return read


def span(text: str) -> timedelta:
    """`90s`, `15m`, `24h`, `14d`, `2 weeks`."""
    found = _AGO.match(text.strip().lower())
    if found is None or found[1] or found[4]:
        raise ValueError(f"{text!r} is no length of time; write for example 24h, 14d or 90m")
    return timedelta(seconds=float(found[2]) * _UNITS[found[3][0]])


def amount(text: str) -> Any:
    """`19.90 EUR` or `EUR 19.90`."""
    parts = text.split()
    if len(parts) != 2:
        raise ValueError(f"{text!r} is no amount; write for example 19.90 EUR")
    number, currency = parts if parts[1].isalpha() else (parts[1], parts[0])
    try:
        return money((number, currency.upper()), "amount")
    except InvalidInput as bad:
        raise ValueError(bad.fields[0].why) from None


def whole(text: str) -> int:
    """A whole number; `1_000` and `1000` are the same."""
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{text!r} is no whole number") from None


def snake(word: str) -> str:
    """`trackingNumber`, `tracking-number` and `Tracking number` as `tracking_number`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word.strip()).replace("-", "_").replace(" ", "_").lower()
