"""What a backend does with orders: create, record, read, list, change the contact, erase."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from orders.domain.changes.contact import BuyerErased
from orders.domain.events import Event
from orders.domain.order import Draft
from orders.domain.vocabulary import EventSource
from orders.use_cases.commands import Answer, Command, CreateOrder, MerchantSnapshot, RecordEvent
from orders.use_cases.credentials import Principal, Role
from orders.use_cases.directory import MerchantDirectory
from orders.use_cases.errors import NotFound, merchant_not_found, order_not_found
from orders.use_cases.intake import Intake
from orders.use_cases.names import merchant_of, order_key
from orders.use_cases.origins import admitted
from orders.use_cases.ports import OrderQuery, OrderRow, OrderStore
from orders.use_cases.requests import RequestMark


@dataclass(frozen=True, slots=True)
class Orders:
    """The calls on orders. Each takes who calls, and lets a merchant see and touch its own orders only.

    `redact` takes an encoded change and gives it back without what only the buyer may be known by.
    """

    store: OrderStore
    intake: Intake
    merchants: MerchantDirectory
    redact: Callable[[bytes], bytes]

    async def create(self, principal: Principal, merchant: str, draft: Draft, mark: RequestMark) -> Answer:
        """Create the order of a draft, once for a request id or for the same body."""
        own_merchant(principal, merchant)
        snapshot = await self.merchants.find(merchant)
        command = CreateOrder(order_key(draft.name), draft.name, snapshot, mark, draft, draft.placed_at)
        return await self.intake.submit(command)

    async def to_record(
        self, principal: Principal, name: str, event: Event, mark: RequestMark, etag: str = ""
    ) -> Command:
        """The command by which a caller records an event; refused here is what this caller may not record."""
        own_order(principal, name)
        return await self.command(name, admitted(event, principal), mark, etag)

    async def record(self, principal: Principal, name: str, event: Event, mark: RequestMark, etag: str = "") -> Answer:
        """Record an event, durably."""
        return await self.intake.submit(await self.to_record(principal, name, event, mark, etag))

    async def update_contact(self, principal: Principal, name: str, contact: Event, mark: RequestMark) -> Answer:
        """Replace the buyer's contact by that of the ContactUpdated event. With the service key it is the care team's
        word.
        """
        own_order(principal, name)
        source = EventSource.CARE if principal.role is Role.SERVICE else EventSource.SYSTEM
        event = replace(contact, source=source)
        return await self.intake.submit(await self.command(name, event, mark))

    async def erase(self, principal: Principal, name: str, mark: RequestMark) -> Answer:
        """Forget the buyer, in the order and in the log of its events."""
        own_order(principal, name)
        event = Event(BuyerErased(), source=EventSource.SYSTEM)
        answer = await self.intake.submit(await self.command(name, event, mark))
        # After the commit and again with every repeat of the call, so that a crash in between is made good by a retry.
        await forget_in_log(self.store, self.redact, order_key(name))
        return answer

    async def read(self, principal: Principal, name: str) -> bytes:
        """The encoded order as it is now."""
        own_order(principal, name)
        stored = await self.store.body(order_key(name))
        if stored is None or stored.name != name:
            raise order_not_found(name)
        return stored.body

    async def page(self, principal: Principal, query: OrderQuery) -> Sequence[OrderRow]:
        """A page of a merchant's orders, oldest change first."""
        own_merchant(principal, query.merchant)
        return await self.store.page(query)

    async def command(self, name: str, event: Event, mark: RequestMark, etag: str = "") -> RecordEvent:
        """The command that records an event, whose source is decided already."""
        return RecordEvent(order_key(name), name, await self.merchant_for(name), mark, event, etag)

    async def merchant_for(self, name: str) -> MerchantSnapshot:
        """The merchant of an order."""
        try:
            return await self.merchants.find(merchant_of(name))
        except NotFound:
            # Only the service key can name a merchant that does not exist; then the order does not exist either.
            raise order_not_found(name) from None


async def forget_in_log(store: OrderStore, redact: Callable[[bytes], bytes], key: str) -> None:
    """Take out of an order's log what only its buyer may be known by. Idempotent."""
    kept = await store.history(key)
    clean = {sequence: redact(change) for sequence, change in kept}
    await store.redact(key, {sequence: clean[sequence] for sequence, was in kept if was != clean[sequence]})


def own_merchant(principal: Principal, merchant: str) -> None:
    """Raises NotFound when the caller's credential is another merchant's. The service and admin keys act for every
    merchant.
    """
    if principal.role is Role.MERCHANT and principal.merchant != merchant:
        raise merchant_not_found(merchant)


def own_order(principal: Principal, name: str) -> None:
    """The same for an order, whose name tells its merchant."""
    if principal.role is Role.MERCHANT and principal.merchant != merchant_of(name):
        raise order_not_found(name)
