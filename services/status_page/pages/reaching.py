"""How a request comes to an order: by an opened link in this browser, or by a signed link in its address."""

from dataclasses import dataclass

from flask import Response, abort, url_for

from chassis.signed_links import ExpiredLink, LinkError
from status_page.projection.rows import OrderRow
from status_page.web.measures import LINKS
from status_page.web.shops import Shop
from status_page.web.visits import page, visit


@dataclass(frozen=True, slots=True)
class Reached:
    """An order that may be shown and acted on. ``rest`` is what the signed link names besides, a line for example."""

    row: OrderRow
    shop: Shop
    rest: str = ""


def opened_order(merchant: str, reference: str) -> Reached:
    """The order, if this browser has it open; the visit is its shop's from then on. 404 otherwise: no difference is
    made.
    """
    here = visit()
    our = here.parts
    name = f"merchants/{merchant}/orders/{reference}"
    opening = here.session.opening(name, our.clock.now())
    row = our.orders.find(name) if opening else None
    shop = our.shops.find(f"merchants/{merchant}") if row else None
    if opening is None or row is None or shop is None or row.erased or opening.version < row.link_version:
        abort(404)
    here.enter(shop, buyers=row.locale)
    return Reached(row, shop)


def signed_order(token: str, purpose: str) -> Reached | Response:
    """The order that a genuine link of this purpose names, or the page that says why it does not open.

    The subject is the order's name, and after a space what else it is about. Nothing changes, however often.
    """
    here = visit()
    our = here.parts
    try:
        link = our.links.open(token, purpose, our.clock.now())
    except ExpiredLink as expired:
        LINKS.labels("expired").inc()
        return closed_page("expired", expired.link.subject.partition(" ")[0])
    except LinkError:
        LINKS.labels("bad").inc()
        return closed_page("bad", "")
    name, _, rest = link.subject.partition(" ")
    row = our.orders.find(name)
    shop = our.shops.find(name.partition("/orders/")[0]) if row is not None else None
    if row is None or shop is None:
        # The message was faster than the projector. That takes a moment, and the page says so and looks again.
        here.enter(shop)
        return page("coming.html", 200)
    if row.erased:
        here.enter(shop)
        return page("erased.html", 410)
    if link.version < row.link_version:
        LINKS.labels("revoked").inc()
        return closed_page("revoked", name)
    LINKS.labels("opened").inc()
    here.enter(shop, buyers=row.locale)
    return Reached(row, shop, rest)


def closed_page(why: str, name: str) -> Response:
    """The kind page for a link that does not open. ``name`` is that of an order whose link is genuine."""
    here = visit()
    our = here.parts
    here.enter(our.shops.find(name.partition("/orders/")[0]) if name else our.shops.only())
    proof = our.cookies.proof(name, our.clock.now()) if name else ""
    action = url_for("lookup.look_up_at_merchant", merchant=here.shop.id) if here.shop else url_for("lookup.look_up")
    return page("link_closed.html", 404 if why == "bad" else 410, why=why, proof=proof, action=action)


def order_url(row: OrderRow, told: str = "", anchor: str = "") -> str:
    """The clean path of an order's page, which only a browser with its link opens."""
    _, merchant, _, reference = row.name.split("/")
    return url_for("pages.order", merchant=merchant, reference=reference, told=told or None, _anchor=anchor or None)
