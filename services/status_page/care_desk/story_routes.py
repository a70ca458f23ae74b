"""One order's whole story, and each message about it exactly as it was sent."""

import hmac
from dataclasses import dataclass

from flask import Response, abort, g, request

from status_page.care_desk.acts.done import Standing
from status_page.care_desk.acts.kinds import FOR_AN_ORDER, KINDS
from status_page.care_desk.acts.seen import named
from status_page.care_desk.blueprint import blueprint
from status_page.care_desk.care import CareDown
from status_page.care_desk.care_words import DELIVERY, order_state
from status_page.care_desk.finding import Found, found_order
from status_page.care_desk.guard import colleague, log
from status_page.care_desk.matters import matters
from status_page.care_desk.message_words import message_name
from status_page.care_desk.parts import desk
from status_page.care_desk.presence_routes import note_presence
from status_page.care_desk.rendering import desk_page, language_name, live_page, reader_here, when
from status_page.care_desk.story_view import happened, line_rows, owed, threads
from status_page.pages.moments import Moment
from wismo.care.v1 import care_service_pb2 as care
from wismo.care.v1 import message_pb2
from wording import Reader, carrier_name

MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
"""For a mail as it was sent: its own styles, and nothing that runs, loads or leads anywhere."""


@blueprint.get("/orders/<reference>")
def story(reference: str) -> Response:
    """The whole story. What the notifier knows is left out while it does not answer, and the page says so."""
    found = found_order(reference)
    if found.erased:
        return desk_page("erased.html", 410, reference=reference)
    our, reader, order = desk(), reader_here(), found.order
    told, down = _told(order.name)
    acts = [named(act, reader) for act in our.acts.of(order.name)]
    others = note_presence(reference, "")
    titles = {key: reader.gettext(kind.title) for key, kind in KINDS.items()}
    entries = happened(order, told, our.visits.of(order.name), acts, reader, titles)
    promised = owed(told, reader)
    asked = threads(order, reader)
    urgent = matters(told.attention, {order.name: found.row}, {}, reader)
    done = request.args.get("told", "")
    state = (found.row.sequence, entries, promised, urgent, others, down, done)
    return live_page(
        "story.html",
        state,
        reference=order.reference,
        order=order,
        state=order_state(order, reader.language),
        entries=entries,
        promised=promised,
        threads=asked,
        urgent=urgent,
        lines=line_rows(order, reader),
        buyer_reads=language_name(order.buyer.locale, reader),
        others=others,
        problems=[problem for problem in order.problems if not problem.HasField("resolved_at")],
        pending=[act for act in acts if act.standing is not Standing.TAKEN],
        answering={act.about for act in acts if act.kind == "answer" and act.standing is Standing.WAITING},
        heard=when(told.heard_at, reader) if told.HasField("heard_at") else None,
        dark_from=when(told.dark_from, reader) if told.HasField("dark_from") else None,
        down=down,
        offers=FOR_AN_ORDER if colleague().acts else (),
        alike=_alike(found, reader) if colleague().acts else (),
        said=KINDS[done].done if done in KINDS else "",
        placed=when(order.placed_at, reader) if order.HasField("placed_at") else None,
    )


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message as the page shows it."""

    id: str
    kind: str
    subject: str
    text: str
    has_html: bool
    state: str
    tone: str
    reason: str
    planned: Moment
    settled: Moment | None
    attempts: int
    to_buyer: bool


@blueprint.get("/orders/<reference>/messages/<path:message_id>")
def message(reference: str, message_id: str) -> Response:
    """One message exactly as it was sent. Each look is in the audit log."""
    found = found_order(reference)
    told = _message(found, message_id)
    log("message.read", found.order.name, message_id)
    reader = reader_here()
    state, tone = DELIVERY.get(told.state, DELIVERY[message_pb2.DELIVERY_STATE_UNKNOWN])
    view = MessageView(
        told.message_id,
        message_name(told.kind, reader.language),
        told.subject,
        told.text,
        bool(told.html),
        state,
        tone,
        told.reason,
        when(told.planned_at, reader),
        when(told.settled_at, reader) if told.HasField("settled_at") else None,
        told.attempts,
        told.recipient == "buyer",
    )
    g.frames = True
    return desk_page("message.html", reference=reference, message=view, frame_pass=_pass(told.message_id))


@blueprint.get("/orders/<reference>/bodies/<path:message_id>")
def message_body(reference: str, message_id: str) -> Response:
    """The HTML of a message, for a frame that can do nothing."""
    told = _message(found_order(reference), message_id)
    # Only from the page of the message, which has written the look into the log.
    if not told.html or not hmac.compare_digest(request.args.get("pass", ""), _pass(message_id)):
        abort(404)
    response = Response(told.html, mimetype="text/html")
    response.headers["Cache-Control"] = "private, no-store"
    g.own_policy = MAIL_POLICY
    return response


def _pass(message_id: str) -> str:
    """What the page of a message gives its frame: good in this session, for this message."""
    return desk().cookies.form_token(f"{colleague().session.id} {message_id}")


def _told(name: str) -> tuple[care.GetCareStoryResponse, bool]:
    try:
        return desk().care.story(name), False
    except CareDown:
        return care.GetCareStoryResponse(), True


def _message(found: Found, message_id: str) -> message_pb2.Message:
    if found.erased or not 0 < len(message_id) <= 256:
        abort(404)
    told = desk().care.message(found.order.name, message_id)
    if told is None:
        abort(404)
    return told


def _alike(found: Found, reader: Reader) -> tuple[tuple[str, str, str], ...]:
    """What this order shares with others: by what, the value, and how it is called."""
    order = found.order
    carriers = dict.fromkeys(parcel.carrier for parcel in order.parcels if parcel.carrier)
    shared = [("carrier", carrier, carrier_name(carrier)) for carrier in carriers]
    shared += [("sku" if line.sku else "title", line.sku or line.title, line.title) for line in order.lines[:5]]
    days = [facet.rpartition("|")[2] for facet in found.row.facets if "|day|" in facet]
    shared += [("day", day, reader.gettext("ordered on %(day)s", day=reader.day(order.placed_at))) for day in days]
    return tuple(shared)
