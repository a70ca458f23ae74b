"""What travels: stock, packing, parcels, the carrier's scans with all that goes wrong on the way, pick-up, returns."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from wismo.cli.simulation.disasters import confess_loss, heard_before_loss, moved, packed
from wismo.cli.simulation.life import Life, Line
from wismo.client import DeliveryMode, ExpectationSource, Expected, LineKind, Money, TrackingStatus, drafts, events
from wismo.orders.v1.parcel_pb2 import PickupPoint

S = TrackingStatus
# Where a parcel may go from where it is, with weights. Every way ends in one of the states that have no entry.
JOURNEY: dict[S, list[tuple[S, int]]] = {
    S.LABEL_CREATED: [(S.INFO_RECEIVED, 4), (S.PICKED_UP, 6)],
    S.INFO_RECEIVED: [(S.PICKED_UP, 1)],
    S.PICKED_UP: [(S.IN_TRANSIT, 1)],
    S.IN_TRANSIT: [
        (S.IN_TRANSIT, 30),
        (S.OUT_FOR_DELIVERY, 50),
        (S.DELAYED, 5),
        (S.ON_HOLD, 4),
        (S.AVAILABLE_FOR_PICKUP, 7),
        (S.EXCEPTION, 4),
    ],
    S.DELAYED: [(S.IN_TRANSIT, 1)],
    S.ON_HOLD: [(S.IN_TRANSIT, 1)],
    S.EXCEPTION: [(S.IN_TRANSIT, 8), (S.RETURNING, 2)],
    S.OUT_FOR_DELIVERY: [(S.DELIVERED, 82), (S.ATTEMPT_FAILED, 18)],
    S.ATTEMPT_FAILED: [(S.OUT_FOR_DELIVERY, 6), (S.AVAILABLE_FOR_PICKUP, 4)],
    S.AVAILABLE_FOR_PICKUP: [(S.DELIVERED, 92), (S.RETURNING, 8)],
    S.RETURNING: [(S.RETURNED, 1)],
}
REASONS: dict[S, list[str]] = {
    S.DELAYED: ["weather", "capacity", "operational"],
    S.ON_HOLD: ["inspection", "duties_unpaid"],
    S.EXCEPTION: ["sorting_error", "address_not_found", "damaged", "researched"],
    S.ATTEMPT_FAILED: ["not_home", "access_restricted"],
    S.RETURNING: ["not_collected", "refused"],
}
MAX_SCANS = 14


@dataclass
class Journey:
    """One parcel on its way. ``scans``: when each happened."""

    parcel_id: str
    lines: list[Line]
    scans: list[tuple[datetime, S]] = field(default_factory=list)
    at_point: bool = False


def parcels(life: Life) -> None:
    """All physical lines: those collected at the shop, and those that ship, in one parcel or several."""
    collected = [line for line in life.of_kind(LineKind.PHYSICAL) if line.pickup]
    shipped = [line for line in life.of_kind(LineKind.PHYSICAL) if not line.pickup]
    if collected:
        _collection(life, collected)
    if not shipped:
        return
    packed_at = packed(life, life.after(life.placed_at, 10, 30))
    late = shipped[-1:] if len(shipped) > 1 and life.chance(0.2) else []
    if late:
        _backorder(life, late)
    soon = [line for line in shipped if line not in late]
    life.happen(events.packing_started([line.line_id for line in soon], occurred_at=packed_at), packed_at)
    split = len(soon) > 1 and life.chance(0.35)
    loads = [[line] for line in soon] if split else [soon]
    for number, load in enumerate(loads, 1):
        _send(life, Journey(f"P-{number}", load), life.after(packed_at, 1, 10))
    if late:
        _send(life, Journey(f"P-{len(loads) + 1}", late), life.after(life.placed_at, 110, 150))


def _collection(life: Life, lines: list[Line]) -> None:
    ids = [line.line_id for line in lines]
    ready_at = life.after(life.placed_at, 11, 26)
    point = _point(life, life.say("The shop, Hauptstr. 1", "Магазин, Hauptstr. 1"), ready_at)
    life.happen(events.ready_for_collection(point, line_ids=ids, occurred_at=ready_at), ready_at)
    if life.chance(0.9):
        at = life.after(ready_at, 4, 70)
        life.happen(events.collected(ids, occurred_at=at), at)


def _backorder(life: Life, lines: list[Line]) -> None:
    at = life.after(life.placed_at, 9.5, 10)
    expected = Expected(latest=life.after(life.placed_at, 24 * 9), earliest=life.after(life.placed_at, 24 * 6))
    reason = life.say("Our supplier delivers on Friday.", "Поставщик привезёт в пятницу.")
    life.happen(
        events.lines_backordered([line.line_id for line in lines], expected=expected, reason=reason, occurred_at=at), at
    )
    packed_at = life.after(life.placed_at, 100, 108)
    life.happen(events.packing_started([line.line_id for line in lines], occurred_at=packed_at), packed_at)


def _send(life: Life, journey: Journey, shipped_at: datetime) -> None:
    handed_over = life.chance(0.6)
    number = "".join(life.random.choices("0123456789", k=14))
    life.happen(
        events.parcel_shipped(
            journey.parcel_id,
            carrier=life.person.town.carrier,
            tracking_number=number,
            lines={line.line_id: line.quantity for line in journey.lines},
            expected=Expected(latest=life.after(shipped_at, 24 * 4), source=ExpectationSource.CARRIER),
            handed_over=handed_over,
            occurred_at=shipped_at,
        ),
        shipped_at,
    )
    _travel(life, journey, shipped_at, S.PICKED_UP if handed_over else S.LABEL_CREATED)
    heard = heard_before_loss(life, len(journey.scans))
    if heard is not None:
        del journey.scans[heard:]
    known_at = _report(life, journey)
    if heard is not None:
        confess_loss(life, journey.parcel_id, _worth(life, journey), [each.line_id for each in journey.lines], known_at)
        return
    if journey.scans[-1][1] is S.DELIVERED and life.chance(0.06):
        _come_back(life, journey, known_at)


def _travel(life: Life, journey: Journey, start: datetime, state: S) -> None:
    at = start
    while state in JOURNEY:
        states, weights = zip(*JOURNEY[state], strict=True)
        if len(journey.scans) >= MAX_SCANS:  # Enough: whatever is left ends well.
            states, weights = (
                ((S.OUT_FOR_DELIVERY,), (1,)) if state is not S.OUT_FOR_DELIVERY else ((S.DELIVERED,), (1,))
            )
        state = life.random.choices(states, weights)[0]
        at = moved(life, life.after(at, 2, 18))
        journey.scans.append((at, state))
        journey.at_point = journey.at_point or state is S.AVAILABLE_FOR_PICKUP


def _report(life: Life, journey: Journey) -> datetime:
    """Hand the scans on as carriers do: mostly in order, some overtaken by the next, some hours late. When the last
    of them was heard.
    """
    heard = [life.after(at, 0.05, 0.5) for at, _ in journey.scans]
    for index in range(len(heard) - 1):
        if life.chance(0.06):
            heard[index] = life.after(
                heard[index + 1], 0.01
            )  # The later scan is heard of first; never before it happened.
        elif life.chance(0.04):
            heard[index] = life.after(heard[index], 20, 50)
    for (at, state), heard_at in zip(journey.scans, heard, strict=True):
        _scan(life, journey, at, state, heard_at)
    return max(heard)


def _scan(life: Life, journey: Journey, at: datetime, state: S, heard_at: datetime) -> None:
    reasons = REASONS.get(state)
    reason = life.random.choice(reasons) if reasons else None
    town = life.person.town
    life.happen(
        events.parcel_progressed(
            journey.parcel_id,
            state,
            reason=reason,
            carrier_code=state.value.upper()[:3],
            location=f"{town.city}, {town.country}",
            expected=_carrier_date(life, at) if state in {S.DELAYED, S.IN_TRANSIT} else None,
            delivery_mode=_mode(life, journey) if state is S.DELIVERED else None,
            pickup_point=_point(life, life.say("Kiosk Schmidt", "Киоск на углу"), at)
            if state is S.AVAILABLE_FOR_PICKUP
            else None,
            next_attempt_at=life.after(at, 20) if state is S.ATTEMPT_FAILED else None,
            occurred_at=at,
        ),
        heard_at,
    )
    if reason in {"damaged", "researched", "address_not_found"}:
        _own_up(life, journey, heard_at, reason)


def _own_up(life: Life, journey: Journey, at: datetime, reason: str) -> None:
    """The shop says at once that something is wrong, keeps its word, and says when it is mended."""
    problem = f"PB-{journey.parcel_id}-{len(life.steps)}"
    what = life.say("Your parcel is stuck at the carrier.", "Посылка застряла у перевозчика.")
    doing = life.say("We have asked the carrier to search for it.", "Мы запросили розыск у перевозчика.")
    told_at = life.after(at, 0.2, 2)
    life.happen(
        events.problem_reported(
            problem,
            what_happened=what,
            what_we_do=doing,
            next_update_at=told_at + timedelta(hours=20) * life.scale,
            parcel_id=journey.parcel_id,
            reason=reason,
            acting_party="carrier",
            occurred_at=told_at,
        ),
        told_at,
    )
    update_at = life.after(told_at, 12, 18)
    news = life.say("The carrier has found it.", "Перевозчик нашёл посылку.")
    next_at = update_at + timedelta(hours=24) * life.scale
    life.happen(
        events.problem_updated(problem, what_happened=news, next_update_at=next_at, occurred_at=update_at), update_at
    )
    end_at = life.after(update_at, 4, 20)
    resolution = life.say("It is on its way again.", "Посылка снова в пути.")
    life.happen(events.problem_resolved(problem, resolution, occurred_at=end_at), end_at)


def _come_back(life: Life, journey: Journey, known_at: datetime) -> None:
    lines = {line.line_id: line.quantity for line in journey.lines}
    started_at = life.after(known_at, 10, 40)
    received_at = life.after(started_at, 40, 70)
    refunded_at = life.after(received_at, 2, 10)
    life.happen(events.return_started(lines, occurred_at=started_at), started_at)
    life.happen(events.return_received(lines, occurred_at=received_at), received_at)
    amount = _worth(life, journey)
    life.happen(
        events.refunded(f"RF-{journey.parcel_id}", amount, line_ids=list(lines), occurred_at=refunded_at),
        refunded_at,
    )


def _worth(life: Life, journey: Journey) -> Money:
    return Money(sum((life.price(line).amount for line in journey.lines), Decimal(0)), "EUR")


def _carrier_date(life: Life, at: datetime) -> Expected | None:
    if not life.chance(0.3):
        return None
    return Expected(latest=life.after(at, 24, 80), source=ExpectationSource.CARRIER)


def _mode(life: Life, journey: Journey) -> DeliveryMode:
    if journey.at_point:
        return DeliveryMode.PICKED_UP
    return life.random.choices(
        [DeliveryMode.PLAIN, DeliveryMode.SIGNED, DeliveryMode.NEIGHBOUR, DeliveryMode.LOCKER], [60, 20, 12, 8]
    )[0]


def _point(life: Life, name: str, at: datetime) -> PickupPoint:
    town = life.person.town
    return events.pickup_point(
        name,
        address=drafts.address(
            town.street.format(life.random.randint(1, 90)), city=town.city, postcode=town.postcode, country=town.country
        ),
        opening_hours=life.say("Mon to Sat, 9:00 to 19:00", "Пн–сб, 9:00–19:00"),
        keep_until=at + timedelta(days=7),
        code="".join(life.random.choices("0123456789", k=6)),
    )
