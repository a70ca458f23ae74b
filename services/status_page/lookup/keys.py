"""Look-up keys: keyed hashes of a reference together with a contact, so that no index holds an e-mail address.

A key covers the reference *and* the contact. So a wrong contact for an order that exists, and an order that does not
exist, are the same thing to the database: a key that is not there. Nothing can be told from the answer or its time.
"""

import hashlib
import hmac
import re
import unicodedata

_PREFIX = re.compile(r"^(?:[#№]|no\.?\s)\s*", re.IGNORECASE)
_NOT_IN_POSTCODE = re.compile(r"[\W_]+")


class LookupKeys:
    """Makes the keys. Projector and page must be given the same ``key``."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of_contact(self, reference: str, contact: str) -> bytes:
        """The key for what a buyer typed: a contact with an `@` is an e-mail address, any other a postcode."""
        return self.of_email(reference, contact) if "@" in contact else self.of_postcode(reference, contact)

    def of_email(self, reference: str, email: str) -> bytes:
        """The key by e-mail address; capitals and spaces around do not matter."""
        return self._hash("email", reference, _plain(email))

    def of_postcode(self, reference: str, postcode: str) -> bytes:
        """The key by postcode; capitals, spaces and hyphens do not matter."""
        return self._hash("postcode", reference, _NOT_IN_POSTCODE.sub("", _plain(postcode)))

    def _hash(self, kind: str, reference: str, contact: str) -> bytes:
        text = "\x00".join((kind, folded(reference), contact))
        # 128 bits: nobody can search for a collision without the key, and an index entry stays small.
        return hmac.new(self._key, text.encode(), hashlib.sha256).digest()[:16]


def folded(reference: str) -> str:
    """A reference as it is compared: without capitals, spaces around, and the sign for `number` before it."""
    return _PREFIX.sub("", _plain(reference))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
