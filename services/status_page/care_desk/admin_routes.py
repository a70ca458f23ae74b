"""For admins: saved replies and the audit log."""

import secrets

from flask import Response, abort, request, url_for

from chassis.localisation import mark
from status_page.care_desk.acts.forms import Invalid, Reading
from status_page.care_desk.acts.routes import text_of
from status_page.care_desk.audit import verify
from status_page.care_desk.blueprint import blueprint
from status_page.care_desk.guard import colleague, log
from status_page.care_desk.parts import desk
from status_page.care_desk.rendering import desk_page, reader_here, when
from status_page.care_desk.replies import LONGEST_TEXT, LONGEST_TITLE, MOST, PLACES, Reply, unknown_places
from status_page.outbox.facts import stamp
from status_page.web.answers import see_other

_PAGE = 100


@blueprint.get("/replies")
def replies() -> Response:
    """All saved replies."""
    return desk_page("replies.html", replies=desk().replies.of(colleague().merchant))


@blueprint.get("/replies/<reply_id>")
def edit_reply(reply_id: str) -> Response:
    """One saved reply as a form; `new` is an empty one."""
    if reply_id == "new":
        return _form(Reply("new", colleague().merchant, "", ""), {})
    return _form(_found(reply_id), {})


@blueprint.post("/replies/<reply_id>")
def save_reply(reply_id: str) -> Response:
    """Keep it."""
    me, known = colleague(), desk().replies
    if reply_id != "new":
        _found(reply_id)
    elif len(known.of(me.merchant)) >= MOST:
        abort(400)
    reading = Reading({"title": text_of("title"), "text": text_of("text")}, reader_here())
    title = " ".join(reading.text("title", longest=LONGEST_TITLE).split())
    text = reading.text("text", longest=LONGEST_TEXT)
    unknown = unknown_places(text)
    if unknown:
        named = ", ".join(f"{{{name}}}" for name in unknown)
        reading.wrong("text", mark("These places mean nothing: %(places)s."), places=named)
    try:
        reading.done()
    except Invalid as invalid:
        return _form(Reply(reply_id, me.merchant, title, text), dict(invalid.errors))
    new_id = secrets.token_hex(8) if reply_id == "new" else reply_id
    known.save(Reply(new_id, me.merchant, title, text))
    log("reply.save", detail=new_id)
    return see_other(url_for("desk.replies"))


@blueprint.post("/replies/<reply_id>/remove")
def remove_reply(reply_id: str) -> Response:
    """Take it away."""
    _found(reply_id)
    desk().replies.remove(colleague().merchant, reply_id)
    log("reply.remove", detail=reply_id)
    return see_other(url_for("desk.replies"))


@blueprint.get("/audit")
def audit() -> Response:
    """The log, the newest first."""
    typed = request.args.get("before", "")
    before = int(typed) if typed.isdecimal() and len(typed) < 12 else 0
    entries = desk().audit.newest(colleague().merchant, before, _PAGE)
    reader = reader_here()
    shown = [(entry, when(stamp(entry.deed.at), reader)) for entry in entries]
    return desk_page("audit.html", entries=shown, more=len(entries) == _PAGE and entries[-1].number > 1)


@blueprint.get("/audit/verify")
def verify_audit() -> Response:
    """Walk the whole chain and say whether it holds."""
    log("audit.verify")
    verdict = verify(desk().audit.all(colleague().merchant))
    return desk_page("audit_verdict.html", verdict=verdict)


def _found(reply_id: str) -> Reply:
    reply = desk().replies.find(colleague().merchant, reply_id)
    if reply is None:
        abort(404)
    return reply


def _form(reply: Reply, errors: dict[str, str]) -> Response:
    return desk_page("reply.html", 422 if errors else 200, reply=reply, errors=errors, places=PLACES)
