"""Let a group of commands act on the orders they name, in memory. Pure: nothing is read or written here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest

from orders.domain import fold
from orders.domain.errors import DomainError
from orders.domain.fold import Recorded
from orders.domain.order import Order
from orders.domain.transits import quarter_days, road_of
from orders.domain.vocabulary import Effect
from orders.use_cases.commands import Answer, Command, CreateOrder, RecordDecided, RecordEvent
from orders.use_cases.errors import AlreadyExists, EtagMismatch, OrdersError, order_not_found
from orders.use_cases.outbox import ORDER_EVENTS, event_id, event_type, row_id
from orders.use_cases.ports import Encoding
from orders.use_cases.requests import Answered, RequestLog
from orders.use_cases.stored import Changes, LogRow, OutboxRow, QuestionRow, StoredOrder, TransitRow

Outcome = Answer | Exception


@dataclass(slots=True)
class _Work:
    orders: dict[str, StoredOrder | None]
    created: set[str] = field(default_factory=set)
    changed: dict[str, StoredOrder] = field(default_factory=dict)
    log: list[LogRow] = field(default_factory=list)
    outbox: list[OutboxRow] = field(default_factory=list)
    questions: dict[str, QuestionRow] = field(default_factory=dict)
    transits: dict[str, TransitRow] = field(default_factory=dict)


def fold_group(
    commands: Sequence[Command], orders: Mapping[str, StoredOrder | None], now: datetime, encoding: Encoding
) -> tuple[list[Outcome], Changes]:
    """One outcome per command, in their order, and what is to be written for all of them.

    `orders` holds every order that is named, None where there is none. Commands for one order see each other's
    effect. A command that is refused, or at which folding itself fails, changes nothing and is answered with its
    error.
    """
    work = _Work(dict(orders))
    outcomes: list[Outcome] = []
    for command in commands:
        try:
            if isinstance(command, CreateOrder):
                outcomes.append(_create(work, command, now, encoding))
            else:
                outcomes.append(_record(work, command, now, encoding))
        except Exception as error:  # noqa: BLE001  # Whatever one command meets must not stop the others of its group.
            outcomes.append(error)
    created = tuple(order for key, order in work.changed.items() if key in work.created)
    replaced = tuple(order for key, order in work.changed.items() if key not in work.created)
    return outcomes, Changes(
        created,
        replaced,
        tuple(work.log),
        tuple(work.outbox),
        tuple(work.questions.values()),
        tuple(work.transits.values()),
    )


def is_expected(error: Exception) -> bool:
    """Whether an outcome is a refusal that the caller is told about, not a defect of ours."""
    return isinstance(error, OrdersError | DomainError)


def _create(work: _Work, command: CreateOrder, now: datetime, encoding: Encoding) -> Answer:
    stored = work.orders.get(command.key)
    if stored is not None:
        if stored.order.name == command.name and stored.requests.created_by(command.mark):
            return _answer(stored, Answered(1, Effect.APPLIED, stored.order.state))
        raise AlreadyExists(
            f"There is an order {stored.order.name} already, with other content; references differ in more than"
            " capital letters.",
            reason="ORDER_EXISTS",
            metadata={"order": stored.order.name},
        )
    recorded = fold.create(command.draft, command.occurred_at, now)
    work.created.add(command.key)
    return _written(work, command, (recorded,), RequestLog(), now, encoding)


def _record(work: _Work, command: RecordEvent | RecordDecided, now: datetime, encoding: Encoding) -> Answer:
    stored = work.orders.get(command.key)
    # Names are exact; only the uniqueness of references overlooks capital letters.
    if stored is None or stored.order.name != command.name:
        raise order_not_found(command.name)
    answered = stored.requests.find(command.mark)
    if answered is not None:
        return _answer(stored, answered)
    if isinstance(command, RecordDecided):
        events = command.decide(stored.order, now)
    else:
        events = (command.event,)
        if command.etag and command.etag != stored.order.etag:
            raise EtagMismatch(
                "The order has changed since it was read; read it again and decide anew.",
                metadata={"order": command.name, "etag": stored.order.etag},
            )
    told: list[Recorded] = []
    order = stored.order
    for event in events:
        told.append(fold.record(order, event, now, command.merchant.policy))
        order = told[-1].order
    new = [recorded for recorded in told if recorded.effect is not Effect.REPEATED]
    if not new:
        known = told[-1]
        return Answer(known.sequence, known.effect, stored.order.state, stored.order.etag, stored.body)
    return _written(work, command, new, stored.requests, now, encoding)


def _written(
    work: _Work, command: Command, told: Sequence[Recorded], requests: RequestLog, now: datetime, encoding: Encoding
) -> Answer:
    """Every event that was told becomes a row of the log and one of the outbox; the order is what the last one made of
    it.
    """
    rows = [_rows(command, recorded, now, encoding) for recorded in told]
    last, body = told[-1], rows[-1][0]
    before = work.orders.get(command.key)
    answered = Answered(last.sequence, last.effect, last.order.state)
    requests = requests.with_answer(command.mark, answered)
    stored = StoredOrder(command.key, command.merchant.name, last.order, body, requests)
    for _, logged, outgoing in rows:
        work.log.append(logged)
        work.outbox.append(outgoing)
    if before is not None:
        if last.order.questions is not before.order.questions:
            work.questions.update((row.key, row) for row in moved_questions(stored, before.order))
        if last.order.parcels is not before.order.parcels:
            work.transits.update((row.key, row) for row in deliveries(stored, before.order))
    work.orders[command.key] = stored
    work.changed[command.key] = stored
    return _answer(stored, answered)


def _rows(command: Command, recorded: Recorded, now: datetime, encoding: Encoding) -> tuple[bytes, LogRow, OutboxRow]:
    """The encoded order after one event, and the event's rows."""
    name, sequence, merchant = recorded.order.name, recorded.sequence, command.merchant
    body = encoding.order(recorded.order)
    change = encoding.change(recorded.event)
    value = encoding.order_event(recorded, change, body, merchant.body, command.mark, now)
    logged = LogRow(command.key, name, merchant.name, sequence, now, recorded.effect, change, command.mark.request_id)
    outgoing = OutboxRow(
        id=row_id(command.key, sequence),
        topic=ORDER_EVENTS,
        key=name,
        event_id=event_id(name, sequence),
        event_type=event_type(recorded.event.kind),
        time=now,
        value=value,
        traceparent=command.traceparent,
    )
    return body, logged, outgoing


