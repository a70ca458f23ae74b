"""Merchants and their API keys. The published message is the model: nothing here but defaults, revisions and times is
decided.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.clock import Clock
from chassis.keys import hash_key, new_key
from chassis.sealing import Sealer
from orders.use_cases.credentials import Principal
from orders.use_cases.directory import MerchantDirectory
from orders.use_cases.errors import AlreadyExists, Invalid, NotFound, Violation, merchant_not_found
from orders.use_cases.moments import to_milliseconds
from orders.use_cases.orders import own_merchant
from orders.use_cases.outbox import MERCHANT_EVENTS, event_id, row_id
from orders.use_cases.ports import KeyRecord, KeyStore, MerchantRecord, MerchantStore, StoreConflict
from orders.use_cases.stored import OutboxRow
from orders.use_cases.webhook_secrets import keep_secret, seal_secret
from wismo.orders.v1 import merchant_pb2

_ATTEMPTS = 5
_OUTPUT_ONLY = frozenset({"name", "revision", "create_time", "update_time"})
_FIELDS = tuple(field.name for field in merchant_pb2.Merchant.DESCRIPTOR.fields if field.name not in _OUTPUT_ONLY)

Validate = Callable[[merchant_pb2.Merchant], None]
"""Raises Invalid for a merchant that breaks the contract."""


@dataclass(frozen=True, slots=True)
class Merchants:
    """The calls on merchants. `encode_event` makes the record for Kafka; `on_change` is told after each commit.

    The secret of a merchant's webhooks goes in as plaintext and comes out sealed.
    """

    store: MerchantStore
    directory: MerchantDirectory
    clock: Clock
    validate: Validate
    sealer: Sealer
    encode_event: Callable[[merchant_pb2.Merchant], bytes]
    on_change: Callable[[], None] = lambda: None

    async def create(self, merchant: merchant_pb2.Merchant) -> merchant_pb2.Merchant:
        """Make a merchant. The same one again is answered as it stands; another one of that name is refused."""
        for _ in range(_ATTEMPTS):
            found = await self.store.find(merchant.name)
            stands = merchant_pb2.Merchant.FromString(found.body) if found else None
            wanted = _copy(merchant, (*_FIELDS, "name"))
            self._complete(wanted, stands)
            if stands is not None:
                if _copy(stands, _FIELDS) == _copy(wanted, _FIELDS):
                    return stands
                break
            now = to_milliseconds(self.clock.now())
            wanted.revision = 1
            wanted.create_time.FromDatetime(now)
            wanted.update_time.FromDatetime(now)
            try:
                await self._put(wanted, now)
            except StoreConflict:
                continue
            return wanted
        raise AlreadyExists(
            f"There is a merchant {merchant.name} already; call UpdateMerchant to change it.",
            reason="MERCHANT_EXISTS",
            metadata={"merchant": merchant.name},
        )

    async def read(self, principal: Principal, name: str) -> merchant_pb2.Merchant:
        """The merchant as it is now."""
        own_merchant(principal, name)
        return merchant_pb2.Merchant.FromString((await self._find(name)).body)

    async def update(
        self, principal: Principal, merchant: merchant_pb2.Merchant, paths: Sequence[str]
    ) -> merchant_pb2.Merchant:
        """Take over the fields named by `paths` (AIP-134; none: every field that is set; `*`: all)."""
        own_merchant(principal, merchant.name)
        fields = _fields(merchant, paths)
        for _ in range(_ATTEMPTS):
            found = await self._find(merchant.name)
            changed = merchant_pb2.Merchant.FromString(found.body)
            for field in fields:
                changed.ClearField(field)  # type: ignore[arg-type]  # Checked against the descriptor.
            changed.MergeFrom(_copy(merchant, fields))
            self._complete(changed, merchant_pb2.Merchant.FromString(found.body))
            now = to_milliseconds(self.clock.now())
            changed.revision = found.revision + 1
            changed.update_time.FromDatetime(now)
            try:
                await self._put(changed, now)
            except StoreConflict:
                continue
            self.directory.forget(changed.name)
            return changed
        raise StoreConflict

    async def page(self, after: str, limit: int) -> Sequence[merchant_pb2.Merchant]:
        """Merchants by name."""
        return [merchant_pb2.Merchant.FromString(record.body) for record in await self.store.page(after, limit)]

    def _complete(self, wanted: merchant_pb2.Merchant, stands: merchant_pb2.Merchant | None) -> None:
        """Defaults, the secret that stands or a new one sealed, and all of it checked."""
        _fill_defaults(wanted)
        keep_secret(wanted, stands)
        self.validate(wanted)
        seal_secret(wanted, stands, self.sealer)

    async def _find(self, name: str) -> MerchantRecord:
        found = await self.store.find(name)
        if found is None:
            raise merchant_not_found(name)
        return found

    async def _put(self, merchant: merchant_pb2.Merchant, now: datetime) -> None:
        row = OutboxRow(
            id=row_id(merchant.name, merchant.revision),
            topic=MERCHANT_EVENTS,
            key=merchant.name,
            event_id=event_id(merchant.name, merchant.revision),
            event_type="wismo.merchant.changed.v1",
            time=now,
            value=self.encode_event(merchant),
        )
        await self.store.put(MerchantRecord(merchant.name, merchant.revision, merchant.SerializeToString()), row)
        self.on_change()


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """Keys of merchants. Only their hash is kept; several may be valid at once, so that they can be rotated."""

    keys: KeyStore
    merchants: MerchantStore
    clock: Clock

    async def create(
        self, principal: Principal, merchant: str, display_name: str, scope: int, expires: datetime | None
    ) -> tuple[KeyRecord, str]:
        """A new key, and the key itself, which cannot be read again."""
        own_merchant(principal, merchant)
        if await self.merchants.find(merchant) is None:
            raise merchant_not_found(merchant)
        now = to_milliseconds(self.clock.now())
        if expires is not None and expires <= now:
            why = "must be in the future"
            raise Invalid(f"expire_time: {why}", violations=(Violation("expire_time", why, "EXPIRED"),))
        secret = new_key(f"wk_{merchant.rpartition('/')[2]}")
        name = f"{merchant}/apiKeys/{secrets.token_hex(6)}"
        until = to_milliseconds(expires) if expires is not None else None
        record = KeyRecord(hash_key(secret), name, merchant, display_name, scope, now, until)
        await self.keys.add(record)
        return record, secret

    async def of(self, principal: Principal, merchant: str) -> Sequence[KeyRecord]:
        """All keys of a merchant, oldest first."""
        own_merchant(principal, merchant)
        if await self.merchants.find(merchant) is None:
            raise merchant_not_found(merchant)
        return await self.keys.of(merchant)

    async def revoke(self, principal: Principal, name: str) -> KeyRecord:
        """Make a key stop working within 10 seconds."""
        unknown = NotFound(f"There is no API key {name}.", reason="API_KEY_NOT_FOUND", metadata={"api_key": name})
        merchant = name.rpartition("/apiKeys/")[0]
        if principal.merchant and principal.merchant != merchant:
            raise unknown
        revoked = await self.keys.revoke(name, to_milliseconds(self.clock.now()))
        if revoked is None:
            raise unknown
        return revoked


def _fields(merchant: merchant_pb2.Merchant, paths: Sequence[str]) -> tuple[str, ...]:
    if not paths:
        return tuple(field.name for field, _ in merchant.ListFields() if field.name in _FIELDS)
    if list(paths) == ["*"]:
        return _FIELDS
    bad = [path for path in paths if path not in _FIELDS]
    if bad:
        why = f"{bad[0]!r} is not a top-level field that can be changed; use some of {', '.join(_FIELDS)}"
        raise Invalid(f"update_mask: {why}", violations=(Violation("update_mask", why, "UPDATE_MASK"),))
    return tuple(paths)


def _copy(merchant: merchant_pb2.Merchant, fields: Iterable[str]) -> merchant_pb2.Merchant:
    """A merchant with these fields only."""
    copied = merchant_pb2.Merchant.FromString(merchant.SerializeToString())
    wanted = set(fields)
    for field, _ in merchant.ListFields():
        if field.name not in wanted:
            copied.ClearField(field.name)  # type: ignore[arg-type]  # Names come from the descriptor.
    return copied


def _fill_defaults(merchant: merchant_pb2.Merchant) -> None:
    merchant.default_locale = merchant.default_locale or "en"
    merchant.time_zone = merchant.time_zone or "UTC"
