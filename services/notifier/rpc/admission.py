"""Who calls the care service: the status page with its service key, or a merchant with a key that orders knows."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import grpc

from chassis.keys import hash_key, same
from notifier.rpc.errors import Unauthenticated, Unavailable
from wismo.orders.v1 import merchants_service_pb2, merchants_service_pb2_grpc

# A revoked key must stop working within 10 seconds; half of it leaves room for a slow answer.
_FRESH_SECONDS = 5.0
_REMEMBERED = 10_000
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. ``merchant`` is empty for the service key, which may ask about every merchant."""

    merchant: str = ""

    def may_see(self, name: str) -> bool:
        """Whether a merchant, or something of a merchant's, is this caller's to see."""
        return not self.merchant or name == self.merchant or name.startswith(f"{self.merchant}/")


class KeyCheck(Protocol):
    """Whoever knows the merchants' keys."""

    def merchant_of(self, key: str) -> str | None:
        """The merchant that a key belongs to; None for a key that does not work. Raises Unavailable."""
        ...


class Admission:
    """Turns a bearer key into a caller. Safe from any thread. The answer for a key is remembered for 5 seconds."""

    def __init__(
        self, keys: KeyCheck, service_key_hash: str | None, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._keys = keys
        self._service_key_hash = service_key_hash
        self._monotonic = monotonic
        self._remembered: OrderedDict[str, tuple[float, str | None]] = OrderedDict()
        self._lock = threading.Lock()

    def admit(self, key: str) -> Caller:
        """Whose key it is. Raises Unauthenticated or Unavailable."""
        if not key:
            raise Unauthenticated(
                "No API key. Send metadata `authorization: Bearer <API key>`.", reason="CREDENTIAL_MISSING"
            )
        if len(key) > _LONGEST or not key.isascii() or not key.isprintable():
            raise _unknown()
        hashed = hash_key(key)
        if self._service_key_hash is not None and same(hashed, self._service_key_hash):
            return Caller()
        merchant = self._merchant_of(key, hashed)
        if merchant is None:
            raise _unknown()
        return Caller(merchant)

    def _merchant_of(self, key: str, hashed: str) -> str | None:
        asked_at = self._monotonic()
        with self._lock:
            known = self._remembered.get(hashed)
        if known is not None and asked_at - known[0] <= _FRESH_SECONDS:
            return known[1]
        merchant = self._keys.merchant_of(key)
        with self._lock:
            self._remembered[hashed] = (asked_at, merchant)
            self._remembered.move_to_end(hashed)
            if len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        return merchant


class OrdersKeyCheck:
    """`KeyCheck` by asking the orders service with the very key."""

    def __init__(self, channel: grpc.Channel, *, timeout: float = 5.0) -> None:
        self._stub = merchants_service_pb2_grpc.MerchantsServiceStub(channel)
        self._timeout = timeout

    def merchant_of(self, key: str) -> str | None:
        """One IdentifyKey."""
        request = merchants_service_pb2.IdentifyKeyRequest()
        try:
            answer = self._stub.IdentifyKey(
                request, timeout=self._timeout, metadata=(("authorization", f"Bearer {key}"),)
            )
        except grpc.RpcError as error:
            if error.code() in {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED}:
                return None
            raise Unavailable("Whose key it is cannot be found out now. Call again.") from None
        return str(answer.merchant) or None


def _unknown() -> Unauthenticated:
    return Unauthenticated(
        "The API key is unknown, expired or revoked. Send metadata `authorization: Bearer <API key>`."
    )
