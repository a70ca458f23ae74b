"""What an act is: when it is offered, its form, what its buyer will read, and the fact that it becomes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chassis.outbox import Letter
from status_page.care_desk.acts.forms import Field
from status_page.projection.rows import OrderRow
from status_page.web.shops import Shop
from wismo.orders.v1 import order_pb2
from wording import Reader

Given = Mapping[str, str]
"""What was typed, by field."""


@dataclass(frozen=True, slots=True)
class About:
    """What an act is about."""

    order: order_pb2.Order
    row: OrderRow
    shop: Shop
    reader: Reader
    """The colleague."""
    buyer: Reader
    """The buyer, in whose language and time the act will be read."""
    subject: str
    """Which question, problem, line or message; empty: the order."""
    me: str
    """The colleague's name."""


@dataclass(frozen=True, slots=True)
class Said:
    """A part of what the buyer will read."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class ActKind:
    """One kind of act. ``title``, ``button`` and ``done`` are marked for translation."""

    key: str
    title: str
    button: str
    done: str
    """What the desk says once it was done."""
    fits: Callable[[About], bool]
    """Whether its subject is there and the act makes sense now."""
    fields: Callable[[About], tuple[Field, ...]]
    reads: Callable[[About, Given], tuple[Said, ...]]
    """What the buyer will read, in the buyer's language. Raises Invalid."""
    fact: Callable[[About, Given, str], Letter]
    """The fact, with this request id. Raises Invalid."""
