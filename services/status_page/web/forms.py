"""Form fields: bounded, plain, and only with the session's token."""

from flask import abort, request

from status_page.web.visits import visit

LONGEST = 320
"""Characters of a field; the longest e-mail address has 254."""


def require_token() -> None:
    """403 unless the form carries the token of this browser's session."""
    here = visit()
    if here.session.fresh or not here.parts.cookies.is_form_token(here.session, request.form.get("token", "")):
        abort(403)


def field(name: str, longest: int = LONGEST) -> str:
    """A field's text without spaces around it and without control characters; 400 when it is too long."""
    value = request.form.get(name, "")
    if len(value) > longest:
        abort(400)
    return "".join(letter for letter in value if letter.isprintable()).strip()
