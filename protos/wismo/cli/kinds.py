"""The kinds of fulfilment event with their fields, read from the contract itself, comments included."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from wismo.cli.exits import UsageProblem
from wismo.cli.friendly import snake
from wismo.client.vocabulary import suggestion
from wismo.orders.v1.fulfilment_event_pb2 import FulfilmentEvent

# Written by Wismo itself or by a call of its own; the server refuses them from a backend. Each with what leads to it.
NOT_EMITTED: Mapping[str, str] = {
    "order_created": "`wismo order create` makes an order.",
    "download_taken": "The status page says when the buyer takes a download.",
    "charge_notice_accepted": "Emit charge_coming; it follows when the buyer's side has accepted the notice.",
    "still_with_you": "The watchdog speaks by itself; with something to say, emit note_to_buyer.",
    "question_delayed": "The watchdog tells the buyer by itself; `wismo question answer` answers.",
    "link_requested": "The buyer asks for the link on the status page.",
    "contact_updated": "UpdateBuyerContact changes where the buyer is reached.",
    "buyer_erased": "EraseBuyer forgets who bought.",
    "message_bounced": "The status page reads what comes back.",
    "resend_requested": "The care desk sends a message again.",
    "preferences_updated": "The buyer chooses by the link in a message.",
}
_MESSAGE = re.compile(r"message (\w+) \{\Z")
_FIELD = re.compile(r"(?:repeated |optional )?[\w.]+ (\w+) = \d+")


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name, what may be given, whether it must be, and what the contract says of it."""

    name: str
    form: str
    required: bool
    comment: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of event."""

    name: str
    comment: str
    fields: tuple[Field, ...]


def kinds() -> list[Kind]:
    """All that a backend may emit, in the contract's order."""
    change = FulfilmentEvent.DESCRIPTOR.oneofs_by_name["change"]
    return [_kind(each) for each in change.fields if each.name not in NOT_EMITTED]


def find(typed: str) -> Kind:
    """The kind meant by ``typed``: `parcel_shipped`, `parcel-shipped`, `ParcelShipped`. Raises UsageProblem with
    suggestions.
    """
    known = kinds()
    wanted = snake(typed)
    for kind in known:
        if kind.name == wanted:
            return kind
    if wanted in NOT_EMITTED:
        raise UsageProblem(f"{wanted} is written by Wismo itself and cannot be emitted. {NOT_EMITTED[wanted]}")
    raise UsageProblem(
        f"{typed!r} is no kind of event; {suggestion(wanted, [kind.name for kind in known])} "
        "`wismo event kinds` shows them all."
    )


# Descriptors are Any: protobuf has several implementations of them, and the stubs name them all.
def _kind(descriptor: Any) -> Kind:
    body = descriptor.message_type
    comments = _comments()
    fields = tuple(
        Field(each.name, form(each), _required(body, each), comments.get((body.name, each.name), ""))
        for each in body.fields
    )
    return Kind(descriptor.name, comments.get((body.name, ""), ""), fields)


def form(field: Any) -> str:
    """How a value is written, in a word or an example."""
    if field.message_type is not None:
        return {
            "Timestamp": "time",
            "Duration": "duration, e.g. 14d",
            "Money": "amount, e.g. 19.90 EUR",
            "Expectation": "time, or time..time",
            "Secret": "text (sealed)",
            "LineQuantity": "line[:quantity],…",
            "PickupPoint": "name, or its fields",
            "DownloadFile": "files (--file)",
        }.get(field.message_type.name, "fields")
    if field.enum_type is not None:
        prefix = field.enum_type.values[0].name.removesuffix("UNSPECIFIED")
        return " | ".join(value.name.removeprefix(prefix).lower() for value in field.enum_type.values[1:])
    if field.type == FieldDescriptor.TYPE_BOOL:
        return "true | false"
    text = "text" if field.type == FieldDescriptor.TYPE_STRING else "number"
    return f"{text},…" if field.is_repeated else text


def _required(body: Any, field: Any) -> bool:
    source = _rules().get((body.name, field.name), "")
    if "IGNORE_IF_ZERO_VALUE" in source or "^$|" in source:
        return False
    return any(
        rule in source for rule in ("required = true", "min_len: 1", "min_items: 1", "not_in: [0]", 'pattern = "^')
    )


@cache
def _source() -> str:
    return files("wismo.orders.v1").joinpath("fulfilment_event.proto").read_text(encoding="utf-8")


@cache
def _comments() -> dict[tuple[str, str], str]:
    """What is written above each message (with an empty second part) and each of its fields."""
    found: dict[tuple[str, str], str] = {}
    message, waiting = "", list[str]()
    for line in map(str.strip, _source().splitlines()):
        if line.startswith("// "):
            waiting.append(line[3:])
            continue
        opened, field = _MESSAGE.match(line.removesuffix("}")), _FIELD.match(line)
        if opened:
            message = opened[1]
            found[message, ""] = " ".join(waiting)
        elif field and message and waiting:
            found[message, field[1]] = " ".join(waiting)
        waiting = []
    return found


@cache
def _rules() -> dict[tuple[str, str], str]:
    """The text of each field's declaration with its rules, up to the next comment or end of the message."""
    found: dict[tuple[str, str], str] = {}
    message, current = "", ("", "")
    for line in map(str.strip, _source().splitlines()):
        opened, field = _MESSAGE.match(line), _FIELD.match(line)
        if opened:
            message = opened[1]
        elif field and message:
            current = (message, field[1])
            found[current] = line
        elif current in found and not line.startswith("//"):
            found[current] += " " + line
    return found
