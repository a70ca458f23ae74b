"""An access code read aloud: every character named, so that 0 and O, 1 and l are never mistaken for each other."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from chassis.localisation import Language, mark

_DIGITS = (
    mark("zero"),
    mark("one"),
    mark("two"),
    mark("three"),
    mark("four"),
    mark("five"),
    mark("six"),
    mark("seven"),
    mark("eight"),
    mark("nine"),
)

_SIGNS = {
    "-": mark("hyphen"),
    "_": mark("underscore"),
    ".": mark("full stop"),
    ",": mark("comma"),
    ":": mark("colon"),
    ";": mark("semicolon"),
    " ": mark("space"),
    "/": mark("slash"),
    "\\": mark("backslash"),
    "|": mark("vertical bar"),
    "@": mark("at sign"),
    "#": mark("hash sign"),
    "!": mark("exclamation mark"),
    "?": mark("question mark"),
    "$": mark("dollar sign"),
    "%": mark("per cent sign"),
    "&": mark("ampersand"),
    "*": mark("asterisk"),
    "+": mark("plus sign"),
    "=": mark("equals sign"),
    "(": mark("opening bracket"),
    ")": mark("closing bracket"),
    "'": mark("apostrophe"),
    '"': mark("quotation mark"),
}

# Characters of one group are hard to tell from each other in some typeface; so are the two cases of these letters.
_GROUPS = (
    "0OoQD",
    "1lIi|!",
    "2Zz",
    "5Ss",
    "6bG",
    "8B",
    "9gq",
    "uUvV",
    "cC",
    "kK",
    "pP",
    "wW",
    "xX",
    "-_",
    ".,",
    ":;",
    "'\"",
)
_LOOK_ALIKES = frozenset("".join(_GROUPS))


@dataclass(frozen=True, slots=True)
class SpelledCharacter:
    """One character with its name. ``looks_alike``: it can be taken for another one, so the name should stand out."""

    character: str
    name: str
    looks_alike: bool

    def __str__(self) -> str:
        return f"{self.character} {self.name}"


def spell(code: str, language: Language) -> tuple[SpelledCharacter, ...]:
    """The code character by character: ``0 zero``, ``O capital letter O``, ``l small letter l``."""
    return tuple(SpelledCharacter(one, _name(one, language), one in _LOOK_ALIKES) for one in code)


def look_alikes(code: str, language: Language) -> tuple[SpelledCharacter, ...]:
    """Only the characters of the code that can be taken for another one, each once, in the order in which they come."""
    return tuple(dict.fromkeys(one for one in spell(code, language) if one.looks_alike))


def letter_case_matters(language: Language, *, case_sensitive: bool) -> str:
    """The sentence that says out loud whether capital and small letters differ."""
    if case_sensitive:
        return language.gettext("Capital and small letters are not the same: A is not a.")
    return language.gettext("It does not matter whether you type capital or small letters.")


@lru_cache(maxsize=4096)  # Codes are made of a few characters, each spelt out on every page that shows one.
def _name(character: str, language: Language) -> str:
    if character.isascii() and character.isdigit():
        return language.gettext(_DIGITS[int(character)])
    if character in _SIGNS:
        return language.gettext(_SIGNS[character])
    if character.isalpha() and character.isupper():
        return language.gettext("capital letter %(letter)s", letter=character)
    if character.isalpha() and character.islower():
        return language.gettext("small letter %(letter)s", letter=character)
    return unicodedata.name(character, "?").lower()
