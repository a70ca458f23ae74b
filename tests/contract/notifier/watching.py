"""A ledger with its watches on a clock that a test moves: in memory, or MongoDB on a real server."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry

from chassis.kafka import Record
from notifier.adapters.mongo_ledger import MongoLedger
from notifier.measures import Measures
from notifier.planning.planner import Planner
from notifier.sending.ledger import Ledger
from notifier.sending.rows import Ended, Row, Sent, Settlement, State
from notifier.watching.store import Spoken, WatchStore
from tests.samples.story import START
from wismo.events.v1.merchant_event_pb2 import MerchantEvent
from wismo.events.v1.order_event_pb2 import OrderEvent
from wismo.orders.v1.merchant_pb2 import Merchant

LEASE = timedelta(seconds=30)


class MovedClock:
    """Stands still unless a test moves it."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    def __call__(self) -> datetime:
        return self.time

    def to(self, moment: datetime) -> None:
        self.time = moment

    def on(self, **span: float) -> None:
        self.time += timedelta(**span)


@dataclass
class Watched:
    """What a test asks of either."""

    ledger: Ledger
    store: WatchStore
    clock: MovedClock
    lose: Callable[[str], object]
    """Take an order's watch away."""
    letters: Callable[[], list[str]]
    """Kinds of the facts that wait for the orders service."""

    def hear(self, *told: OrderEvent) -> None:
        """The planner gets these events in one batch."""
        planner = Planner(self.ledger, Measures(CollectorRegistry()))
        records = [Record("wismo.order-events.v1", e.subject.encode(), e.SerializeToString()) for e in told]
        assert planner.handle(records) == []

    def change(self, merchant: Merchant) -> None:
        """The planner hears of a merchant's new policies."""
        planner = Planner(self.ledger, Measures(CollectorRegistry()))
        body = MerchantEvent(merchant=merchant).SerializeToString()
        assert planner.handle([Record("wismo.merchant-events.v1", merchant.name.encode(), body)]) == []

    def send(self, outcome: Any = None) -> list[Row]:
        """Everything that may leave now is accepted, or ends as told; the rows that ended."""
        ended: list[Row] = []
        while claims := self.ledger.exchange((), 50, LEASE).claims:
            settlements = [Settlement(one.row.id, one.token, outcome or Sent()) for one in claims]
            ended += self.ledger.exchange(settlements, 0, LEASE).ended
        return ended

    def tick(self) -> Spoken:
        """As the watchdog does."""
        claimed = self.store.claim(100, LEASE)
        return self.store.speak(claimed) if claimed.orders else Spoken()

    def until(self, moment: datetime, *, step: timedelta = timedelta(minutes=5)) -> list[tuple[str, datetime]]:
        """Live until then: tick, send, and see what was said when; kinds in order."""
        said: list[tuple[str, datetime]] = []
        while self.clock.time < moment:
            self.clock.time = min(moment, self.clock.time + step)
            self.tick()
            said += [(row.kind.value, self.clock.time) for row in self.send() if row.is_notice]
        return said


def mongo_letters(ledger: MongoLedger) -> list[str]:
    return [one["kind"] for one in ledger._database["outbox"].find()]


def dead(reason: str = "refused: rcpt 550") -> Ended:
    return Ended(State.DEAD, reason)


def at(**span: float) -> datetime:
    return (START + timedelta(**span)).astimezone(UTC)
