"""One request: whose browser it is, in which language it is answered, under which shop's brand."""

import secrets
from dataclasses import dataclass

from flask import Response, current_app, g, request

from chassis.localisation import Language
from status_page.web.cookies import Session
from status_page.web.languages import SPOKEN, choose
from status_page.web.parts import Parts, parts
from status_page.web.security import PolicyInput
from status_page.web.shops import Shop


@dataclass
class Visit:
    """What is known of the request so far. Changed by its route only."""

    parts: Parts
    session: Session
    chosen_language: str
    language: Language
    shop: Shop | None = None
    nonce: str = ""
    form_action: tuple[str, ...] = ()
    """Origins besides the page's own to which a form may lead."""

    def speak(self, *, buyers: str = "", shops: str = "en") -> None:
        """Choose the language anew, now that it is known who reads."""
        self.language = self.parts.catalog.language(choose(request, self.chosen_language, buyers, shops))

    def enter(self, shop: Shop | None, *, buyers: str = "") -> None:
        """The page is this shop's."""
        self.shop = shop
        self.speak(buyers=buyers, shops=shop.default_locale if shop else "en")


def visit() -> Visit:
    """The request's own, made when it is first asked for. Asks no database."""
    found: Visit | None = g.get("visit")
    if found is None:
        our = parts()
        chosen = request.cookies.get(our.cookies.language_name, "")
        chosen = chosen if chosen in SPOKEN else ""
        language = our.catalog.language(choose(request, chosen))
        found = g.visit = Visit(our, our.cookies.session(request), chosen, language)
    return found


class _FormToken:
    """What the forms of a page carry. A page that shows it makes sure that the browser has the cookie it belongs to."""

    def __init__(self, here: Visit) -> None:
        self._here = here

    def __html__(self) -> str:
        g.needs_session = True
        return self._here.parts.cookies.form_token(self._here.session)


def page(template: str, status: int = 200, /, **values: object) -> Response:
    """A page that must not be kept: what it says holds for this answer only."""
    response = rendered(template, **values)
    response.status_code = status
    response.headers["Cache-Control"] = "private, no-store"
    return response


def rendered(template: str, /, **values: object) -> Response:
    """A page with what every page needs. Its nonce is fresh unless the visit has one already."""
    here = visit()
    here.nonce = here.nonce or secrets.token_urlsafe(15)
    body = here.parts.templates.render(
        template, here.language, shop=here.shop, nonce=here.nonce, token=_FormToken(here), **values
    )
    response: Response = current_app.response_class(body, mimetype="text/html")
    response.headers["Content-Language"] = here.language.html_tag
    return response


def policy_input() -> PolicyInput:
    """What the content security policy of this answer depends on."""
    found: Visit | None = g.get("visit")
    if found is None:
        return PolicyInput()
    images = (found.shop.image_source,) if found.shop and found.shop.image_source else ()
    return PolicyInput(
        found.nonce, images, found.form_action, frames=g.get("frames", False), whole=g.get("own_policy", "")
    )
