"""Who may come in: every request to the desk passes here first, and what is not allowed by the table is refused."""

import hmac
from dataclasses import dataclass

from flask import Response, abort, g, request, url_for
from werkzeug.routing import Rule

from chassis.sealing import CannotOpen
from status_page.care_desk.audit import Deed
from status_page.care_desk.parts import desk
from status_page.care_desk.staff import GRACE, RECHECK, Identity, KeysUnknown, Role, StaffSession
from status_page.web.answers import see_other
from status_page.web.shops import Shop
from status_page.web.visits import visit

LARGEST_FORM = 96 * 1024
"""In bytes: an answer of 8,000 letters takes up to nine times as many when it is sent as a form."""
KEY_PURPOSE = "desk-key"

OPEN = frozenset({"desk.login", "desk.log_in", "desk.leave_for_provider", "desk.come_from_provider"})
"""What answers without a login."""
BY_LINK = frozenset({"desk.answer_by_link", "desk.send_by_link"})
"""What answers to whoever has a signed link of the team's, for the one question that it names."""

ROLES: dict[str, Role] = {
    "desk.attention": Role.READER,
    "desk.find": Role.READER,
    "desk.keyboard": Role.READER,
    "desk.story": Role.READER,
    "desk.presence": Role.READER,
    "desk.message": Role.READER,
    "desk.message_body": Role.READER,
    "desk.original": Role.READER,
    "desk.measures": Role.READER,
    "desk.measures_csv": Role.READER,
    "desk.jobs": Role.READER,
    "desk.job": Role.READER,
    "desk.log_out": Role.READER,
    "desk.act": Role.AGENT,
    "desk.do_act": Role.AGENT,
    "desk.many": Role.AGENT,
    "desk.do_many": Role.AGENT,
    "desk.stop_job": Role.AGENT,
    "desk.replies": Role.ADMIN,
    "desk.edit_reply": Role.ADMIN,
    "desk.save_reply": Role.ADMIN,
    "desk.remove_reply": Role.ADMIN,
    "desk.audit": Role.ADMIN,
    "desk.verify_audit": Role.ADMIN,
}
"""The least role for each route. One that is not here is refused to everybody."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Whoever is logged in."""

    session: StaffSession
    shop: Shop
    token: str
    """What the forms carry."""

    @property
    def merchant(self) -> str:
        """The resource name of the one merchant whose desk this is."""
        return self.session.identity.merchant

    @property
    def name(self) -> str:
        """As colleagues see it."""
        return self.session.identity.name

    def may(self, role: Role) -> bool:
        """Whether this is allowed to whoever has this role."""
        return self.session.identity.role >= role

    @property
    def acts(self) -> bool:
        """Whether more than looking is allowed."""
        return self.may(Role.AGENT)

    @property
    def administers(self) -> bool:
        """Whether saved replies and the audit log are open."""
        return self.may(Role.ADMIN)


def widen_form_limit(_endpoint: str | None, _values: dict[str, object] | None) -> None:
    """The desk's forms hold whole answers. Runs before anything reads the form."""
    request.max_content_length = LARGEST_FORM
    request.max_form_memory_size = LARGEST_FORM


def admit() -> Response | None:
    """Before each request: a login that holds, the role that the route asks for, and the form's token."""
    endpoint = request.endpoint or ""
    if endpoint in OPEN or endpoint in BY_LINK:
        return None
    session = _session()
    if session is None:
        return _to_login()
    shop = visit().parts.shops.find(session.identity.merchant)
    if shop is None:
        abort(503)
    here = visit()
    here.shop = shop
    here.speak(shops=shop.default_locale)
    g.colleague = Colleague(session, shop, desk().cookies.form_token(session.id))
    role = ROLES.get(endpoint)
    if role is None or session.identity.role < role:
        abort(403)
    if request.method == "POST" and not desk().cookies.is_form_token(session.id, request.form.get("token", "")):
        abort(403)
    return None


def colleague() -> Colleague:
    """Whoever is logged in; only for routes that ask for a login."""
    found: Colleague = g.colleague
    return found


def log(what: str, order: str = "", detail: str = "") -> None:
    """Write a deed of the colleague into the audit log of the merchant; durable on return."""
    who = colleague().session.identity
    desk().audit.append(who.merchant, Deed(visit().parts.clock.now(), who.name, who.by, what, order, detail))


def _session() -> StaffSession | None:
    our, now = desk(), visit().parts.clock.now()
    session_id = our.cookies.session_id(request)
    session = our.sessions.find(session_id, now) if session_id else None
    if session is None or session.key is None or now - session.checked_at <= RECHECK:
        return session
    try:
        identity = our.key_holders.identify(our.cookies.open(session.key, KEY_PURPOSE))
    except KeysUnknown:
        # With the orders service down nobody knows; what is done meanwhile waits in the outbox.
        return session if now - session.checked_at <= GRACE else None
    except CannotOpen:
        identity = None
    if identity is None or not _same(identity, session.identity):
        our.sessions.end(session.id)
        return None
    our.sessions.checked(session.id, identity, now)
    return StaffSession(session.id, identity, now, session.until, session.key)


def _same(now: Identity, before: Identity) -> bool:
    return hmac.compare_digest(now.merchant.encode(), before.merchant.encode()) and now.by == before.by


def _to_login() -> Response:
    rule: Rule | None = request.url_rule
    back = request.full_path.rstrip("?") if rule is not None and request.method == "GET" else ""
    return see_other(url_for("desk.login", back=back if len(back) <= 300 else None, told="ended" if back else None))
