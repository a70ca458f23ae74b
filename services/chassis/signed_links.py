"""Links that prove themselves: a short URL-safe token with purpose, subject, version, expiry and key id, signed."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

from itsdangerous import BadData, BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode
from itsdangerous.signer import SigningAlgorithm

from chassis.keys import Key, KeyRing

# 144 bits: half of SHA-256 and more (RFC 2104, section 5), and 24 characters of base64 with no bits to spare.
_SIGNATURE_BYTES = 18
_LONGEST_TOKEN = 1024
_SEPARATOR = "\n"


class LinkError(Exception):
    """A link that does not open. The message is fixed per class and holds nothing of the token."""


class BadLink(LinkError):
    """The token is malformed, was changed, or is signed with a key that is not in the ring."""


class ExpiredLink(LinkError):
    """The token is genuine and for this purpose, but past its expiry. ``link`` says for what it was."""

    def __init__(self, link: "Link") -> None:
        super().__init__("the link has expired")
        self.link = link


class WrongPurpose(LinkError):
    """The token is genuine, but made for another purpose."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a genuine token says. ``version`` lets the owner revoke: compare it with the version of the subject now."""

    purpose: str
    subject: str
    version: int
    expires_at: datetime


class LinkSigner:
    """Signs with the ring's first key and accepts every key of it. The same input always gives the same token."""

    def __init__(self, key_ring: KeyRing) -> None:
        self._current = key_ring.current.id
        self._signers = {key.id: _signer(key) for key in key_ring}

    def sign(self, *, purpose: str, subject: str, version: int, expires_at: datetime) -> str:
        """A token of letters, digits, '-', '_' and '.', for use in a URL's path.

        ``expires_at`` is an aware instant and is cut to whole seconds. Purpose and subject must hold no line break.
        """
        if expires_at.tzinfo is None:
            raise ValueError("expires_at must be aware")
        if version < 0 or _SEPARATOR in purpose or _SEPARATOR in subject:
            raise ValueError("version must not be negative, purpose and subject must hold no line break")
        fields = (purpose, subject, f"{version:x}", f"{int(expires_at.timestamp()):x}")
        body = base64_encode(_SEPARATOR.join(fields)).decode()
        return self._signers[self._current].sign(f"{self._current}.{body}").decode()

    def open(self, token: str, purpose: str, now: datetime) -> Link:
        """What the token says, if it is genuine, for this ``purpose``, and ``now`` is before its expiry.

        Raises BadLink, WrongPurpose or ExpiredLink (looked at in this order). Nothing is stored, so a link opens any
        number of times.
        """
        link = self._read(token)
        if link.purpose != purpose:
            raise WrongPurpose("the link was made for another purpose")
        if now >= link.expires_at:
            raise ExpiredLink(link)
        return link

    def _read(self, token: str) -> Link:
        # Every cause looks the same from outside, and the cause's text may quote the token.
        not_genuine = BadLink("the link is not genuine")
        signer = self._signers.get(token.partition(".")[0])
        if signer is None or len(token) > _LONGEST_TOKEN or not token.isascii():
            raise not_genuine
        try:
            value = signer.unsign(token)
            purpose, subject, version, expires_at = base64_decode(value.partition(b".")[2]).decode().split(_SEPARATOR)
            link = Link(purpose, subject, int(version, 16), datetime.fromtimestamp(int(expires_at, 16), UTC))
        except (BadSignature, BadData, ValueError, OverflowError, OSError):
            raise not_genuine from None
        # Base64 may spell the same bytes in several ways; only the spelling that we would have written counts.
        if signer.sign(value) != token.encode():
            raise not_genuine
        return link


class _ShortHmac(SigningAlgorithm):
    """HMAC-SHA-256 cut to 144 bits."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return hmac.new(key, value, hashlib.sha256).digest()[:_SIGNATURE_BYTES]


def _signer(key: Key) -> Signer:
    return Signer(
        key.secret,
        salt="wismo.signed-link.v1",
        key_derivation="hmac",
        digest_method=hashlib.sha256,
        algorithm=_ShortHmac(),
    )
