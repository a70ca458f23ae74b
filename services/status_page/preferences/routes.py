"""Ending optional messages: one POST without a cookie (RFC 8058, section 3.2), or a button on a page."""

from flask import Blueprint, Response

from status_page.outbox.facts import preferences_updated
from status_page.pages.pending import is_in, with_pending
from status_page.pages.reaching import Reached, signed_order
from status_page.projection.rows import Pending
from status_page.web.measures import OPTED_OUT
from status_page.web.visits import page, visit
from wismo.orders.v1 import order_pb2

blueprint = Blueprint("preferences", __name__)

PURPOSE = "optional-off"
"""Of the links in messages."""


@blueprint.get("/u/<token>")
def ask(token: str) -> Response:
    """Whether they are to end. Nothing changes: mail scanners open links."""
    reached = signed_order(token, PURPOSE)
    return reached if isinstance(reached, Response) else _page(reached)


@blueprint.post("/u/<token>")
def end(token: str) -> Response:
    """End them. The link is the proof; mail providers send this without cookies, and follow no redirect."""
    reached = signed_order(token, PURPOSE)
    if isinstance(reached, Response):
        return reached
    row, our = reached.row, visit().parts
    given = order_pb2.Order.FromString(row.order)
    if not with_pending(given, row.pending).no_optional_messages:
        fact = preferences_updated(row.name, our.clock.now(), optional_messages=False)
        our.put(fact)
        over = [one.id for one in row.pending if is_in(given, one)]
        our.orders.show_pending(row.name, Pending(fact.id, "optional_off", fact.at), over)
        OPTED_OUT.inc()
    return _page(reached, ended=True)


def _page(reached: Reached, *, ended: bool = False) -> Response:
    order = with_pending(order_pb2.Order.FromString(reached.row.order), reached.row.pending)
    return page("optional.html", ended=ended or order.no_optional_messages, reference=order.reference)
