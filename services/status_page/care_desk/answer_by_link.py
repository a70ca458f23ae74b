"""Answering one question by the signed link in the mail that brought it: no login, and nothing else of the order."""

import hashlib
from dataclasses import dataclass, replace

from flask import Response, abort, g, request, url_for
from limits import RateLimitItemPerHour, RateLimitItemPerMinute

from chassis.signed_links import ExpiredLink, LinkError
from status_page.care_desk.acts.act import About
from status_page.care_desk.acts.answering import ANSWER
from status_page.care_desk.acts.done import BY_LINK, DoneAct, Standing
from status_page.care_desk.acts.forms import Invalid
from status_page.care_desk.acts.routes import TICKET, buyer_reader, text_of
from status_page.care_desk.acts.seen import Seen, seen_so_far
from status_page.care_desk.audit import Deed
from status_page.care_desk.blueprint import blueprint
from status_page.care_desk.login import throttle
from status_page.care_desk.parts import desk
from status_page.care_desk.rendering import desk_page, reader_here
from status_page.care_desk.story_view import Thread, threads
from status_page.lookup.limits import by_address
from status_page.outbox.facts import new_id
from status_page.web.answers import see_other
from status_page.web.forms import require_token
from status_page.web.visits import visit
from wismo.orders.v1 import order_pb2

PURPOSE = "answer-question"
"""Of the links in the team's mails; their subject is the order and the question, with a space between."""
FROM_AN_ADDRESS = RateLimitItemPerMinute(20, 10)
ABOUT_A_QUESTION = RateLimitItemPerHour(20)
"""Answers to one question, from everybody together: who writes more than that is a program."""


@dataclass(frozen=True, slots=True)
class _Reached:
    """The question that a genuine link names."""

    about: About
    thread: Thread
    me: str
    """Tells this browser's own answers from a colleague's."""


@blueprint.get("/answer/<token>")
def answer_by_link(token: str) -> Response:
    """The question as it stands, and the form. Changes nothing: mail scanners open links."""
    reached = _reached(token)
    return reached if isinstance(reached, Response) else _form(token, reached, "", new_id())


@blueprint.post("/answer/<token>")
def send_by_link(token: str) -> Response:
    """Send the answer, once for each form. What was said since the form was opened is shown first."""
    throttle(FROM_AN_ADDRESS, "desk-answer", by_address())
    require_token()
    reached = _reached(token)
    if isinstance(reached, Response):
        return reached
    about, ticket, text = reached.about, request.form.get("ticket", ""), text_of("text")
    throttle(ABOUT_A_QUESTION, "desk-answer-about", f"{about.order.name} {about.subject}")
    if not TICKET.fullmatch(ticket):
        abort(400)
    try:
        fact = ANSWER.fact(about, {"text": text}, ticket)
    except Invalid as invalid:
        return _form(token, reached, text, ticket, error=invalid.errors.get("text", ""))
    if request.form.get("seen") != _seen(reached).mark:
        return _form(token, reached, text, ticket, overtaken=True)
    our, now = desk(), about.reader.now
    visit().parts.put(fact)
    our.acts.note(DoneAct(ticket, about.order.name, ANSWER.key, about.subject, BY_LINK, reached.me, now, text))
    merchant = about.order.name.partition("/orders/")[0]
    detail = f"{about.subject} {ticket}"
    our.audit.append(merchant, Deed(now, BY_LINK, PURPOSE, f"act.{ANSWER.key}", about.order.name, detail))
    return see_other(url_for("desk.answer_by_link", token=token, told=ANSWER.key))


def _reached(token: str) -> _Reached | Response:
    """The question, or the page that says why it cannot be answered by this link.

    That the buyer's own links were revoked since changes nothing: this one was never the buyer's.
    """
    here = visit()
    try:
        subject = here.parts.links.open(token, PURPOSE, here.parts.clock.now()).subject
    except ExpiredLink as expired:
        return _over(expired.link.subject)
    except LinkError:
        abort(404)
    name, _, question_id = subject.partition(" ")
    merchant, _, reference = name.partition("/orders/")
    row, shop = desk().orders.find(merchant, reference), here.parts.shops.find(merchant)
    if row is None or shop is None:
        # The mail was faster than the projector: a moment later the order is there.
        abort(503)
    here.shop = shop
    here.speak(shops=shop.default_locale)
    if row.erased:
        return desk_page("answer_over.html", 410, reference=reference, erased=True)
    order, reader = order_pb2.Order.FromString(row.order), reader_here()
    thread = next((one for one in threads(order, reader) if one.id == question_id), None)
    if thread is None:
        abort(503)
    about = About(order, row, shop, reader, buyer_reader(row.locale), question_id, BY_LINK)
    # Whole mails stay behind the login: they may hold more than the question.
    posts = tuple(replace(post, evidence_id="") for post in thread.posts)
    mine = here.parts.cookies.form_token(here.session)
    me = f"link-{hashlib.sha256(mine.encode()).hexdigest()[:32]}"
    return _Reached(about, replace(thread, posts=posts), me)


def _over(subject: str) -> Response:
    here = visit()
    merchant, _, reference = subject.partition(" ")[0].partition("/orders/")
    here.shop = here.parts.shops.find(merchant)
    here.speak(shops=here.shop.default_locale if here.shop else "en")
    return desk_page("answer_over.html", 410, reference=reference, erased=False)


def _seen(reached: _Reached) -> Seen:
    return seen_so_far(ANSWER.key, reached.about, reached.me)


def _form(
    token: str, reached: _Reached, text: str, ticket: str, *, error: str = "", overtaken: bool = False
) -> Response:
    here, about = visit(), reached.about
    g.needs_session = True
    acts = desk().acts.of(about.order.name)
    answers = [one for one in acts if (one.kind, one.about) == (ANSWER.key, about.subject)]
    return desk_page(
        "answer.html",
        422 if error else 200,
        token=here.parts.cookies.form_token(here.session),
        action=url_for("desk.send_by_link", token=token),
        again=url_for("desk.answer_by_link", token=token),
        reference=about.order.reference,
        buyer=about.order.buyer.display_name,
        thread=reached.thread,
        fields=ANSWER.fields(about),
        values={"text": text},
        errors={"text": error} if error else {},
        ticket=ticket,
        seen=_seen(reached),
        overtaken=overtaken,
        waiting=[one for one in answers if one.standing is Standing.WAITING],
        refused=[one for one in answers if one.standing is Standing.REFUSED and one.session == reached.me],
        sent=request.method == "GET" and request.args.get("told") == ANSWER.key,
    )
