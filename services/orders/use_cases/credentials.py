"""Who calls: a merchant's key, the installation's admin key, or the service key of the status page and notifier."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import lru_cache

from chassis.clock import Clock
from chassis.keys import hash_key
from orders.use_cases.errors import Unauthenticated
from orders.use_cases.ports import KeyRecord, KeyStore

SCOPE_WRITE = 1
SCOPE_READ = 2
# A revoked key must stop working within 10 seconds; half of it leaves room for a slow read.
_FRESH_SECONDS = 5.0
_REMEMBERED = 10_000
_LONGEST = 200


class Role(Enum):
    """What kind of credential it is."""

    MERCHANT = "merchant"
    ADMIN = "admin"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls. `merchant` is set for a merchant's key, and is the only place from which a merchant is ever taken.

    A key of the care desk (`CARE_…`) only reads: what a care team does comes from the desk, which knows who it was.
    `api_key` is what is stored of a merchant's key.
    """

    role: Role
    merchant: str = ""
    may_write: bool = True
    api_key: KeyRecord | None = field(default=None, compare=False, repr=False)


_ADMIN = Principal(Role.ADMIN)
_SERVICE = Principal(Role.SERVICE)


@dataclass(frozen=True, slots=True)
class _Remembered:
    principal: Principal | None
    expires: datetime | None
    read_at: float


class Credentials:
    """Turns a bearer key into a principal. The database is asked every 5 seconds, so revoking takes no longer."""

    def __init__(
        self,
        keys: KeyStore,
        clock: Clock,
        monotonic: Callable[[], float],
        *,
        admin_key_hash: str | None,
        service_key_hash: str | None,
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._monotonic = monotonic
        self._fixed = {
            hashed: who for hashed, who in ((admin_key_hash, _ADMIN), (service_key_hash, _SERVICE)) if hashed
        }
        self._remembered: OrderedDict[str, _Remembered] = OrderedDict()

    async def principal(self, key: str) -> Principal:
        """Whose key it is. Raises Unauthenticated, or StoreUnavailable when the database is asked and does not answer.

        Keys are looked up by their hash: how long that takes tells something of a hash, which tells nothing of a key.
        """
        if not key or len(key) > _LONGEST:
            raise _unknown()
        hashed = _hash(key)
        if hashed in self._fixed:
            return self._fixed[hashed]
        remembered = self._remembered.get(hashed)
        if remembered is None or self._monotonic() - remembered.read_at > _FRESH_SECONDS:
            remembered = await self._read(hashed)
        if remembered.principal is None or (remembered.expires is not None and self._clock.now() >= remembered.expires):
            raise _unknown()
        return remembered.principal

    async def _read(self, hashed: str) -> _Remembered:
        asked_at = self._monotonic()
        record = await self._keys.find(hashed)
        if record is None or record.revoked is not None:
            remembered = _Remembered(None, None, asked_at)
        else:
            principal = Principal(Role.MERCHANT, record.merchant, record.scope == SCOPE_WRITE, record)
            remembered = _Remembered(principal, record.expires, asked_at)
        self._remembered[hashed] = remembered
        self._remembered.move_to_end(hashed)
        if len(self._remembered) > _REMEMBERED:
            self._remembered.popitem(last=False)
        return remembered


@lru_cache(maxsize=1024)
def _hash(key: str) -> str:
    return hash_key(key)


def _unknown() -> Unauthenticated:
    return Unauthenticated(
        "The API key is unknown, expired or revoked. Send metadata `authorization: Bearer <API key>`."
    )
