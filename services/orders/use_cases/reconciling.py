"""After a restore: what the topic tells and the restored database does not know is written into it.

Each event carries the order after it, so that order, log, requests, questions and transits follow from the topic alone,
and the next event of an order takes a number that no consumer has seen. Nothing goes into the outbox: what is read here
was told already. Running it again changes nothing, and so does a crash in the middle followed by another run.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from orders.domain.order import Order
from orders.use_cases.folding import deliveries, moved_questions
from orders.use_cases.orders import forget_in_log
from orders.use_cases.outbox import row_id
from orders.use_cases.ports import MerchantRecord, MerchantStore, OrderStore, StoreConflict, StoreUnavailable
from orders.use_cases.relaying import Outbox
from orders.use_cases.requests import Answered, RequestLog, RequestMark
from orders.use_cases.stored import Changes, LogRow, QuestionRow, StoredOrder, TransitRow

_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Told:
    """An event as the topic has it. `change` and `body` are its encoded forms; `order` is the one after it."""

    key: str
    merchant: str
    order: Order
    sequence: int
    effect: int
    recorded_at: datetime
    change: bytes
    body: bytes
    mark: RequestMark


@dataclass(slots=True)
class Reconciled:
    """What came of it."""

    known: int = 0
    """Events that the database had."""
    events: int = 0
    """Events that it had not, and has now."""
    orders: int = 0
    """Orders among them that it did not know at all."""
    waiting: int = 0
    """Rows of the outbox that the topic had already, and that are gone."""
    merchants: int = 0
    gaps: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By order: the newest event that the database has, and the next one that the topic has."""
    gaps_accepted: bool = False
    diverged: dict[str, int] = field(default_factory=dict)
    """By order: an event that the database and the topic know differently. Somebody wrote before this ran."""


@dataclass(slots=True)
class _Work:
    orders: dict[str, StoredOrder | None]
    created: set[str] = field(default_factory=set)
    changed: dict[str, StoredOrder] = field(default_factory=dict)
    log: list[LogRow] = field(default_factory=list)
    questions: dict[str, QuestionRow] = field(default_factory=dict)
    transits: dict[str, TransitRow] = field(default_factory=dict)
    known: int = 0
    gaps: dict[str, tuple[int, int]] = field(default_factory=dict)
    diverged: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Reconciliation:
    """Takes what the topics hold, in their order. Nobody else may write meanwhile.

    An order whose next event in the topic is not the one after its own is left as it is, and named among the gaps; with
    `done.gaps_accepted` it becomes what the topic says, and its log stays without what is missing.
    """

    store: OrderStore
    merchants: MerchantStore
    outbox: Outbox
    redact: Callable[[bytes], bytes]
    done: Reconciled = field(default_factory=Reconciled)

    async def take(self, told: Sequence[Told]) -> None:
        """Write what is new of these, all or nothing. Raises StoreUnavailable when the database stays away."""
        work = await self._written(told)
        done = self.done
        done.known += work.known
        done.events += len(work.log)
        done.orders += len(work.created)
        done.gaps.update((key, gap) for key, gap in work.gaps.items() if key not in done.gaps)
        done.diverged.update(work.diverged)
        done.waiting += await self.outbox.delete([row_id(one.key, one.sequence) for one in told])
        for key in {one.key for one in told if one.order.erase_time is not None}:
            await forget_in_log(self.store, self.redact, key)

    async def take_merchants(self, records: Sequence[MerchantRecord]) -> None:
        """Keep the newest of each merchant."""
        newest: dict[str, MerchantRecord] = {}
        for record in records:
            if record.name not in newest or newest[record.name].revision < record.revision:
                newest[record.name] = record
        for record in newest.values():
            self.done.merchants += await self.merchants.restore(record)
        self.done.waiting += await self.outbox.delete([row_id(one.name, one.revision) for one in records])

    async def _written(self, told: Sequence[Told]) -> _Work:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                async with self.store.transaction() as transaction:
                    work = _Work(await transaction.read({one.key: 0 for one in told}))
                    for one in told:
                        _fold(work, one, accept_gaps=self.done.gaps_accepted)
                    if work.log:
                        await transaction.write(_changes(work))
            except (StoreConflict, StoreUnavailable):
                # Another run, or a database that comes back: what is written already is known the next time.
                if attempt == _ATTEMPTS:
                    raise
                await asyncio.sleep(0.2 * attempt)
            else:
                return work
        raise AssertionError("the last attempt either returns or raises")


def _fold(work: _Work, told: Told, *, accept_gaps: bool) -> None:
    before = work.orders.get(told.key)
    stands = before.version if before is not None else 0
    if told.sequence <= stands:
        work.known += 1
        if before is not None and told.sequence == stands and told.order != before.order:
            work.diverged[told.key] = told.sequence
        return
    if told.sequence > stands + 1:
        work.gaps.setdefault(told.key, (stands, told.sequence))
        if not accept_gaps:
            return
    requests = before.requests if before is not None else RequestLog()
    requests = requests.read_back(told.mark, Answered(told.sequence, told.effect, told.order.state))
    stored = StoredOrder(told.key, told.merchant, told.order, told.body, requests)
    work.log.append(
        LogRow(
            key=told.key,
            order=told.order.name,
            merchant=told.merchant,
            sequence=told.sequence,
            recorded_at=told.recorded_at,
            effect=told.effect,
            change=told.change,
            request_id=told.mark.request_id,
        )
    )
    if before is None:
        work.created.add(told.key)
    else:
        work.questions.update((row.key, row) for row in moved_questions(stored, before.order))
        work.transits.update((row.key, row) for row in deliveries(stored, before.order))
    work.orders[told.key] = work.changed[told.key] = stored


def _changes(work: _Work) -> Changes:
    return Changes(
        created=tuple(order for key, order in work.changed.items() if key in work.created),
        replaced=tuple(order for key, order in work.changed.items() if key not in work.created),
        log=tuple(work.log),
        outbox=(),
        questions=tuple(work.questions.values()),
        transits=tuple(work.transits.values()),
    )
