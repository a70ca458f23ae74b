"""Asking: kept at once, whether or not `orders` answers, and told with the time by which the answer comes."""

from flask import Blueprint, Response, abort, request, url_for
from werkzeug.exceptions import Forbidden, NotFound

from chassis.crash_points import crash_point
from status_page.lookup.limits import by_address, limiter
from status_page.outbox.facts import digest_of, question
from status_page.pages.pending import evidence_of, is_in, with_pending
from status_page.pages.reaching import opened_order, order_url
from status_page.projection.rows import Pending
from status_page.questions.promise import reply_by
from status_page.questions.texts import LONGEST, plain, shortened
from status_page.web.answers import see_other
from status_page.web.forms import require_token
from status_page.web.measures import QUESTIONS
from status_page.web.visits import page, visit
from wismo.orders.v1 import order_pb2

blueprint = Blueprint("questions", __name__)

PER_ADDRESS = "30 per hour"
PER_ORDER = "12 per hour"


def _by_order() -> str:
    named = request.view_args or {}
    return f"question {named.get('merchant')}/{named.get('reference')}"


@blueprint.post("/orders/<merchant>/<reference>/question")
@limiter.limit(PER_ADDRESS, key_func=by_address)
@limiter.limit(PER_ORDER, key_func=_by_order)
def ask(merchant: str, reference: str) -> Response:
    """Keep a question. The same text sent twice from one page, a double click say, is one.

    A browser that has the order no longer open gets its text back, with the way to send it, whichever order it named.
    """
    here = visit()
    text = plain(request.form.get("text", ""))
    try:
        require_token()
        reached = opened_order(merchant, reference)
    except (Forbidden, NotFound) as closed:
        if not text:
            raise
        return _not_sent(merchant, text, closed.code)
    row = reached.row
    if not text or len(text) > LONGEST:
        abort(400)
    order = order_pb2.Order.FromString(row.order)
    now = here.parts.clock.now()
    promised = reply_by(with_pending(order, row.pending), reached.shop.merchant, now)
    fact_id = digest_of("question", row.name, here.session.id, request.form.get("page", "")[:64], text)
    asked = Pending(fact_id, "question", now, text, promised)
    if not is_in(order, asked) and all(one.id != fact_id for one in row.pending):
        here.parts.put(question(row.name, text, now, fact_id, evidence_id=evidence_of(fact_id)))
        crash_point("status_page.questions.after_keeping")
        over = [one.id for one in row.pending if is_in(order, one)]
        here.parts.orders.show_pending(row.name, asked, over)
        QUESTIONS.labels("page").inc()
    return see_other(order_url(row, told="asked", anchor="question"))


def _not_sent(merchant: str, text: str, status: int) -> Response:
    here = visit()
    shop = here.parts.shops.find(f"merchants/{merchant}")
    here.enter(shop)
    action = url_for("lookup.look_up_at_merchant", merchant=shop.id) if shop else url_for("lookup.look_up")
    return page("not_sent.html", status, text=shortened(text), action=action)
