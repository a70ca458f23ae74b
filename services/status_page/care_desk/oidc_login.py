"""Logging in by way of an OpenID Connect provider."""

from flask import Response, request, url_for

from status_page.care_desk.blueprint import blueprint
from status_page.care_desk.login import begin, throttle
from status_page.care_desk.oidc import OidcProvider, ProviderFailed
from status_page.care_desk.parts import desk
from status_page.care_desk.staff import OIDC_SESSION
from status_page.web.answers import see_other
from status_page.web.visits import visit


@blueprint.get("/login/provider")
def leave_for_provider() -> Response:
    """Send the browser to the provider."""
    provider = _provider()
    if provider is None:
        return see_other(url_for("desk.login"))
    throttle()
    try:
        departure = provider.depart(_redirect_uri())
    except ProviderFailed:
        return see_other(url_for("desk.login", told="provider"))
    response = see_other(departure.address)
    remembered = {**departure.remembered, "back": request.args.get("back", "")[:300]}
    desk().cookies.set_leaving(response, remembered)
    return response


@blueprint.get("/login/provider/back")
def come_from_provider() -> Response:
    """Take the browser back from there."""
    provider = _provider()
    if provider is None:
        return see_other(url_for("desk.login"))
    remembered = desk().cookies.leaving(request)
    try:
        identity = provider.arrive(_redirect_uri(), request.args, remembered)
    except ProviderFailed:
        return see_other(url_for("desk.login", told="provider"))
    here = visit()
    if identity is None or here.parts.shops.find(identity.merchant) is None:
        return see_other(url_for("desk.login", told="role"))
    response = begin(identity, here.parts.clock.now(), OIDC_SESSION, remembered.get("back", ""))
    desk().cookies.set_leaving(response, {})
    return response


def _provider() -> OidcProvider | None:
    return desk().oidc


def _redirect_uri() -> str:
    return url_for("desk.come_from_provider", _external=True, _scheme="https" if visit().parts.secure else "http")
