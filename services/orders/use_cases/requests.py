"""Request ids (AIP-155): the same id and body is answered again, the same id with another body is refused.

An order keeps one record of 38 bytes for each request that wrote to it: hash of the id, keyed digest of the body, and
what was answered. The digest is keyed so that nobody who reads the database can try out access codes against it.
"""

import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass

from chassis.keys import KeyRing
from orders.use_cases.errors import AlreadyExists

_RECORD = struct.Struct(">16s16sIBB")
# Of a request that was read back from an event of an older version, which does not tell the digest of its body.
_ANY_BODY = bytes(16)


@dataclass(frozen=True, slots=True)
class RequestMark:
    """One request: its id (may be empty on creation), and its body's digests under every key, the current one first."""

    request_id: str
    digests: tuple[bytes, ...]

    @property
    def id_hash(self) -> bytes:
        return hashlib.blake2b(self.request_id.encode(), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered to a request: number and effect of its event, and the order's state after it."""

    sequence: int
    effect: int
    order_state: int


@dataclass(frozen=True, slots=True)
class RequestLog:
    """The requests that an order has seen, oldest first."""

    data: bytes = b""

    def find(self, mark: RequestMark) -> Answered | None:
        """What was answered to this very request, or None if it is new. Raises AlreadyExists for another body."""
        id_hash = mark.id_hash
        at = self.data.find(id_hash)
        while at >= 0 and at % _RECORD.size:
            at = self.data.find(id_hash, at + 1)
        if at < 0:
            return None
        _, digest, *answered = _RECORD.unpack_from(self.data, at)
        if digest not in mark.digests and digest != _ANY_BODY:
            raise request_id_reused(mark.request_id)
        return Answered(*answered)

    def created_by(self, mark: RequestMark) -> bool:
        """Whether the order was created with this very body, whatever the request id. Raises AlreadyExists if id but
        not body match.
        """
        id_hash, digest, *_ = _RECORD.unpack_from(self.data)
        if digest in mark.digests:
            return True
        if mark.request_id and id_hash == mark.id_hash:
            if digest == _ANY_BODY:
                return True
            raise request_id_reused(mark.request_id)
        return False

    def with_answer(self, mark: RequestMark, answered: Answered) -> "RequestLog":
        """The log with one request more."""
        record = _RECORD.pack(mark.id_hash, mark.digests[0], answered.sequence, answered.effect, answered.order_state)
        return RequestLog(self.data + record)

    def read_back(self, mark: RequestMark, answered: Answered) -> "RequestLog":
        """The log with a request as its event tells it. Of several events of one request, one after the other, the
        last one's answer stays, as it did when they were written.

        A mark without digests is one whose body nobody remembers: its id alone is compared from then on.
        """
        known = mark if mark.digests else RequestMark(mark.request_id, (_ANY_BODY,))
        last = self.data[-_RECORD.size :]
        again = last[:32] == known.id_hash + known.digests[0]
        return RequestLog(self.data[: -_RECORD.size] if again else self.data).with_answer(known, answered)


def request_id_reused(request_id: str) -> AlreadyExists:
    return AlreadyExists(
        "This request_id was used for this order with another body; use a fresh one for a new request.",
        reason="REQUEST_ID_REUSED",
        metadata={"request_id": request_id},
    )


def digester(keys: KeyRing) -> Callable[[str, bytes], tuple[bytes, ...]]:
    """A function from the kind of request and its canonical bytes to its digests, one for each key of the ring."""
    # A key of its own, derived from the sealing key, so that neither use can help against the other.
    derived = [hashlib.blake2b(key.secret, digest_size=32, person=b"wismo.request").digest() for key in keys]

    def digest(kind: str, body: bytes) -> tuple[bytes, ...]:
        whole = kind.encode() + b"\0" + body
        return tuple(hashlib.blake2b(whole, digest_size=16, key=key).digest() for key in derived)

    return digest
