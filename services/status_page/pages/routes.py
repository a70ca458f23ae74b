"""The signed link, the order's page behind it, and closing it again."""

from flask import Blueprint, Response, request, url_for

from chassis import tracing
from chassis.signed_links import ExpiredLink, LinkError
from status_page.pages.answering import order_page_response
from status_page.pages.reaching import closed_page
from status_page.web.answers import see_other
from status_page.web.cookies import SESSION_SECONDS, Opened
from status_page.web.forms import require_token
from status_page.web.measures import LINKS
from status_page.web.visits import page, visit

blueprint = Blueprint("pages", __name__)

PURPOSE = "order"
"""Of the links in messages."""


_WISHES: dict[str, tuple[str | None, str | None]] = {"ask": (None, "ask"), "well": ("well", None)}
"""What a link in a message may ask for besides, as `?then=`: what the page says, and where on it to begin."""


@blueprint.get("/o/<token>")
def open_link(token: str) -> Response:
    """Open a link: remembered in a cookie, then on to the clean address. Nothing else changes, however often."""
    here = visit()
    our = here.parts
    now = our.clock.now()
    try:
        link = our.links.open(token, PURPOSE, now)
    except ExpiredLink as expired:
        LINKS.labels("expired").inc()
        return closed_page("expired", expired.link.subject)
    except LinkError:
        LINKS.labels("bad").inc()
        return closed_page("bad", "")
    row = our.orders.find(link.subject)
    if row is not None and link.version < row.link_version and not row.erased:
        LINKS.labels("revoked").inc()
        return closed_page("revoked", link.subject)
    LINKS.labels("opened").inc()
    until = min(int(link.expires_at.timestamp()), int(now.timestamp()) + SESSION_SECONDS)
    here.session = here.session.with_opened(Opened(link.subject, link.version, until))
    _, merchant, _, reference = link.subject.split("/")
    told, anchor = _WISHES.get(request.args.get("then", ""), (None, None))
    return see_other(url_for("pages.order", merchant=merchant, reference=reference, told=told, _anchor=anchor))


@blueprint.get("/orders/<merchant>/<reference>")
def order(merchant: str, reference: str) -> Response:
    """The order's page, for a browser in which its link was opened; for any other the look-up form."""
    here = visit()
    our = here.parts
    name = f"merchants/{merchant}/orders/{reference}"
    opening = here.session.opening(name, our.clock.now())
    if opening is None:
        here.enter(our.shops.find(f"merchants/{merchant}"))
        action = url_for("lookup.look_up_at_merchant", merchant=merchant) if here.shop else url_for("lookup.look_up")
        return page("lookup.html", action=action, reference=reference[:80], closed=True)
    row = our.orders.find(name)
    shop = our.shops.find(f"merchants/{merchant}")
    if row is None or shop is None:
        # The message was faster than the projector. That takes a moment, and the page says so and looks again.
        here.enter(shop)
        return page("coming.html", 200)
    if row.erased:
        here.enter(shop)
        return page("erased.html", 410)
    if opening.version < row.link_version:
        return closed_page("revoked", name)
    here.enter(shop, buyers=row.locale)
    with tracing.span(
        "page view", kind=tracing.Kind.SERVER, root=True, http__route="/orders/<merchant>/<reference>"
    ) as mark:
        # A view is a trace of its own: it may come days later, and often. The link leads to the event that it shows.
        mark.link(row.traceparent)
        return order_page_response(row, shop, full=True)


@blueprint.post("/orders/<merchant>/<reference>/close")
def close(merchant: str, reference: str) -> Response:
    """Forget the order in this browser, for somebody who sits at a computer of others."""
    require_token()
    here = visit()
    here.session = here.session.without(f"merchants/{merchant}/orders/{reference}")
    return see_other(url_for("lookup.start_of_merchant", merchant=merchant))
