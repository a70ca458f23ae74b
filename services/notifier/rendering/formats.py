"""The few things that are written by place and that neither the language nor the wording knows."""

from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers

from wismo.orders.v1 import buyer_pb2


def known_zone(*names: str) -> str:
    """The first of these IANA names that is one, else UTC."""
    return next((name for name in names if name and _is_zone(name)), "UTC")


@lru_cache(1024)
def phone(e164: str) -> str:
    """A telephone number in groups, as it is dialled from abroad; as it came when it cannot be read."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(e164), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return e164


def postal_lines(address: buyer_pb2.PostalAddress) -> list[str]:
    """An address as it is written, one element a line."""
    town = " ".join(part for part in (address.postcode, address.city) if part)
    return [line for line in (address.recipient, *address.lines, town, address.region, address.country) if line]


@lru_cache(256)
def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
