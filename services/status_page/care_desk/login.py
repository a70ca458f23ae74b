"""Logging in with a care key, and logging out."""

import hmac
import re
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import Response, abort, current_app, g, request, url_for
from limits import RateLimitItem, RateLimitItemPerMinute

from chassis.logs import get_logger
from status_page.care_desk.audit import Deed
from status_page.care_desk.blueprint import blueprint
from status_page.care_desk.cookie import session_id_of
from status_page.care_desk.guard import KEY_PURPOSE, colleague, log
from status_page.care_desk.parts import desk
from status_page.care_desk.rendering import desk_page
from status_page.care_desk.staff import KEY_SESSION, Identity, KeysUnknown, StaffSession
from status_page.lookup.limits import by_address, limiter
from status_page.web.answers import see_other
from status_page.web.forms import field, require_token
from status_page.web.visits import visit

LOGINS = RateLimitItemPerMinute(10, 10)
"""From one address: ten in ten minutes."""

_log = get_logger(__name__)
_KEY = re.compile(r"[\x21-\x7e]{8,256}")
TOLD = frozenset({"wrong", "later", "ended", "out", "provider", "role"})


@blueprint.get("/login")
def login() -> Response:
    """The form."""
    told = request.args.get("told", "")
    return _form(told if told in TOLD else "", request.args.get("back", ""))


@blueprint.post("/login")
def log_in() -> Response:
    """Log in with a care key. A key that is none and one that opens no desk are answered alike."""
    require_token()
    throttle()
    key, back = field("key", 256), field("back", 300)
    try:
        identity = desk().key_holders.identify(key) if _KEY.fullmatch(key) else None
    except KeysUnknown:
        return _form("later", back, 503)
    if identity is None:
        return _form("wrong", back, 403)
    now = visit().parts.clock.now()
    return begin(identity, now, KEY_SESSION, back, key=key)


@blueprint.post("/logout")
def log_out() -> Response:
    """End the session here and wherever its cookie may be."""
    log("logout")
    desk().sessions.end(colleague().session.id)
    response = see_other(url_for("desk.login", told="out"))
    desk().cookies.forget(response)
    return response


def begin(identity: Identity, now: datetime, lasts: timedelta, back: str, *, key: str = "") -> Response:
    """Begin a session and go where the colleague wanted to."""
    our = desk()
    token = secrets.token_urlsafe(32)
    sealed = our.cookies.seal(key, KEY_PURPOSE) if key else None
    our.sessions.begin(StaffSession(session_id_of(token), identity, now, now + lasts, sealed))
    our.audit.append(identity.merchant, Deed(now, identity.name, identity.by, "login"))
    response = see_other(_own_path(back) or url_for("desk.attention"))
    our.cookies.set_session(response, token)
    return response


def throttle(limit: RateLimitItem = LOGINS, *counted: str) -> None:
    """429 after too many attempts, counted for all processes together: from one address, or of what is named."""
    try:
        allowed = limiter.limiter.hit(limit, *(counted or ("desk-login", by_address())))
    except Exception as error:  # noqa: BLE001  # Whatever the storage raises: without counting nobody is let in.
        _log.warning("attempts cannot be counted", error_kind=type(error).__name__)
        abort(503)
    if not allowed:
        _log.warning("attempts slowed down")
        abort(429)


def _form(told: str, back: str, status: int = 200) -> Response:
    here = visit()
    g.needs_session = True
    token = here.parts.cookies.form_token(here.session)
    provider = desk().oidc is not None
    return desk_page("login.html", status, token=token, told=told, back=_own_path(back), provider=provider)


def _own_path(back: str) -> str:
    """The address within the desk, or nothing: a login must not lead anywhere else."""
    parts = urlsplit(back)
    own = parts.path == "/desk" or parts.path.startswith("/desk/")
    plain = not parts.scheme and not parts.netloc and "\\" not in back and back.isprintable()
    return back if own and plain and _exists(parts.path) else ""


def _exists(path: str) -> bool:
    if hmac.compare_digest(path, url_for("desk.login")):
        return False
    adapter = current_app.create_url_adapter(request)
    return adapter is not None and adapter.test(path, method="GET")
