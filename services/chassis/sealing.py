"""Secrets at rest: AES-256-GCM with a key id, opened only while something is rendered."""

import os
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.keys import KeyRing

# NIST SP 800-38D: 96-bit nonces. A random one per message is safe for 2**32 messages under one key; rotate well before.
_NONCE_BYTES = 12
KEY_BYTES = 32


class CannotOpen(Exception):
    """The secret cannot be opened. One wording for every cause, so that nothing is learnt from it."""

    def __init__(self) -> None:
        super().__init__("the sealed value cannot be opened")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed secret: the id of the key it is under, and nonce and ciphertext with its tag."""

    key_id: str
    ciphertext: bytes = field(repr=False)


class Sealer:
    """Seals with the ring's current key and opens with whichever key the secret names."""

    def __init__(self, key_ring: KeyRing) -> None:
        """``key_ring`` holds keys of 32 bytes each (``KeyRing.parse(text, base64_bytes=32)``); ValueError otherwise."""
        if any(len(key.secret) != KEY_BYTES for key in key_ring):
            raise ValueError(f"every sealing key must have {KEY_BYTES} bytes")
        self._current = key_ring.current.id
        self._ciphers = {key.id: AESGCM(key.secret) for key in key_ring}

    def seal(self, plaintext: str, associated: str) -> Sealed:
        """Seal ``plaintext`` so that it opens only with the same ``associated`` text (an order's name, say)."""
        return self.seal_bytes(plaintext.encode(), associated)

    def seal_bytes(self, plaintext: bytes, associated: str) -> Sealed:
        """As ``seal``, for what is no text."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self._current].encrypt(nonce, plaintext, associated.encode())
        return Sealed(self._current, nonce + sealed)

    def open(self, sealed: Sealed, associated: str) -> str:
        """The plaintext. Raises CannotOpen for an unknown key, another ``associated`` text, or a changed byte."""
        try:
            return self.open_bytes(sealed, associated).decode()
        except UnicodeDecodeError:
            raise CannotOpen from None

    def open_bytes(self, sealed: Sealed, associated: str) -> bytes:
        """As ``open``, for what is no text."""
        cipher = self._ciphers.get(sealed.key_id)
        if cipher is None:
            raise CannotOpen
        nonce, body = sealed.ciphertext[:_NONCE_BYTES], sealed.ciphertext[_NONCE_BYTES:]
        try:
            return cipher.decrypt(nonce, body, associated.encode())
        except (InvalidTag, ValueError):
            raise CannotOpen from None
