"""What needs a human now, the way to one order, and the keys."""

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from status_page.care_desk.blueprint import blueprint
from status_page.care_desk.care import MOST
from status_page.care_desk.care_words import SLUGS
from status_page.care_desk.guard import colleague
from status_page.care_desk.matters import filters, matters
from status_page.care_desk.parts import desk
from status_page.care_desk.rendering import desk_page, live_page, reader_here
from status_page.web.visits import visit

_KINDS = {slug: kind for kind, slug in SLUGS.items()}
_LONGEST_REFERENCE = 80


@blueprint.get("/")
def attention() -> Response:
    """The list by due time, all of it or one kind."""
    me, our, reader = colleague(), desk(), reader_here()
    everything = our.care.attention(me.merchant)
    chosen = request.args.get("kind", "")
    kind = _KINDS.get(chosen)
    items = [item for item in everything if kind is None or item.kind == kind]
    names = sorted({item.order for item in items})
    rows = our.orders.find_all(me.merchant, names)
    here = our.presence.others(names, me.session.id, visit().parts.clock.now())
    shown = matters(items, rows, here, reader)
    counts = filters(everything, reader)
    return live_page(
        "attention.html",
        (shown, counts, chosen),
        matters=shown,
        filters=counts,
        chosen=chosen if kind is not None else "",
        total=len(everything),
        full=len(everything) >= MOST,
        now=reader.language.time(reader.now, reader.zone),
    )


@blueprint.get("/find")
def find() -> AnyResponse:
    """To the order with a reference, as it stands in messages; what is not there is said to be not there."""
    reference = request.args.get("reference", "").strip().lstrip("#№").strip()[:_LONGEST_REFERENCE]
    row = desk().orders.find(colleague().merchant, reference) if reference else None
    if row is None:
        return desk_page("not_found.html", 404, reference=reference)
    return redirect(url_for("desk.story", reference=row.name.rpartition("/")[2]), 303)


@blueprint.get("/keys")
def keyboard() -> Response:
    """What the keys do."""
    return desk_page("keyboard.html")
