"""What happens to the buyer's contact, and to the links and messages sent."""

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


@dataclass(frozen=True, slots=True)
class MessageBounced:
    """A message of ours came back. Only the status page says so, which reads what comes in."""

    message_id: str
    permanent: bool = False
    # The enhanced status code of RFC 3463, if one was said.
    status: str = ""


@dataclass(frozen=True, slots=True)
class ResendRequested:
    """The care team wants a message sent once more. Only the care desk says so."""

    message_id: str


@dataclass(frozen=True, slots=True)
class PreferencesUpdated:
    """The buyer said whether optional messages are welcome. Only the status page says so."""

    optional_messages: bool = False
