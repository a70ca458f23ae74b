"""What a message says, without what opens anything: for whoever may read it later."""

from collections.abc import Iterable

from notifier.channels.compose import Content

MASK = "••••••"


def without_tokens(content: Content, tokens: Iterable[str]) -> Content:
    """The content with each of these tokens masked, wherever it stands."""
    subject, text, html = content.subject, content.text, content.html
    for token in tokens:
        # A token is letters, digits, '-', '_' and '.': no escaping for HTML or JSON changes it, no line breaks it.
        subject, text, html = (part.replace(token, MASK) for part in (subject, text, html))
    return Content(subject, text, html)
