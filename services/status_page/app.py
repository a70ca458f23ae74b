"""The Flask app: parts in, routes and headers on."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from status_page.downloads import routes as downloads_routes
from status_page.inbound import routes as inbound_routes
from status_page.lookup import limits
from status_page.lookup import routes as lookup_routes
from status_page.pages import routes as pages_routes
from status_page.preferences import routes as preferences_routes
from status_page.questions import routes as questions_routes
from status_page.trials import routes as trials_routes
from status_page.web import errors, probes, static_files
from status_page.web.answers import see_other
from status_page.web.languages import SPOKEN
from status_page.web.measures import measure
from status_page.web.parts import Parts, parts
from status_page.web.security import LARGEST_FORM, MOST_FIELDS, allow_longer_bodies, refuse_odd_requests, secure_headers
from status_page.web.visits import policy_input, visit

_ROUTES = (
    probes,
    static_files,
    lookup_routes,
    pages_routes,
    downloads_routes,
    questions_routes,
    trials_routes,
    preferences_routes,
    inbound_routes,
)
_PACKAGE = Path(__file__).parent


def create_app(
    its_parts: Parts, *, limits_storage: str = "memory://", database: str = "", trusted_proxies: int = 0
) -> Flask:
    """An app that works with these parts. Starts nothing and connects to nothing.

    ``limits_storage`` is where look-ups are counted: a MongoDB URL, or memory for a single process.
    """
    app = Flask("status_page", root_path=str(_PACKAGE), static_folder=None)
    app.extensions["wismo"] = its_parts
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        MAX_FORM_PARTS=MOST_FIELDS,
        BUILD=build_digest(),
    )
    limits.install(app, limits_storage, database)
    for routes in _ROUTES:
        app.register_blueprint(routes.blueprint)
    app.before_request(allow_longer_bodies)
    app.before_request(refuse_odd_requests)
    app.before_request(_switch_language)
    app.after_request(_finish)
    errors.handle_errors(app)
    measure(app)
    if trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # How Werkzeug documents its middlewares.
            app.wsgi_app, x_for=trusted_proxies, x_proto=trusted_proxies, x_host=trusted_proxies
        )
    return app


@cache
def build_digest() -> str:
    """A digest of everything that decides how a page looks, so that a new version makes kept pages stale."""
    digest = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*")):
        if path.suffix in {".py", ".html", ".po", ".css", ".js", ".svg"}:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


def _switch_language() -> Response | None:
    """`?lang=ru` on any page: remembered in a cookie, and the address is clean again."""
    wanted = request.args.get("lang", "")
    # Only for paths of ours: another one may look to a browser like the address of another host.
    if wanted not in SPOKEN or request.method not in {"GET", "HEAD"} or request.url_rule is None:
        return None
    response = see_other(request.path)
    visit().parts.cookies.set_language(response, wanted)
    return response


def _finish(response: Response) -> Response:
    here = g.get("visit")
    if here is not None and (here.session.changed or (here.session.fresh and g.get("needs_session"))):
        here.parts.cookies.set_session(response, here.session)
    if request.endpoint and not request.endpoint.startswith(("static_files.", "probes.")):
        response.headers.add("Vary", "Cookie, Accept-Language")
    return secure_headers(response, policy_input(), secure=parts().secure)
