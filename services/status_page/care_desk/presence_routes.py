"""Who else is at an order now."""

from dataclasses import dataclass

from flask import Response, request

from status_page.care_desk.blueprint import blueprint
from status_page.care_desk.finding import found_order
from status_page.care_desk.guard import colleague
from status_page.care_desk.parts import desk
from status_page.care_desk.presence import Here, one_each
from status_page.care_desk.rendering import desk_page, reader_here
from status_page.web.visits import visit

_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Other:
    """A colleague at the same order."""

    name: str
    doing: str
    since: str
    same: bool
    """True when both are at the same thing."""


@blueprint.get("/orders/<reference>/here")
def presence(reference: str) -> Response:
    """Who else is there, as a part of a page; notes that the colleague is still there."""
    found_order(reference)
    return desk_page("_here.html", others=note_presence(reference, request.args.get("doing", "")[:_LONGEST]))


def note_presence(reference: str, doing: str) -> tuple[Other, ...]:
    """Note the colleague at an order that is there, and say who else is."""
    me, our, now = colleague(), desk(), visit().parts.clock.now()
    name = f"{me.merchant}/orders/{reference}"
    our.presence.note(name, Here(me.session.id, me.name, doing, now), now)
    reader = reader_here()
    others = one_each(our.presence.others((name,), me.session.id, now).get(name, ()))
    return tuple(
        Other(one.name, one.doing, reader.language.time(one.since, reader.zone), bool(doing) and one.doing == doing)
        for one in others
    )
