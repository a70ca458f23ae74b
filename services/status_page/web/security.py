"""Headers that every answer carries, and the checks that every form passes."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Response, abort, request

from status_page.inbound.sizes import LARGEST_BODY

LARGEST_FORM = 16 * 1024
"""In bytes. The largest form that is not named below is a look-up with a reference and an e-mail address."""
MOST_FIELDS = 12
LONGER: dict[str, int] = {"questions.ask": 128 * 1024, "inbound.webhook": LARGEST_BODY}
"""Endpoints that take more: 8,000 characters, each of which may become twelve bytes in a form; a whole mail."""

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
_HSTS = "max-age=31536000; includeSubDomains"


@dataclass(frozen=True, slots=True)
class PolicyInput:
    """What a content security policy depends on."""

    nonce: str = ""
    images: tuple[str, ...] = ()
    form_action: tuple[str, ...] = ()
    frames: bool = False
    """Whether the page shows another of ours in a frame."""
    whole: str = ""
    """The policy of an answer that is shown in such a frame; everything else is left aside then."""


def policy(given: PolicyInput) -> str:
    """A content security policy that allows nothing inline and nothing foreign but the shop's logo."""
    if given.whole:
        return given.whole
    by_nonce = f"'nonce-{given.nonce}'" if given.nonce else "'none'"
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {by_nonce}",
            f"style-src {by_nonce}",
            " ".join(("img-src 'self'", *given.images)),
            "connect-src 'self'",
            *(("frame-src 'self'",) if given.frames else ()),
            " ".join(("form-action 'self'", *given.form_action)),
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def secure_headers(response: Response, given: PolicyInput, *, secure: bool) -> Response:
    """The response with all headers that it has to carry."""
    headers = response.headers
    for name, value in _ALWAYS.items():
        headers[name] = value
    if given.whole:
        headers["X-Frame-Options"] = "SAMEORIGIN"
    if response.status_code != 304:
        # A 304 leaves the headers of the kept answer as they are, and its nonce must stay that of its body.
        headers["Content-Security-Policy"] = policy(given)
    if secure:
        headers["Strict-Transport-Security"] = _HSTS
    return response


def allow_longer_bodies() -> None:
    """Raise the limits of the few routes that need it, before anything of the body is read."""
    longer = LONGER.get(request.endpoint or "")
    if longer is not None:
        request.max_content_length = longer
        request.max_form_memory_size = longer


def refuse_odd_requests() -> None:
    """Refuse what no browser sends from our own forms: fields with operators, repeated fields, other sites' forms."""
    if request.method not in {"POST", "PUT", "PATCH", "DELETE"}:
        return
    for name, values in request.form.lists():
        # A hyphen as in the field of one-click unsubscribing (RFC 8058).
        if not name.replace("_", "").replace("-", "").isalnum() or not name.isascii() or len(values) != 1:
            # `email[$ne]` and its kin mean something to others; here they mean that a program is trying things out.
            abort(400)
    if request.files:
        abort(400)
    site = request.headers.get("Sec-Fetch-Site", "")
    if site and site not in {"same-origin", "none"}:
        abort(403)
    origin = request.headers.get("Origin", "")
    # Privacy settings make browsers send "null"; the form's token decides then.
    if origin and origin != "null" and urlsplit(origin).netloc != request.host:
        abort(403)
