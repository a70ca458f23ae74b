"""Cancelling a trial. GET says what will happen, however often it is fetched; POST does it and says that it is done."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from flask import Blueprint, Response, abort

from chassis.crash_points import crash_point
from status_page.outbox.facts import trial_cancelled
from status_page.pages.line_view import TrialView, trial_view
from status_page.pages.order_view import reader_of
from status_page.pages.pending import is_in, trial_of, with_pending
from status_page.pages.reaching import Reached, opened_order, order_url, signed_order
from status_page.projection.rows import Pending
from status_page.web.forms import require_token
from status_page.web.measures import CANCELLED
from status_page.web.visits import page, visit
from wismo.orders.v1 import order_pb2

blueprint = Blueprint("trials", __name__)

PURPOSE = "cancel-trial"
"""Of the links in messages; their subject is the order and the line, with a space between."""


@blueprint.get("/t/<token>")
def by_link(token: str) -> Response:
    """What cancelling would do, for whoever has the link."""
    reached = signed_order(token, PURPOSE)
    return reached if isinstance(reached, Response) else _page(reached)


@blueprint.post("/t/<token>")
def cancel_by_link(token: str) -> Response:
    """Cancel. The link is the proof: no cookie and no form token is asked for, because some browsers keep none."""
    reached = signed_order(token, PURPOSE)
    return reached if isinstance(reached, Response) else _cancelled(reached)


@blueprint.get("/orders/<merchant>/<reference>/trials/<line_id>/cancel")
def from_page(merchant: str, reference: str, line_id: str) -> Response:
    """The same for a browser that has the order open."""
    opened = opened_order(merchant, reference)
    return _page(Reached(opened.row, opened.shop, line_id))


@blueprint.post("/orders/<merchant>/<reference>/trials/<line_id>/cancel")
def cancel_from_page(merchant: str, reference: str, line_id: str) -> Response:
    """Cancel from the order's page."""
    require_token()
    opened = opened_order(merchant, reference)
    return _cancelled(Reached(opened.row, opened.shop, line_id))


@dataclass(frozen=True, slots=True)
class _Trial:
    """A trial as it stands, with everything done that `orders` may not have yet."""

    title: str
    started_at: datetime
    view: TrialView


def _cancelled(reached: Reached) -> Response:
    """Keep the fact, once, and confirm it: the page shows it before `orders` has it."""
    row, line_id, our = reached.row, reached.rest, visit().parts
    trial = _trial(reached)
    if not trial.view.may_cancel:
        return _page(reached)
    fact = trial_cancelled(row.name, line_id, trial.started_at, our.clock.now())
    our.put(fact)
    crash_point("status_page.trials.after_keeping")
    given = order_pb2.Order.FromString(row.order)
    done = Pending(fact.id, "trial_cancelled", fact.at, line_id=line_id)
    our.orders.show_pending(row.name, done, [one.id for one in row.pending if is_in(given, one)])
    CANCELLED.inc()
    return _page(replace(reached, row=replace(row, pending=(*row.pending, done))))


def _page(reached: Reached) -> Response:
    here = visit()
    trial = _trial(reached)
    opened = here.session.opening(reached.row.name, here.parts.clock.now())
    back = order_url(reached.row, anchor=f"line-{reached.rest}") if opened else ""
    reference = reached.row.name.rpartition("/")[2]
    return page("trial.html", trial=trial.view, title=trial.title, reference=reference, back=back)


def _trial(reached: Reached) -> _Trial:
    """404 when the line has none."""
    here = visit()
    order = with_pending(order_pb2.Order.FromString(reached.row.order), reached.row.pending)
    line = next((one for one in order.lines if one.line_id == reached.rest), None)
    trial = trial_of(order, reached.rest)
    if line is None or trial is None:
        abort(404)
    reader = reader_of(order, reached.shop, here.language, here.parts.clock.now())
    return _Trial(line.title, trial.started_at.ToDatetime(UTC), trial_view(trial, line, reader))
