"""What somebody wrote, without what their mail program put below it. Pure."""

import re

from mailparser_reply import EmailReplyParser

from status_page.questions.texts import LONGEST, plain, shortened

_LANGUAGES = ["en", "de", "es", "fr", "ru", "ar", "it", "nl", "pl"]
_READ = 20_000
"""Characters that are looked at: whoever writes more writes it at the top."""
_RUNS = re.compile(r"[ \t\u00a0]{20,}|\n{20,}")
# Private characters, which `written` takes away from what is given: no text can be taken for what stands in for a line.
_LINE = re.compile("\ue000(\\d+)\ue001")
_HEADER = 200
"""No line that begins a quotation is longer."""
_PARSER = EmailReplyParser(languages=_LANGUAGES)


def written(text: str) -> str:
    """The new words of a reply, as plain text of at most 8,000 characters.

    Signatures stay: cutting them takes away words now and then, and a quotation is all that has to go. Nothing new is
    found below or between quotations only: then every line that is not quoted is taken, and if there is none, all.
    """
    # Long runs of blanks would take the library's patterns minutes.
    text = _RUNS.sub("\n", plain(text).replace("\ue000", "").replace("\ue001", "")[:_READ])
    first = _without_quotes(_newest(text)) if text else ""
    return shortened(first or _without_quotes(text) or text, LONGEST)


def _newest(text: str) -> str:
    """What stands above the first quotation."""
    lines = text.split("\n")
    # So would long lines, which are no headers of quotations: others stand in for them.
    short = (f"\ue000{at}\ue001" if len(line) > _HEADER else line for at, line in enumerate(lines))
    found = _PARSER.read("\n".join(short)).replies[0].full_body
    return _LINE.sub(lambda one: lines[int(one[1])], found)


def _without_quotes(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not line.lstrip().startswith(">")).strip()
