"""The order that an address names: always one of the colleague's own merchant."""

from dataclasses import dataclass

from flask import abort

from status_page.care_desk.guard import colleague
from status_page.care_desk.parts import desk
from status_page.projection.rows import OrderRow
from wismo.orders.v1 import order_pb2


@dataclass(frozen=True, slots=True)
class Found:
    """An order with its row."""

    row: OrderRow
    order: order_pb2.Order

    @property
    def erased(self) -> bool:
        """Whether the buyer's data is gone."""
        return self.row.erased


def found_order(reference: str) -> Found:
    """The order with this reference; 404 when the merchant has none."""
    row = desk().orders.find(colleague().merchant, reference)
    if row is None:
        abort(404)
    return Found(row, order_pb2.Order.FromString(row.order))
