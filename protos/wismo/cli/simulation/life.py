"""The life of one order: what happens to it, when it happens, and in which order the shop hears of it.

A life is written down whole before anything is sent. Each strand (payment, parcels, a download, an access, a trial)
is a small state machine that draws its next step from the seed; the strands run side by side in the order's own time.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from wismo.cli.simulation.disasters import Disaster, Disasters
from wismo.cli.simulation.people import Article, Person
from wismo.client import LineKind
from wismo.client.values import Money
from wismo.orders.v1.fulfilment_event_pb2 import FulfilmentEvent


@dataclass(frozen=True, slots=True)
class Step:
    """One event. ``at``: when the shop hears of it, which is when it is sent in relation to the others; not always
    the order in which things happened. ``copy_of``: the number of the step whose request is sent once more, as a
    nervous backend does.
    """

    at: datetime
    event: FulfilmentEvent
    copy_of: int | None = None


@dataclass
class Line:
    """A line of the order while its life is written."""

    line_id: str
    article: Article
    quantity: int
    pickup: bool = False


@dataclass
class Life:
    """What is known of the order while its life is written. Times are the order's own, scaled by ``scale``."""

    random: Random
    person: Person
    lines: list[Line]
    placed_at: datetime
    scale: float
    steps: list[Step] = field(default_factory=list)
    cancelled: bool = False
    disasters: Disasters | None = None
    fate: Random = field(default_factory=Random)
    """The chance of disasters, apart from that of ordinary life."""
    befell: set[Disaster] = field(default_factory=set)

    def befall(self, disaster: Disaster) -> bool:
        """Note that it happened to this order; True."""
        self.befell.add(disaster)
        return True

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def after(self, moment: datetime, hours: float, until: float | None = None) -> datetime:
        """Some time later: exactly ``hours``, or evenly between ``hours`` and ``until``."""
        drawn = hours if until is None else self.random.uniform(hours, until)
        return moment + timedelta(hours=drawn) * self.scale

    def happen(self, event: FulfilmentEvent, heard_at: datetime) -> None:
        self.steps.append(Step(heard_at, event))

    def say(self, english: str, russian: str) -> str:
        return russian if self.person.russian else english

    def of_kind(self, kind: LineKind) -> list[Line]:
        return [line for line in self.lines if line.article.kind is kind]

    def price(self, line: Line) -> Money:
        return Money(Decimal(line.article.price) * line.quantity, "EUR")
