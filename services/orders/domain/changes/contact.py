"""What happens to the buyer's contact and to the links sent."""

from dataclasses import dataclass

from orders.domain.buyer import Buyer


@dataclass(frozen=True, slots=True)
class LinkRequested:
    """The buyer wants the link to the order by message, to the stored address. Only the status page says so."""


@dataclass(frozen=True, slots=True)
class ContactUpdated:
    """The buyer's contact changed; links sent before no longer open when the address did."""

    buyer: Buyer


@dataclass(frozen=True, slots=True)
class BuyerErased:
    """The buyer's data was erased."""
