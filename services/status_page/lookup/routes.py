"""Look-up by reference and contact, and "mail me the link". Before the progress page, hits and misses look alike."""

from dataclasses import dataclass

from flask import Blueprint, Response, abort, request, url_for

from status_page.lookup.keys import LookupKeys
from status_page.lookup.limits import (
    LINKS_PER_ADDRESS,
    LINKS_PER_ORDER,
    PER_ADDRESS,
    PER_ORDER,
    by_address,
    by_reference,
    limiter,
)
from status_page.outbox.facts import link_requested, nothing
from status_page.pages.answering import order_page_response
from status_page.projection.rows import Found, OrderRows
from status_page.web.answers import see_other
from status_page.web.forms import field, require_token
from status_page.web.measures import LOOKUPS
from status_page.web.shops import Shop
from status_page.web.visits import page, visit

blueprint = Blueprint("lookup", __name__)

_LONGEST_REFERENCE = 80


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form holds."""

    reference: str
    contact: str


@blueprint.get("/")
def start() -> Response:
    """The form. On a host that belongs to a merchant, and where there is only one, under its brand."""
    here = visit()
    here.enter(_shop_of_host())
    return _form(request.args.get("reference", "")[:_LONGEST_REFERENCE])


@blueprint.get("/m/<merchant>/")
def start_of_merchant(merchant: str) -> Response:
    """The form under a merchant's brand."""
    visit().enter(_shop_or_404(merchant))
    return _form(request.args.get("reference", "")[:_LONGEST_REFERENCE])


@blueprint.post("/")
@limiter.limit(PER_ADDRESS, key_func=by_address)
@limiter.limit(PER_ORDER, key_func=by_reference)
def look_up() -> Response:
    """Look up in any shop, or in that of the host."""
    visit().enter(_shop_of_host())
    return _look_up()


@blueprint.post("/m/<merchant>/")
@limiter.limit(PER_ADDRESS, key_func=by_address)
@limiter.limit(PER_ORDER, key_func=by_reference)
def look_up_at_merchant(merchant: str) -> Response:
    """Look up in one shop."""
    visit().enter(_shop_or_404(merchant))
    return _look_up()


@blueprint.get("/progress")
def progress() -> Response:
    """What the last look-up of this browser found: where the order is, and nothing else of it."""
    here = visit()
    remembered = here.parts.cookies.progress(request)
    if remembered is None:
        return see_other(url_for("lookup.start"))
    name, merchant = remembered
    row = here.parts.orders.find(name) if name else None
    shop = here.parts.shops.find(row.merchant if row else merchant) if (row or merchant) else _shop_of_host()
    here.enter(shop, buyers=row.locale if row else "")
    if row is None or shop is None or row.erased:
        LOOKUPS.labels("miss").inc()
        return page("not_found.html", action=_form_action(shop))
    return order_page_response(row, shop, full=False)


@blueprint.post("/link")
@limiter.limit(LINKS_PER_ADDRESS, key_func=by_address)
@limiter.limit(LINKS_PER_ORDER, key_func=by_reference)
def mail_link() -> Response:
    """Have the link sent to the address that the order was placed with. The answer is the same whatever was typed."""
    here = visit()
    shop = here.parts.shops.find(f"merchants/{field('merchant', 40)}")
    asked = _asked()
    found = _find(here.parts.orders, here.parts.lookup_keys, asked, shop)
    now = here.parts.clock.now()
    # Something is kept either way, so that the time of the answer says nothing.
    here.parts.put(link_requested(found.name, now) if found else nothing(now))
    return see_other(url_for("lookup.link_sent", merchant=shop.id if shop else None))


@blueprint.post("/link/again")
@limiter.limit(LINKS_PER_ADDRESS, key_func=by_address)
@limiter.limit(LINKS_PER_ORDER, key_func=lambda: f"proved {_proved_order()}")
def mail_link_again() -> Response:
    """The same for a buyer who has proved which order it is: by an old link, or by a look-up a moment ago."""
    require_token()
    here = visit()
    name = _proved_order()
    now = here.parts.clock.now()
    here.parts.put(link_requested(name, now) if name else nothing(now))
    merchant = name.split("/")[1] if name else None
    return see_other(url_for("lookup.link_sent", merchant=merchant))


@blueprint.get("/link-sent")
def link_sent() -> Response:
    """What happens now that the link was asked for."""
    here = visit()
    merchant = request.args.get("merchant", "")[:40]
    here.enter(here.parts.shops.find(f"merchants/{merchant}") if merchant else _shop_of_host())
    return page("link_sent.html", action=_form_action(here.shop))


def _form(reference: str, status: int = 200) -> Response:
    return page("lookup.html", status, action=_form_action(visit().shop), reference=reference, closed=False)


def _look_up() -> Response:
    here = visit()
    found = _find(here.parts.orders, here.parts.lookup_keys, _asked(), here.shop)
    response = see_other(url_for("lookup.progress"))
    shop = here.shop.name if here.shop else ""
    here.parts.cookies.set_progress(response, found.name if found else "", found.merchant if found else shop)
    LOOKUPS.labels("asked").inc()
    return response


def _asked() -> Asked:
    require_token()
    asked = Asked(field("reference", _LONGEST_REFERENCE), field("contact"))
    if not asked.reference or not asked.contact:
        abort(400)
    return asked


def _find(orders: OrderRows, keys: LookupKeys, asked: Asked, shop: Shop | None) -> Found | None:
    """The one order that fits. Where two shops have one for the same buyer, the shop has to be named."""
    found = [
        one
        for one in orders.find_by_key(keys.of_contact(asked.reference, asked.contact))
        if shop is None or one.merchant == shop.name
    ]
    return found[0] if len(found) == 1 else None


def _proved_order() -> str:
    """The order that an expired but genuine link, or the last look-up, names; nothing if neither does."""
    here = visit()
    name = here.parts.cookies.proved(request.form.get("proof", "")[:1024], here.parts.clock.now())
    if name:
        return name
    remembered = here.parts.cookies.progress(request)
    return remembered[0] if remembered else ""


def _form_action(shop: Shop | None) -> str:
    return url_for("lookup.look_up_at_merchant", merchant=shop.id) if shop else url_for("lookup.look_up")


def _shop_of_host() -> Shop | None:
    here = visit().parts
    merchant = here.hosts.get(request.host.partition(":")[0].lower(), "")
    return here.shops.find(f"merchants/{merchant}") if merchant else here.shops.only()


def _shop_or_404(merchant: str) -> Shop:
    shop = visit().parts.shops.find(f"merchants/{merchant}")
    if shop is None:
        abort(404)
    return shop
