"""Starting a download (a form, counted), fetching it (an address, not counted), and renewing one that has run out."""

from dataclasses import dataclass

from flask import Blueprint, Response, abort, url_for

from chassis.crash_points import crash_point
from chassis.signed_links import LinkError
from status_page.downloads import rights
from status_page.downloads.counters import Outcome, Start
from status_page.downloads.rights import Right
from status_page.downloads.serving import local_file, send
from status_page.outbox.facts import download_renewed
from status_page.pages.reaching import opened_order, order_url
from status_page.projection.rows import OrderRow
from status_page.web.answers import see_other
from status_page.web.forms import require_token
from status_page.web.measures import DOWNLOADS
from status_page.web.shops import Shop, web_address
from status_page.web.visits import page, visit
from wismo.orders.v1 import order_pb2

blueprint = Blueprint("downloads", __name__)

PURPOSE = "download"
"""Of the addresses of started downloads."""


@dataclass(frozen=True, slots=True)
class Reached:
    """The order that a browser has open, and what it says of one line's download."""

    row: OrderRow
    shop: Shop
    right: Right


@blueprint.post("/orders/<merchant>/<reference>/downloads/<line_id>/<file_id>")
def start(merchant: str, reference: str, line_id: str, file_id: str) -> Response:
    """Start a download: counted here and only here, then on to the file's own address."""
    require_token()
    here = visit()
    reached = _reached(merchant, reference, line_id)
    row, right = reached.row, reached.right
    if rights.find_file(right.download, file_id) is None:
        abort(404)
    if not right.may_start():
        return _over(reached)
    now = here.parts.clock.now()
    issue = right.download.issue
    wish = Start(row.name, line_id, file_id, issue, right.download.allowed_count, here.session.id)
    grant = here.parts.counters.start(wish, now)
    DOWNLOADS.labels(grant.outcome.value).inc()
    if grant.outcome is Outcome.NONE_LEFT:
        return _over(reached)
    if grant.outcome is Outcome.COUNTED:
        crash_point("status_page.downloads.after_count")
        here.parts.orders.show_taken(row.name, here.parts.counters.taken(row.name))
        here.parts.wake_sender()
    subject = f"{row.name}/{line_id}/{file_id}/{issue}"
    token = here.parts.grants.sign(purpose=PURPOSE, subject=subject, version=row.link_version, expires_at=grant.until)
    return see_other(url_for("downloads.fetch", token=token))


@blueprint.get("/d/<token>")
def fetch(token: str) -> Response:
    """The file of a started download, in this browser only. Counts nothing: resumes and retries come here."""
    here = visit()
    our = here.parts
    try:
        link = our.grants.open(token, PURPOSE, our.clock.now())
    except LinkError:
        here.enter(our.shops.only())
        return page("download_over.html", 410, order_url="", view=None)
    _, merchant, _, reference, line_id, file_id, _ = link.subject.split("/")
    reached = _reached(merchant, reference, line_id)
    file = rights.find_file(reached.right.download, file_id)
    if file is None or reached.right.revoked:
        return _over(reached)
    remote = web_address(file.signed_url)
    if remote.startswith("https://"):
        return see_other(remote)
    path = local_file(our.downloads_dir, file.local_path)
    if path is None:
        return page("file_missing.html", 503, order_url=order_url(reached.row))
    return send(path, file.file_name)


@blueprint.post("/orders/<merchant>/<reference>/renewals/<line_id>")
def renew(merchant: str, reference: str, line_id: str) -> Response:
    """Renew a download that has run out, as often as the shop's policy allows."""
    require_token()
    here = visit()
    reached = _reached(merchant, reference, line_id)
    if not reached.right.may_renew():
        return _over(reached)
    now = here.parts.clock.now()
    here.parts.put(download_renewed(reached.row.name, line_id, reached.right.download.issue, now))
    address = url_for("pages.order", merchant=merchant, reference=reference, told="renewed", _anchor=f"line-{line_id}")
    return see_other(address)


def _reached(merchant: str, reference: str, line_id: str) -> Reached:
    """404 unless this browser has the order open and the order has such a download: no difference is made."""
    our = visit().parts
    opened = opened_order(merchant, reference)
    row, shop = opened.row, opened.shop
    download = rights.find(order_pb2.Order.FromString(row.order), line_id)
    if download is None:
        abort(404)
    # The counters themselves, and not the copy that the row has: what is decided here must hold.
    taken = our.counters.taken(row.name)
    return Reached(row, shop, Right(download, taken, our.clock.now(), shop.download_renewals))


def _over(reached: Reached) -> Response:
    """What to do when nothing can be started any more."""
    return page("download_over.html", 409, order_url=order_url(reached.row), view=reached.right)
