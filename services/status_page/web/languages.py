"""Which language a page speaks: the one chosen on it, the buyer's, the browser's, the shop's, English."""

from functools import lru_cache
from pathlib import Path

from flask import Request

import wording
from chassis.localisation import Catalog, negotiate

SPOKEN = ("en", "ru")


def catalog() -> Catalog:
    """The page's texts in every language that it speaks."""
    return Catalog(Path(__file__).parent.parent, "status_page", SPOKEN).then(wording.catalog())


def choose(request: Request, chosen: str, buyers: str = "", shops: str = "en") -> str:
    """The tag of the language for an answer. ``chosen`` comes from the cookie of the language switch."""
    accepted = () if chosen or buyers else tuple(tag for tag, _ in request.accept_languages)[:8]
    return _negotiate((chosen, buyers, *accepted, shops))


@lru_cache(maxsize=4096)
def _negotiate(preferred: tuple[str, ...]) -> str:
    return negotiate([tag for tag in preferred if len(tag) <= 35], SPOKEN, "en")
