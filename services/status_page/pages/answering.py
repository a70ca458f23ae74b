"""Answering with an order's page, or with "you have it already" before a byte of the order is parsed."""

import hashlib
from datetime import timedelta

from flask import Response, current_app, g, request

from status_page.pages.order_view import order_view
from status_page.pages.pending import with_pending
from status_page.pages.secrets import NONCE, TOKEN, VERSION, PageWithHoles, SealedSecrets
from status_page.projection.rows import OrderRow
from status_page.web.shops import Shop
from status_page.web.visits import Visit, visit
from wismo.orders.v1 import order_pb2

FRESH_FOR = timedelta(minutes=5)
"""What a page says depends on the time as well: "today", "expired". So a kept page is good for this long at most."""

TOLD = frozenset({"renewed", "asked", "well"})
"""What the address may ask the page to say besides."""

# In this order: Android calls itself Linux as well, and an iPhone speaks of "like Mac OS X".
_SIGNS = (
    ("android", "android"),
    ("iphone", "ios"),
    ("ipad", "ios"),
    ("windows", "windows"),
    ("mac os", "macos"),
    ("linux", "linux"),
)


def order_page_response(row: OrderRow, shop: Shop, *, full: bool) -> Response:
    """The page of an order: everything when ``full``, else its progress only. 304 when the browser has it already."""
    here = visit()
    told = request.args.get("told", "")
    told = told if told in TOLD else ""
    period = int(here.parts.clock.now().timestamp() // FRESH_FOR.total_seconds())
    state = _digest(current_app.config["BUILD"], period, *_state(here, row, shop), full, told, platform())
    # The session is in it because the page's forms carry its token.
    etag = _digest(state, here.session.id)
    if request.if_none_match.contains(etag):
        response = current_app.response_class(status=304)
    else:
        page = here.parts.kept_pages.find(state, period)
        if page is None:
            page = _made(here, row, shop, full=full, told=told)
            here.parts.kept_pages.keep(state, period, page)
        response = _answer(here, page, etag)
    response.headers["ETag"] = f'"{etag}"'
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def platform() -> str:
    """The system that the browser says it runs on, for which help is open from the start; nothing when unknown."""
    agent = request.user_agent.string[:400].lower()
    return next((system for sign, system in _SIGNS if sign in agent), "")


def _made(here: Visit, row: OrderRow, shop: Shop, *, full: bool, told: str) -> PageWithHoles:
    secrets = SealedSecrets(row.name, here.language, here.parts.sealer)
    order = with_pending(order_pb2.Order.FromString(row.order), row.pending)
    view = order_view(order, row.taken, shop, here.language, here.parts.clock.now(), secrets, full=full)
    values = {"order": view, "told": told, "platform": platform(), "shop": shop}
    html = here.parts.templates.render("order.html", here.language, nonce=NONCE, token=TOKEN, version=VERSION, **values)
    return PageWithHoles(html, secrets, view.download_origins)


def _answer(here: Visit, page: PageWithHoles, etag: str) -> Response:
    # A nonce that follows from the etag: a 304 leaves body and policy as they were kept, and they must agree.
    here.nonce = here.parts.cookies.nonce(etag)
    here.form_action = page.form_action
    g.needs_session = True
    body = page.filled(nonce=here.nonce, token=here.parts.cookies.form_token(here.session), version=etag)
    response: Response = current_app.response_class(body, mimetype="text/html")
    response.headers["Content-Language"] = here.language.html_tag
    return response


def _state(here: Visit, row: OrderRow, shop: Shop) -> tuple[object, ...]:
    taken = sorted(row.taken.counts.items())
    pending = [one.id for one in row.pending]
    return row.name, row.sequence, row.link_version, taken, pending, shop.revision, here.language.html_tag


def _digest(*on: object) -> str:
    return hashlib.blake2b(repr(on).encode(), digest_size=12).hexdigest()
