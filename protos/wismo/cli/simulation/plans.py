"""Whole lives, ready to be sent: the order, its steps in the order in which the shop hears of them, and what comes
twice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from wismo.cli.simulation.disasters import Disaster, Disasters, fate_of, takes_trial
from wismo.cli.simulation.life import Life, Line, Step
from wismo.cli.simulation.people import CATALOGUE, Person, cart, person
from wismo.cli.simulation.strands import STRANDS, first_payment
from wismo.client import LineKind, PaymentState, drafts
from wismo.client.values import Money
from wismo.orders.v1.order_pb2 import Order


@dataclass(frozen=True, slots=True)
class Plan:
    """An order with its whole life, in the order in which it is sent."""

    number: int
    order: Order
    person: Person
    steps: tuple[Step, ...]
    befell: frozenset[Disaster]


def plan(seed: int, number: int, run: str, base: datetime, scale: float, disasters: Disasters | None = None) -> Plan:
    """Order number ``number`` of the run. ``base``: the present of the run; nothing is heard of after it.

    ``disasters``: those of the run, laid over the ordinary lives.
    """
    random = Random(f"{seed}/{number}")  # noqa: S311 - to be repeatable is the point.
    buyer = person(random, number, run)
    placed_at = base - timedelta(days=random.uniform(0.05, 18)) * scale
    lines = [
        Line(
            f"{article.sku.lower()}",
            article,
            quantity,
            pickup=article.kind is LineKind.PHYSICAL and random.random() < 0.08,
        )
        for article, quantity in cart(random)
    ]
    life = Life(random, buyer, lines, placed_at, scale, disasters=disasters, fate=fate_of(seed, number))
    if takes_trial(life) and not life.of_kind(LineKind.TRIAL):
        life.lines.extend(Line(each.sku.lower(), each, 1) for each in CATALOGUE if each.kind is LineKind.TRIAL)
    state = first_payment(life)
    for strand in STRANDS:
        strand(life)
    order = _order(life, f"{run}-{number:05d}".upper(), state)
    heard = sorted((step for step in life.steps if step.at <= base), key=lambda step: step.at)
    return Plan(number, order, buyer, tuple(_with_repeats(random, heard)), frozenset(life.befell))


def _order(life: Life, reference: str, state: PaymentState) -> Order:
    make = {
        LineKind.DOWNLOAD: drafts.download,
        LineKind.ACCESS: drafts.access,
        LineKind.TRIAL: drafts.trial,
    }
    lines = []
    for line in life.lines:
        title, price = line.article.title(life.person.russian), life.price(line)
        if line.article.kind is LineKind.PHYSICAL:
            lines.append(
                drafts.physical(
                    line.line_id,
                    title,
                    quantity=line.quantity,
                    sku=line.article.sku,
                    price=price,
                    expected=life.after(life.placed_at, 24 * 6),
                    pickup=line.pickup,
                )
            )
        else:
            lines.append(make[line.article.kind](line.line_id, title, sku=line.article.sku, price=price))
    total = sum((life.price(line).amount for line in life.lines), Decimal(0))
    return drafts.new_order(
        reference,
        life.person.buyer,
        lines,
        placed_at=life.placed_at,
        total=Money(total, "EUR"),
        payment_state=state,
    )


def _with_repeats(random: Random, steps: list[Step]) -> list[Step]:
    """Some steps come twice: sent again as they were (a retry after a time-out), or reported again (a carrier's
    echo).
    """
    repeated: list[Step] = []
    for step in steps:
        place = len(repeated)
        repeated.append(step)
        if random.random() < 0.03:
            repeated.append(Step(step.at, step.event, copy_of=place))
        elif step.event.HasField("parcel_progressed") and random.random() < 0.08:
            repeated.append(step)
    return repeated
