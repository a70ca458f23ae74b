"""The desk's pages: rendered with what all of them need, kept by nobody, and compared by what they say."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from babel import Locale, UnknownLocaleError
from babel.dates import format_timedelta
from flask import Response, current_app, g, request
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.localisation import Language
from status_page.care_desk.guard import Colleague, colleague
from status_page.pages.moments import Moment, moment_of
from status_page.web.visits import visit
from wording import Reader


def desk_page(template: str, status: int = 200, /, **values: object) -> Response:
    """A page of the desk that must not be kept."""
    here = visit()
    here.nonce = here.nonce or secrets.token_urlsafe(15)
    response = _answer(template, values)
    response.status_code = status
    response.headers["Cache-Control"] = "private, no-store"
    return response


def live_page(template: str, state: object, /, **values: object) -> Response:
    """A page that asks again: 304 while the browser has this ``state``, told by its ``repr``; for a minute at most."""
    here = visit()
    minute = here.parts.clock.now().replace(second=0, microsecond=0)
    me = colleague()
    said = (current_app.config["BUILD"], minute, me.session.id, here.language.tag, template, state)
    etag = hashlib.blake2b(repr(said).encode(), digest_size=12).hexdigest()
    if request.if_none_match.contains(etag):
        response = current_app.response_class(status=304)
    else:
        # The nonce follows from the etag: a 304 leaves body and policy as they were, and they must agree.
        here.nonce = here.parts.cookies.nonce(etag)
        response = _answer(template, {**values, "version": etag})
    response.headers["ETag"] = f'"{etag}"'
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def reader_here() -> Reader:
    """The colleague as the one who reads: the language of the request, the zone of the merchant."""
    here = visit()
    zone = here.shop.time_zone if here.shop else "UTC"
    return Reader(here.language, zone, here.parts.clock.now())


def reader_in(language: Language) -> Reader:
    """A buyer of the colleague's merchant who reads this language."""
    mine = reader_here()
    return Reader(language, mine.zone, mine.now)


def ago(at: datetime, reader: Reader) -> str:
    """How far from now: 3 hours ago, in 20 minutes."""
    # To the minute: seconds would change with every look.
    delta = (at - reader.now).total_seconds()
    rounded = timedelta(minutes=round(delta / 60) or (1 if delta > 0 else -1))
    return format_timedelta(rounded, add_direction=True, locale=_locale(reader.language))


def span(seconds: float, reader: Reader) -> str:
    """A length of time: 3 hours."""
    return format_timedelta(timedelta(seconds=max(seconds, 0.0)), locale=_locale(reader.language))


def language_name(tag: str, reader: Reader) -> str:
    """What a language is called, in the reader's; the tag itself when nobody knows it, nothing for none."""
    try:
        name = Locale.parse(tag.replace("_", "-"), sep="-").get_display_name(_locale(reader.language)) if tag else ""
    except (UnknownLocaleError, ValueError):
        return tag
    return name or tag


def when(at: Timestamp, reader: Reader) -> Moment:
    """A protobuf timestamp as a `<time>` element."""
    return moment_of(at.ToDatetime(UTC), reader)


def _locale(language: Language) -> Locale:
    return Locale.parse(language.tag, sep="-")


def _answer(template: str, values: dict[str, object]) -> Response:
    here = visit()
    me: Colleague | None = g.get("colleague")
    common = {"shop": here.shop, "nonce": here.nonce, "me": me, "version": "", "path": request.path}
    body = here.parts.templates.render(f"desk/{template}", here.language, **{**common, **values})
    response: Response = current_app.response_class(body, mimetype="text/html")
    response.headers["Content-Language"] = here.language.html_tag
    return response
