"""The list of questions and what deliveries teach: one behaviour in memory and in the real database."""

import asyncio
from datetime import timedelta

from orders.domain.transits import road_of
from orders.use_cases.learning import LearntTransits
from orders.use_cases.ports import (
    QuestionQuery,
)
from orders.use_cases.stored import Changes, QuestionRow, StoredOrder, TransitRow
from tests.contract.orders.stores import Stores, created
from tests.fakes.orders_parts import MERCHANT, NOW


def question(order: StoredOrder, name: str, state: int, hours: int) -> QuestionRow:
    return QuestionRow(order.key, name, order.merchant, state, NOW + timedelta(hours=hours))


async def with_questions(stores: Stores, *rows: QuestionRow, known: dict[str, int]) -> None:
    async with stores.orders.transaction() as transaction:
        await transaction.read(known)
        await transaction.write(Changes((), (), (), (), rows))


async def test_questions_are_listed_by_due_time_and_go_on_where_they_ended(stores: Stores) -> None:
    one, other = await created(stores, "R-1", "R-2")
    rows = [question(one, "q-1", 1, 5), question(other, "q-1", 2, 3), question(other, "q-2", 1, 3)]
    await with_questions(stores, *rows, known={one.key: 1, other.key: 1})
    first = await stores.orders.questions(QuestionQuery(MERCHANT.name, 2))
    rest = await stores.orders.questions(QuestionQuery(MERCHANT.name, 2, after=first[-1].place))
    assert [(place.body, place.question_id) for place in (*first, *rest)] == [
        (other.body, "q-1"),
        (other.body, "q-2"),
        (one.body, "q-1"),
    ]
    opened = await stores.orders.questions(QuestionQuery(MERCHANT.name, 9, state=1))
    assert [place.question_id for place in opened] == ["q-2", "q-1"]
    rest = await stores.orders.questions(QuestionQuery(MERCHANT.name, 9, 1, opened[0].place))
    assert [place.body for place in rest] == [one.body]
    assert await stores.orders.questions(QuestionQuery("merchants/other", 9)) == []


async def test_a_question_stands_in_the_list_once_where_it_is_now(stores: Stores) -> None:
    (order,) = await created(stores, "R-1")
    for state, hours in ((1, 5), (1, 9), (2, 9)):
        await with_questions(stores, question(order, "q-1", state, hours), known={order.key: 1})
    (place,) = await stores.orders.questions(QuestionQuery(MERCHANT.name, 9))
    assert place.place[0] == NOW + timedelta(hours=9)
    assert await stores.orders.questions(QuestionQuery(MERCHANT.name, 9, state=1)) == []


async def observed(stores: Stores, *days: int, carrier: str = "dhl", first: int = 0) -> None:
    road = road_of(MERCHANT.name, carrier, "FR")
    rows = tuple(TransitRow(f"{carrier}-{number}", road, day) for number, day in enumerate(days, first))
    async with stores.orders.transaction() as transaction:
        await transaction.read({})
        await transaction.write(Changes((), (), (), (), (), rows))


async def test_deliveries_are_counted_once_however_many_batches_it_takes(stores: Stores) -> None:
    await observed(stores, *range(8), 8, 8)
    await observed(stores, 3, carrier="u.p.s $")
    counted = 0
    while number := await stores.transits.fold(4):
        counted += number
    assert (counted, await stores.transits.fold(4)) == (11, 0)
    told = await stores.transits.changed(None)
    assert {road.carrier: sum(counts.values()) for road, counts in told.roads} == {"dhl": 10, "u.p.s $": 1}
    assert dict(told.roads)[road_of(MERCHANT.name, "dhl", "FR")][8] == 2


async def test_two_that_count_at_once_count_nothing_twice(stores: Stores) -> None:
    await observed(stores, *([5] * 40))
    await asyncio.gather(*(stores.transits.fold(25) for _ in range(3)), return_exceptions=True)
    while await stores.transits.fold(25):
        pass
    ((_, counts),) = (await stores.transits.changed(None)).roads
    assert counts == {5: 40}


async def test_what_was_learnt_is_remembered_and_only_what_changed_is_read_again(stores: Stores) -> None:
    known = LearntTransits(stores.transits)
    assert known.transit(MERCHANT.name, "DHL", "FR") is None
    await observed(stores, *([8] * 19))
    await stores.transits.fold(100)
    await known.refresh()
    assert known.transit(MERCHANT.name, "DHL", "FR") is None
    await observed(stores, 8, first=19)
    await stores.transits.fold(100)
    await known.refresh()
    transit = known.transit(MERCHANT.name, " Dhl", "FR")
    assert transit is not None
    assert transit.median == timedelta(days=2)
    assert known.transit("merchants/other", "dhl", "FR") is None
    again = await stores.transits.changed((await stores.transits.changed(None)).until)
    assert again.until is not None
