"""The merchants as pages need them, read from the database once in a few seconds."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

import phonenumbers

from status_page.projection.rows import MerchantRow, MerchantRows
from status_page.web.brand import Brand, brand_of
from wismo.orders.v1 import merchant_pb2


@dataclass(frozen=True)
class Shop:
    """A merchant, ready to be shown. ``id`` is the last part of its name."""

    id: str
    name: str
    revision: int
    display_name: str
    brand: Brand
    logo_url: str
    shop_url: str
    email: str
    phone: str
    phone_shown: str
    """The number with spaces, as people read it."""
    postal_address: tuple[str, ...]
    opening_hours: str
    default_locale: str
    time_zone: str
    download_renewals: int
    merchant: merchant_pb2.Merchant = field(repr=False, compare=False)
    """The merchant itself, for what is counted by its policies. Never changed."""

    @property
    def image_source(self) -> str:
        """The origin of the logo for a content security policy, or nothing."""
        return origin_of(self.logo_url)


class Shops:
    """Reads merchants through a cache of ``max_age`` seconds. One that is not there is asked for every time."""

    def __init__(
        self, rows: MerchantRows, *, max_age: float = 5.0, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._rows = rows
        self._max_age = max_age
        self._monotonic = monotonic
        self._known: dict[str, tuple[float, Shop]] = {}

    def find(self, name: str) -> Shop | None:
        """The merchant with this resource name."""
        known = self._known.get(name)
        if known is not None and self._monotonic() - known[0] < self._max_age:
            return known[1]
        row = self._rows.find(name)
        if row is None:
            return None
        shop = _shop(row)
        self._known[name] = (self._monotonic(), shop)
        return shop

    def only(self) -> Shop | None:
        """The merchant of an installation that has just one."""
        known = self._known.get("")
        if known is not None and self._monotonic() - known[0] < self._max_age:
            return known[1]
        row = self._rows.only()
        if row is None:
            return None
        shop = _shop(row)
        self._known[""] = (self._monotonic(), shop)
        return shop


def web_address(url: str) -> str:
    """``url`` if a browser may be sent there: http or https with a host. Else nothing, so that no link is made."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return url.strip() if parts.scheme in {"http", "https"} and parts.hostname else ""


def origin_of(url: str) -> str:
    """Scheme, host and port of an https address, fit to stand in a content security policy; else nothing."""
    address = web_address(url)
    if not address:
        return ""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    plain = host.replace(":", "").replace("-", "").replace(".", "")
    return f"{parts.scheme}://{host}" if plain.isascii() and plain.isalnum() else ""


def _spaced(phone: str) -> str:
    try:
        return phonenumbers.format_number(phonenumbers.parse(phone), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return phone


@lru_cache(maxsize=1024)
def _shop(row: MerchantRow) -> Shop:
    merchant = merchant_pb2.Merchant.FromString(row.merchant)
    renewals = merchant.policies.download_renewals if merchant.policies.HasField("download_renewals") else 1
    contact = merchant.contact
    return Shop(
        id=row.name.removeprefix("merchants/"),
        name=row.name,
        revision=row.revision,
        display_name=merchant.display_name,
        brand=brand_of(merchant.brand.colour),
        logo_url=web_address(merchant.brand.logo_url),
        shop_url=web_address(merchant.brand.shop_url),
        email=contact.email,
        phone=contact.phone,
        phone_shown=_spaced(contact.phone),
        postal_address=tuple(contact.postal_address),
        opening_hours=contact.opening_hours,
        default_locale=merchant.default_locale or "en",
        time_zone=merchant.time_zone or "UTC",
        download_renewals=renewals,
        merchant=merchant,
    )
