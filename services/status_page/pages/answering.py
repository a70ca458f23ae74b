"""Answering with an order's page, or with "you have it already" before a byte of the order is parsed."""

import hashlib
from datetime import timedelta

from flask import Response, current_app, request

from status_page.pages.order_view import order_view
from status_page.projection.rows import OrderRow
from status_page.web.shops import Shop
from status_page.web.visits import Visit, rendered, visit
from wismo.orders.v1 import order_pb2

# In this order: Android calls itself Linux as well, and an iPhone speaks of "like Mac OS X".
_SIGNS = (
    ("android", "android"),
    ("iphone", "ios"),
    ("ipad", "ios"),
    ("windows", "windows"),
    ("mac os", "macos"),
    ("linux", "linux"),
)

FRESH_FOR = timedelta(minutes=5)
"""What a page says depends on the time as well: "today", "expired". So a kept page is good for this long at most."""


def order_page_response(row: OrderRow, shop: Shop, *, full: bool) -> Response:
    """The page of an order: everything when ``full``, else its progress only. 304 when the browser has it already."""
    here = visit()
    told = request.args.get("told", "")
    etag = _etag(here, row, shop, full=full, told=told)
    if request.if_none_match.contains(etag):
        response = current_app.response_class(status=304)
    else:
        here.nonce = here.parts.cookies.nonce(etag)
        order = order_pb2.Order.FromString(row.order)
        view = order_view(order, row.taken, shop, here.language, here.parts.clock.now(), here.parts.sealer, full=full)
        here.form_action = view.download_origins
        response = rendered("order.html", order=view, told=told, version=etag, platform=platform())
    response.headers["ETag"] = f'"{etag}"'
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def platform() -> str:
    """The system that the browser says it runs on, for which help is open from the start; nothing when unknown."""
    agent = request.user_agent.string[:400].lower()
    return next((system for sign, system in _SIGNS if sign in agent), "")


def _etag(here: Visit, row: OrderRow, shop: Shop, *, full: bool, told: str) -> str:
    """Everything that the page depends on. The session is in it because the page's forms carry its token."""
    now = here.parts.clock.now()
    on = (
        current_app.config["BUILD"],
        row.name,
        row.sequence,
        row.link_version,
        sorted(row.taken.counts.items()),
        shop.revision,
        here.language.html_tag,
        here.session.id,
        full,
        told,
        platform(),
        int(now.timestamp() // FRESH_FOR.total_seconds()),
    )
    return hashlib.blake2b(repr(on).encode(), digest_size=12).hexdigest()
