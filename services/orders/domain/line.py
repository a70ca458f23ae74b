"""What was bought."""

from dataclasses import dataclass

from orders.domain.values import Expectation, Money, Part, quick
from orders.domain.vocabulary import LineKind, LineState


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line as a backend sends it; quantity 0 is read as 1."""

    line_id: str
    kind: LineKind
    title: str
    sku: str = ""
    quantity: int = 1
    price: Money | None = None
    expected: Expectation | None = None
    pickup: bool = False


@quick
@dataclass(frozen=True, slots=True)
class Line(Part):
    """A line with everything that is derived of it. ``state`` follows from the quantities, parcels and rights of the
    order.
    """

    line_id: str
    kind: LineKind
    title: str
    sku: str = ""
    quantity: int = 1
    price: Money | None = None
    expected: Expectation | None = None
    pickup: bool = False
    state: LineState = LineState.RECEIVED
    shipped_quantity: int = 0
    delivered_quantity: int = 0
    cancelled_quantity: int = 0
    returned_quantity: int = 0
    backordered_quantity: int = 0
    # On the way back, after ReturnStarted and before ReturnReceived.
    returning_quantity: int = 0
    # How often the expected time was moved to a later one.
    expected_slips: int = 0
    # As told at the checkout; what `expected` and its slips are counted from.
    first_expected: Expectation | None = None
    # Packing or preparing has begun.
    preparing: bool = False