def moved_questions(stored: StoredOrder, before: Order) -> Iterable[QuestionRow]:
    """Where the questions that moved stand in the merchant's list now."""
    known = {id(question) for question in before.questions}
    for question in stored.order.questions:
        if id(question) not in known:
            due = question.reply_by or question.asked_at
            yield QuestionRow(stored.key, question.question_id, stored.merchant, question.state, due)


def deliveries(stored: StoredOrder, before: Order) -> Iterable[TransitRow]:
    """What is learnt of the parcels that have just arrived. An erased buyer's say nothing of a country."""
    address = stored.order.buyer.shipping_address
    for parcel, was in zip_longest(stored.order.parcels, before.parcels):
        if parcel is was or parcel.delivered_at is None or (was is not None and was.delivered_at is not None):
            continue
        on_the_way = parcel.delivered_at - (parcel.shipped_at or parcel.delivered_at)
        if on_the_way > timedelta(0) and stored.order.erase_time is None:
            road = road_of(stored.merchant, parcel.carrier, address.country if address else "")
            yield TransitRow(f"{stored.key}/{parcel.parcel_id}", road, quarter_days(on_the_way))


def _answer(stored: StoredOrder, answered: Answered) -> Answer:
    # The etag of that moment follows from its sequence, so a replay gives it again although the order has moved on.
    return Answer(answered.sequence, answered.effect, answered.order_state, f'"{answered.sequence}"', stored.body)
