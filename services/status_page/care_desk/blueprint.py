"""The blueprint that all routes of the desk belong to, and what it does with errors."""

from dataclasses import dataclass

from flask import Blueprint, Response, g
from werkzeug.exceptions import HTTPException

from chassis.localisation import mark
from status_page.care_desk.care import CareDown
from status_page.care_desk.guard import admit, widen_form_limit
from status_page.care_desk.rendering import desk_page
from status_page.web.visits import visit

blueprint = Blueprint("desk", __name__, url_prefix="/desk")
blueprint.url_value_preprocessor(widen_form_limit)
blueprint.before_request(admit)


@dataclass(frozen=True, slots=True)
class Words:
    """What a page of the desk says of an error."""

    title: str
    what: str


_WORDS = {
    400: Words(mark("We could not read that"), mark("Something in the form was not as it should be. Please go back.")),
    403: Words(
        mark("This is not open to you"),
        mark("Your role does not include it, or the page had been open for too long. Go back and load it once more."),
    ),
    404: Words(mark("There is nothing here"), mark("No order, message or page of your shop has this address.")),
    405: Words(mark("That does not work this way"), mark("The address is right, but it is opened by a button.")),
    413: Words(mark("That was too much at once"), mark("Please shorten what you wrote.")),
    429: Words(
        mark("Please wait a moment"),
        mark("There were many attempts in a short time. Try again in about ten minutes."),
    ),
    503: Words(
        mark("This cannot be read just now"),
        mark("A part of Wismo does not answer. Nothing is lost. Please try again in a minute."),
    ),
}


@blueprint.errorhandler(HTTPException)
def _refused(error: HTTPException) -> Response:
    return _error(error.code or 500)


@blueprint.errorhandler(CareDown)
def _down(_: CareDown) -> Response:
    return _error(503)


def _error(status: int) -> Response:
    visit().nonce = ""
    g.setdefault("colleague", None)
    return desk_page("error.html", status, words=_WORDS.get(status, _WORDS[503 if status >= 500 else 400]))
