"""Tokens for mail addresses, by which a reply says what it replies to: short, signed, and the same in any letter case.

    tokens = ReplyTokens(key_ring)
    tokens.sign("b", "q-1", "demo", "R-10042")   # 'mjxgk…', for reply+mjxgk…@mail.example
    tokens.open(token)                           # ('b', 'q-1', 'demo', 'R-10042'), or None

Mail programs and relays may change the case of what stands before the @ (RFC 5321, 2.4, forbids it; some do), and many
take no more than 64 characters there (4.5.3.1.1): hence base32 and a short signature. A token never expires: a reply
may come after years. It proves that we wrote to this address, not who replies.
"""

import base64
import binascii
import hashlib
import hmac

from chassis.keys import Key, KeyRing, same

# 64 bits: nobody guesses them where each guess is a mail, and every byte more costs room for names.
_SIGNATURE_BYTES = 8
_SEPARATOR = "\n"
LONGEST_LOCAL_PART = 64
_PLACE = "{token}"


class ReplyTokens:
    """Signs with the ring's first key and accepts every key of it. The same parts always give the same token."""

    def __init__(self, key_ring: KeyRing) -> None:
        self._keys = [_derived(key) for key in key_ring]

    def sign(self, *parts: str) -> str:
        """A token of a-z and 2-7 for these parts, none of which holds a line break."""
        if any(_SEPARATOR in part for part in parts):
            raise ValueError("a part of a reply token must hold no line break")
        body = _SEPARATOR.join(parts).encode()
        return base64.b32encode(_signature(self._keys[0], body) + body).decode().rstrip("=").lower()

    def open(self, token: str) -> tuple[str, ...] | None:
        """The parts that were signed, or None for anything that is not genuine. Letter case does not matter."""
        text = token.strip().upper()
        if not token.isascii():
            return None
        try:
            raw = base64.b32decode(text + "=" * (-len(text) % 8))
            signature, body = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
            parts = tuple(body.decode().split(_SEPARATOR))
        except (binascii.Error, ValueError):
            return None
        # Base32 may spell the same bytes in several ways; only the spelling that we would have written counts.
        if base64.b32encode(raw).decode().rstrip("=") != text:
            return None
        genuine = [same(signature, _signature(key, body)) for key in self._keys]
        return parts if any(genuine) else None


class ReplyAddress:
    """The address to which replies go, made from a template such as ``reply+{token}@mail.example``."""

    def __init__(self, template: str) -> None:
        """ValueError when the template has no ``{token}`` before its one @."""
        local, at, domain = template.strip().rpartition("@")
        if not at or local.count(_PLACE) != 1 or "@" in local or not domain or "{" in domain:
            raise ValueError("a reply address has {token} before its one @, as in reply+{token}@mail.example")
        self._before, self._after = local.split(_PLACE)
        self._domain = domain

    def with_token(self, token: str) -> str:
        """The address for this token; without it when that would be longer than every server takes.

        A reply to the shorter address is still ours, and its References say to what it replies.
        """
        local = f"{self._before}{token}{self._after}"
        if len(local) > LONGEST_LOCAL_PART:
            local = f"{self._before}{self._after}".strip("+-.")
        return f"{local}@{self._domain}"

    def token_in(self, address: str) -> str:
        """The token in an address of this form, as it stands there; empty when it is no such address."""
        local, _, domain = address.strip().rpartition("@")
        folded, before, after = local.lower(), self._before.lower(), self._after.lower()
        if domain.lower() != self._domain.lower() or not folded.startswith(before) or not folded.endswith(after):
            return ""
        return local[len(before) : len(local) - len(after)]


def _derived(key: Key) -> bytes:
    # The ring signs other things too: what is signed here must be of use nowhere else.
    return hmac.new(key.secret, b"wismo.reply-token.v1", hashlib.sha256).digest()


def _signature(key: bytes, body: bytes) -> bytes:
    return hmac.new(key, body, hashlib.sha256).digest()[:_SIGNATURE_BYTES]
