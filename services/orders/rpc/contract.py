"""Validation by the rules in the protos.

The published code carries no rules (docs/rationale.md), so a message is parsed once more with classes from a private
descriptor pool that has them. That and the check take about 5 µs a message.
"""

import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

import protovalidate
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message

from orders.use_cases.errors import Violation
from wismo.orders.v1 import fulfilment_event_pb2
from wismo.orders.v1.orders_service_pb2 import RecordEventRequest

_NAME = "1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit"
# What a pattern asks for, in words. A pattern that is not here is shown as it is.
_IN_WORDS = {
    "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$": _NAME,
    "^$|^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$": f"empty or {_NAME}",
    "^merchants/[a-z0-9-]{2,40}/orders/[A-Za-z0-9][A-Za-z0-9._-]{0,63}$": (
        "of the form merchants/{merchant}/orders/{reference}"
    ),
    "^merchants/[a-z0-9][a-z0-9-]{0,38}[a-z0-9]$": (
        "of the form merchants/{merchant}, {merchant} being 2 to 40 of a-z, 0-9 and '-'"
    ),
    "^merchants/[a-z0-9-]{2,40}/apiKeys/[a-z0-9]{1,32}$": "of the form merchants/{merchant}/apiKeys/{key}",
    "^[\\x21-\\x7e]{1,64}$": "1 to 64 visible ASCII characters without spaces, for example a UUID",
    "^$|^[\\x21-\\x7e]{1,64}$": "empty or 1 to 64 visible ASCII characters without spaces, for example a UUID",
    "^\\+[1-9][0-9]{6,14}$": "a telephone number in E.164, for example +493012345678",
    "^$|^\\+[1-9][0-9]{6,14}$": "empty or a telephone number in E.164, for example +493012345678",
    "^$|^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$": "empty or a BCP 47 language, for example de-AT",
    "^$|^[A-Z]{2}$": "empty or an ISO 3166-1 alpha-2 country, for example DE",
    "^https?://": "an http or https address",
    "^$|^https?://": "empty or an http or https address",
    "^$|^https://": "empty or an https address",
    "^$|^#[0-9a-fA-F]{6}$": "empty or a colour of the form #rrggbb",
    "^$|^[0-9a-f]{64}$": "empty or a SHA-256 as 64 lower-case hexadecimal digits",
    "^[^/\\\\\\x00-\\x1f]+$": "a file name without slashes and control characters",
    "^$|^[245]\\.[0-9]{1,3}\\.[0-9]{1,3}$": "empty or a status code after RFC 3463, for example 5.1.1",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$": "a date after ISO 8601, for example 2026-12-24",
    "^$|^[A-Z]{2}(-[A-Z0-9]{1,3})?$": "empty or an ISO 3166 country or subdivision, for example DE or DE-BE",
}

# What the contract says of the fields around the change of an event.
RECORD_ORDER = re.compile(r"merchants/[a-z0-9-]{2,40}/orders/[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
RECORD_ID = re.compile(r"[\x21-\x7e]{1,64}")
RECORD_ETAG = 64
RECORD_SOURCES = frozenset(fulfilment_event_pb2.EventSource.values())

Validate = Callable[[Message], tuple[Violation, ...]]


def contract_validator() -> Validate:
    """A function that lists everything in a message that breaks the contract, with paths from that message."""
    pool = descriptor_pool.DescriptorPool()
    described = descriptor_pb2.FileDescriptorSet.FromString(files("wismo").joinpath("contract.binpb").read_bytes())
    for file in described.file:
        pool.Add(file)
    validator = protovalidate.Validator()

    @cache
    def with_rules(full_name: str) -> Callable[[bytes], Message]:
        return message_factory.GetMessageClass(pool.FindMessageTypeByName(full_name)).FromString

    def collect(full_name: str, body: bytes) -> tuple[Violation, ...]:
        return tuple(_violation(found) for found in validator.collect_violations(with_rules(full_name)(body)))

    def validate(message: Message) -> tuple[Violation, ...]:
        if isinstance(message, RecordEventRequest) and _is_well_formed(message):
            change = getattr(message.event, str(message.event.WhichOneof("change")))
            if not collect(change.DESCRIPTOR.full_name, change.SerializeToString()):
                return ()
        return collect(message.DESCRIPTOR.full_name, message.SerializeToString())

    return validate


def _is_well_formed(request: RecordEventRequest) -> bool:
    """Whether everything around the change is surely right; when in doubt, the whole contract is asked.

    An event has more than forty kinds of change, and looking at each takes three times as long as validating the one
    that is set. So the few fields around it are looked at here, by the rules that the contract has for them; a test
    holds the two ways against each other.
    """
    return (
        RECORD_ORDER.fullmatch(request.order) is not None
        and RECORD_ID.fullmatch(request.request_id) is not None
        and len(request.etag) <= RECORD_ETAG
        and request.event.WhichOneof("change") is not None
        and request.event.source in RECORD_SOURCES
    )


def _violation(found: Any) -> Violation:
    proto = found.proto
    rule = str(proto.rule_id)
    return Violation(
        _path(proto.field.elements), _why(rule, str(proto.message), found.rule_value), rule.upper().replace(".", "_")
    )


def _path(elements: Any) -> str:
    """`event.parcel_shipped.lines[0].quantity`. A required oneof is named by its message, whose field it stands for."""
    parts = []
    for element in elements:
        index = f"[{element.subscript.value}]" if element.subscript is not None else ""
        parts.append(f"{element.field_name}{index}")
    return ".".join(parts)


def _why(rule: str, message: str, value: Any) -> str:
    if rule.endswith(".pattern"):
        return f"must be {_IN_WORDS.get(str(value), f'text that matches {value}')}"
    if rule == "required" and "oneof" in message:
        return "is missing, or of a kind that this version does not know; set exactly one"
    if rule == "required" or (rule == "enum.not_in" and list(value) == [0]):
        return "is missing"
    if rule.endswith(".min_len") and value == 1:
        return "must not be empty"
    return message.removeprefix("value ")
