"""The form of an act, a look at what the buyer will read, and the act itself."""

import re

from flask import Response, abort, request, url_for

from chassis.localisation import negotiate
from status_page.care_desk.acts.act import About, ActKind, Given
from status_page.care_desk.acts.done import DoneAct
from status_page.care_desk.acts.forms import Invalid
from status_page.care_desk.acts.kinds import KINDS
from status_page.care_desk.acts.seen import Seen, seen_so_far
from status_page.care_desk.blueprint import blueprint
from status_page.care_desk.finding import found_order
from status_page.care_desk.guard import colleague, log
from status_page.care_desk.parts import desk
from status_page.care_desk.presence_routes import note_presence
from status_page.care_desk.rendering import desk_page, language_name, reader_here
from status_page.care_desk.replies import filled
from status_page.care_desk.story_view import Thread, threads
from status_page.outbox.facts import new_id
from status_page.web.answers import see_other
from status_page.web.languages import SPOKEN
from status_page.web.visits import visit
from wording import Reader

TICKET = re.compile(r"[0-9a-f-]{36}")
"""The id of a form, which becomes the id of its fact."""


@blueprint.get("/orders/<reference>/acts/<kind>")
def act(reference: str, kind: str) -> Response:
    """The form. Notes that the colleague is writing, and says who else is."""
    chosen, about = _chosen(reference, kind)
    values = {field.name: field.start for field in chosen.fields(about)}
    reply = desk().replies.find(colleague().merchant, request.args.get("reply", "")[:40])
    if reply is not None and "text" in values:
        values["text"] = filled(reply.text, _places(about))
    return _form(chosen, about, values, new_id(), {})


@blueprint.post("/orders/<reference>/acts/<kind>")
def do_act(reference: str, kind: str) -> Response:
    """Look at it once more, go back to the form, or do it: once for each form, however often the button is pressed."""
    chosen, about = _chosen(reference, kind)
    values = {field.name: text_of(field.name) for field in chosen.fields(about)}
    ticket = request.form.get("ticket", "")
    if not TICKET.fullmatch(ticket):
        abort(400)
    step = request.form.get("step", "look")
    if step == "back":
        return _form(chosen, about, values, ticket, {})
    try:
        said = chosen.reads(about, values)
        fact = chosen.fact(about, values, ticket)
    except Invalid as invalid:
        return _form(chosen, about, values, ticket, invalid.errors)
    seen = _seen(chosen, about)
    overtaken = bool(request.form.get("seen")) and request.form.get("seen") != seen.mark
    if step != "send" or overtaken:
        return desk_page(
            "confirm.html", **_common(chosen, about, ticket), values=values, said=said, overtaken=overtaken, seen=seen
        )
    me, now = colleague(), about.reader.now
    visit().parts.put(fact)
    text = values.get("text") or values.get("what_happened") or values.get("description") or ""
    desk().acts.note(
        DoneAct(ticket, about.order.name, chosen.key, about.subject, me.name, me.session.id, now, text[:8000])
    )
    desk().presence.leave(about.order.name, me.session.id)
    log(f"act.{chosen.key}", about.order.name, f"{about.subject} {ticket}".strip())
    return see_other(url_for("desk.story", reference=about.order.reference, told=chosen.key))


def text_of(name: str) -> str:
    """A field's text with its lines: no other control characters, and ends of lines as they are here."""
    value = request.form.get(name, "").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in value if letter == "\n" or letter.isprintable()).strip()


def _chosen(reference: str, kind: str) -> tuple[ActKind, About]:
    chosen = KINDS.get(kind)
    found = found_order(reference)
    if chosen is None or found.erased:
        abort(404)
    me, reader = colleague(), reader_here()
    subject = (request.form if request.method == "POST" else request.args).get("about", "")[:256]
    about = About(found.order, found.row, me.shop, reader, buyer_reader(found.row.locale), subject, me.name)
    if not chosen.fits(about):
        abort(404)
    return chosen, about


def buyer_reader(locale: str) -> Reader:
    """The buyer as the one who reads: in the buyer's language where the pages speak it, else in the shop's."""
    here, mine = visit(), reader_here()
    wanted = [locale, here.shop.default_locale if here.shop else "en"]
    language = here.parts.catalog.language(negotiate([tag for tag in wanted if tag], SPOKEN, "en"))
    return Reader(language, mine.zone, mine.now)


def _form(chosen: ActKind, about: About, values: Given, ticket: str, errors: Given) -> Response:
    others = note_presence(about.order.reference, _doing(chosen, about))
    asks = chosen.key == "answer"
    return desk_page(
        "act.html",
        422 if errors else 200,
        **_common(chosen, about, ticket),
        fields=chosen.fields(about),
        values=values,
        errors=errors,
        others=others,
        doing=_doing(chosen, about),
        replies=desk().replies.of(colleague().merchant) if asks or chosen.key == "note" else (),
        seen=_seen(chosen, about),
    )


def _common(chosen: ActKind, about: About, ticket: str) -> dict[str, object]:
    return {
        "kind": chosen,
        "reference": about.order.reference,
        "about": about.subject,
        "buyer": about.order.buyer.display_name,
        "buyer_language": about.buyer.language,
        "buyer_reads": language_name(about.row.locale, about.reader),
        "ticket": ticket,
        "thread": _thread(about) if chosen.key == "answer" else None,
    }


def _thread(about: About) -> Thread | None:
    return next((one for one in threads(about.order, about.reader) if one.id == about.subject), None)


def _seen(chosen: ActKind, about: About) -> Seen:
    return seen_so_far(chosen.key, about, colleague().session.id)


def _doing(chosen: ActKind, about: About) -> str:
    return f"{chosen.key} {about.subject}".strip()[:80]


def _places(about: About) -> dict[str, str]:
    return {
        "buyer": about.order.buyer.display_name,
        "reference": about.order.reference,
        "shop": about.shop.display_name,
        "me": about.me,
    }
