"""What people write to us, made fit to be kept and shown as plain text."""

import unicodedata

LONGEST = 8000
"""Characters of one post, as in the contract."""

_TURNS_AROUND = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that make a text read otherwise than it was typed. Languages from right to left do without them here."""


def plain(text: str) -> str:
    """The text with line breaks as they were typed, and without control characters, halves of characters, or spaces
    around it. Empty when nothing is left that can be read.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    kept = "".join(
        letter
        for letter in lines
        if letter == "\n" or (unicodedata.category(letter) not in {"Cc", "Cs"} and letter not in _TURNS_AROUND)
    )
    return unicodedata.normalize("NFC", kept).strip()


def shortened(text: str, longest: int = LONGEST) -> str:
    """The text, cut at ``longest`` characters with a mark that says so."""
    return text if len(text) <= longest else text[: longest - 2].rstrip() + " …"
