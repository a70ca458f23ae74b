"""Who bought. Personal data: it never reaches logs, traces or metrics, so nothing of it is printed by repr."""

from dataclasses import dataclass, field

from orders.domain.values import Part, quick


@quick
@dataclass(frozen=True, slots=True)
class PostalAddress(Part):
    """A postal address as it is written on a parcel."""

    recipient: str = field(default="", repr=False)
    lines: tuple[str, ...] = field(default=(), repr=False)
    city: str = field(default="", repr=False)
    region: str = ""
    postcode: str = field(default="", repr=False)
    country: str = ""


@quick
@dataclass(frozen=True, slots=True)
class Buyer(Part):
    """The buyer's contact. All of it is empty once the buyer was erased."""

    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    display_name: str = field(default="", repr=False)
    locale: str = ""
    time_zone: str = ""
    shipping_address: PostalAddress | None = field(default=None, repr=False)
    account_id: str = field(default="", repr=False)
