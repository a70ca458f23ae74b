"""What somebody wrote, without what their mail program put below it. Pure."""

import re

from mailparser_reply import EmailReplyParser

from status_page.questions.texts import LONGEST, plain, shortened

_LANGUAGES = ["en", "de", "es", "fr", "ru", "ar", "it", "nl", "pl"]
_READ = 20_000
"""Characters that are looked at: whoever writes more writes it at the top."""
_RUNS = re.compile(r"[ \t\u00a0]{20,}|\n{20,}")
_PARSER = EmailReplyParser(languages=_LANGUAGES)


def written(text: str) -> str:
    """The new words of a reply, as plain text of at most 8,000 characters.

    Signatures stay: cutting them takes away words now and then, and a quotation is all that has to go. Nothing new is
    found below or between quotations only: then every line that is not quoted is taken, and if there is none, all.
    """
    # Long runs of one blank character would take the library's patterns minutes.
    text = _RUNS.sub("\n", plain(text)[:_READ])
    first = _without_quotes(_PARSER.read(text).replies[0].full_body) if text else ""
    return shortened(first or _without_quotes(text) or text, LONGEST)


def _without_quotes(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not line.lstrip().startswith(">")).strip()
