"""Errors as calm pages that say what to do. None says more of the inside than that it went wrong."""

from dataclasses import dataclass

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from chassis.localisation import mark
from chassis.logs import get_logger
from chassis.mongo import is_unavailable
from status_page.web.answers import see_other
from status_page.web.visits import page

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Words:
    """What a page says of an error."""

    title: str
    what: str
    todo: str


OUTAGE = Words(
    mark("We cannot look this up just now"),
    mark("Our own system is not answering. This says nothing about your order: it is safe, and so are your details."),
    mark("Please try again in a few minutes. You need not do anything else."),
)
_WORDS = {
    400: Words(
        mark("We could not read that"),
        mark("Something in the address or the form was not as it should be."),
        mark("Please go back, check what you typed and send it again."),
    ),
    403: Words(
        mark("Please send the form again"),
        mark("The page had been open for a long time, or your browser keeps no cookies for it."),
        mark("Go back, reload the page and try once more. If it happens again, allow cookies for this page."),
    ),
    404: Words(
        mark("This page does not exist"),
        mark("The address may have been cut off when it was copied."),
        mark("Open the link in our message to you once more, or look your order up here."),
    ),
    405: Words(
        mark("That does not work this way"),
        mark("The address is right, but it has to be opened from its own page."),
        mark("Open the link in our message to you once more, or look your order up here."),
    ),
    410: Words(
        mark("This is no longer here"),
        mark("What stood here has been taken away for good."),
        mark("If you did not expect that, please write to the shop."),
    ),
    413: Words(
        mark("That was too much at once"),
        mark("What was sent is larger than anything this page asks for."),
        mark("Please go back and send only what the form asks for."),
    ),
    429: Words(
        mark("Please wait a moment"),
        mark("There were many attempts in a short time. To protect every buyer we slow them down."),
        mark("Try again in about ten minutes. The link in our message to you works all the same."),
    ),
    500: Words(
        mark("Something went wrong here"),
        mark("The mistake is ours and has been noted. Your order is not affected."),
        mark("Please try again in a few minutes."),
    ),
    503: OUTAGE,
}


def handle_errors(app: Flask) -> None:
    """Have every error answered by a page of ours."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _failure)


def _http(error: HTTPException) -> Response:
    if isinstance(error, RequestRedirect):  # Routing adds a slash, say.
        return see_other(error.new_url)
    response = error_page(error.code or 500)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _failure(error: Exception) -> Response:
    outage = is_unavailable(error)
    # Only the class and the route: texts of errors and addresses may hold what belongs to a buyer.
    _log.error(
        "request failed", route=str(request.url_rule), error_kind=type(error).__name__, down=outage, exc_info=not outage
    )
    return error_page(503 if outage else 500)


def error_page(status: int) -> Response:
    """The page for a status. Needs no database."""
    visit_ = g.get("visit")
    if visit_ is not None:
        visit_.nonce = ""
    words = _WORDS.get(status, _WORDS[500 if status >= 500 else 400])
    response = page("error.html", status, words=words, status=status)
    if status == 503:
        response.headers["Retry-After"] = "60"
    return response
