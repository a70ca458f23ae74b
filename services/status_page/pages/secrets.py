"""Secrets on a page: opened while it is made, and never kept with it.

What is kept of a page has holes where its secrets, form tokens and nonces stand. They are filled for each answer.
"""

import re
import secrets
from functools import lru_cache

from markupsafe import Markup, escape

from chassis.localisation import Language
from chassis.logs import get_logger
from chassis.sealing import CannotOpen, Sealed, Sealer
from status_page.web.measures import UNOPENED
from wismo.orders.v1 import secret_pb2
from wording import look_alikes

_log = get_logger(__name__)

# Unknown outside this process, so that no text of a merchant or buyer can be taken for a hole.
_MARK = f"\x02{secrets.token_hex(8)}:"
_HOLE = re.compile(_MARK + r"(\w+)\x03")


def _hole(name: str) -> Markup:
    return Markup(f"{_MARK}{name}\x03")  # noqa: S704  # Made of our own words only.


NONCE, TOKEN, VERSION = _hole("nonce"), _hole("token"), _hole("version")


class SealedSecrets:
    """The secrets of one order, as holes while its page is made, and as texts when the holes are filled."""

    def __init__(self, order: str, language: Language, sealer: Sealer) -> None:
        self._order = order
        self._language = language
        self._sealer = sealer
        self._sealed: list[Sealed] = []

    def show(self, secret: secret_pb2.Secret) -> "tuple[Markup | None, Markup]":
        """Holes for the secret and for its spelt-out characters.

        The first is empty when there is no secret, and None when no key of ours opens it (logged and counted); the
        second is empty when no character of it can be mistaken.
        """
        if not secret.ciphertext:
            return Markup(), Markup()
        sealed = Sealed(secret.key_id, secret.ciphertext)
        try:
            text = self._sealer.open(sealed, self._order)
        except CannotOpen:
            UNOPENED.inc()
            _log.error("secret cannot be opened", key_id=secret.key_id)
            return None, Markup()
        number = len(self._sealed)
        self._sealed.append(sealed)
        spelt = _hole(f"spelt{number}") if look_alikes(text, self._language) else Markup()
        return _hole(f"secret{number}"), spelt

    def fill(self) -> dict[str, str]:
        """The HTML for each hole that `show` has made, by its name."""
        filled = {}
        for number, sealed in enumerate(self._sealed):
            text = self._sealer.open(sealed, self._order)
            filled[f"secret{number}"] = str(escape(text))
            filled[f"spelt{number}"] = _spelt_out(text, self._language)
        return filled


class PageWithHoles:
    """The HTML of a page, without what is secret or belongs to one browser."""

    def __init__(self, html: str, sealed: SealedSecrets, form_action: tuple[str, ...]) -> None:
        # Texts and names of holes by turns.
        self._parts = _HOLE.split(html)
        self._sealed = sealed
        self.form_action = form_action
        """Origins to which forms of the page may lead."""

    def filled(self, *, nonce: str, token: str, version: str) -> str:
        """The page for one browser."""
        filled = {"nonce": nonce, "token": token, "version": version, **self._sealed.fill()}
        parts = self._parts.copy()
        parts[1::2] = [filled[name] for name in parts[1::2]]
        return "".join(parts)


def _spelt_out(text: str, language: Language) -> str:
    return "\n".join(_spelt(one.character, one.name) for one in look_alikes(text, language))


@lru_cache(maxsize=4096)
def _spelt(character: str, name: str) -> str:
    return str(Markup('<li><code dir="ltr" translate="no">{}</code> {}</li>').format(character, name))
