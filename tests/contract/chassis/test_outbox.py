"""One suite for every outbox: in memory, and MongoDB on a real server."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import MongoClient

from chassis.mongo import connect, ensure_indexes, run_transaction
from chassis.outbox import Letter, MongoOutbox, Outbox, outbox_collections
from tests.fakes.in_memory_outbox import InMemoryOutbox

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LEASE = timedelta(seconds=30)
LETTER = Letter("a", "question", "merchants/lantern/orders/R-1", START, b"\x00$where")


@pytest.fixture
def client(request: pytest.FixtureRequest) -> Iterator[MongoClient[dict[str, Any]]]:
    with connect(request.getfixturevalue("mongo_url"), "contract") as made:
        yield made


@pytest.fixture(params=["memory", "mongo"])
def outbox(request: pytest.FixtureRequest, unique: str) -> Iterator[Outbox]:
    if request.param == "memory":
        yield InMemoryOutbox()
        return
    client = request.getfixturevalue("client")
    ensure_indexes(client[unique], outbox_collections("letters"))
    ensure_indexes(client[unique], outbox_collections("letters"))
    yield MongoOutbox(client[unique], "letters")
    client.drop_database(unique)


def claim(outbox: Outbox, now: datetime = START, limit: int = 10) -> list[tuple[str, int]]:
    return [(one.letter.id, one.attempts) for one in outbox.claim(now, now + LEASE, limit)]


def test_a_letter_comes_out_as_it_was_put(outbox: Outbox) -> None:
    outbox.put(LETTER)
    assert [one.letter for one in outbox.claim(START, START + LEASE, 10)] == [LETTER]


def test_the_same_id_put_again_waits_once_and_stands_as_it_was(outbox: Outbox) -> None:
    outbox.put(LETTER, LETTER)
    outbox.put(replace(LETTER, body=b"other"))
    outbox.put()
    assert outbox.depth() == 1
    assert [one.letter.body for one in outbox.claim(START, START + LEASE, 10)] == [LETTER.body]


def test_what_is_due_the_longest_comes_first_and_what_is_not_due_stays(outbox: Outbox) -> None:
    ages = {"new": 1, "old": 60, "middle": 30, "coming": -1}
    outbox.put(*(replace(LETTER, id=name, at=START - timedelta(seconds=age)) for name, age in ages.items()))
    assert claim(outbox, limit=2) == [("old", 0), ("middle", 0)]
    assert claim(outbox) == [("new", 0)]
    assert claim(outbox, START + timedelta(seconds=1)) == [("coming", 0)]


def test_a_letter_is_claimed_by_one_until_its_time_is_up(outbox: Outbox) -> None:
    outbox.put(LETTER)
    assert claim(outbox) == [("a", 0)]
    assert claim(outbox, START + LEASE - timedelta(seconds=1)) == []
    assert claim(outbox, START + LEASE) == [("a", 0)]


def test_many_who_claim_at_once_get_each_letter_once(outbox: Outbox) -> None:
    outbox.put(*(replace(LETTER, id=f"n{number}") for number in range(40)))
    with ThreadPoolExecutor(8) as pool:
        found = [one for got in pool.map(lambda _: claim(outbox, limit=40), range(8)) for one in got]
    assert sorted(found) == sorted((f"n{number}", 0) for number in range(40))


def test_what_was_told_is_gone_and_may_be_forgotten_again(outbox: Outbox) -> None:
    outbox.put(LETTER)
    claim(outbox)
    outbox.told("a")
    outbox.told("a")
    outbox.postpone("a", START)
    outbox.refused("a", "NEVER")
    assert (outbox.depth(), outbox.set_aside()) == (0, 0)
    assert claim(outbox, START + LEASE) == []


def test_what_is_postponed_comes_back_then_with_its_attempts(outbox: Outbox) -> None:
    outbox.put(LETTER)
    claim(outbox)
    outbox.postpone("a", START + timedelta(seconds=5))
    assert claim(outbox, START + timedelta(seconds=4)) == []
    assert claim(outbox, START + timedelta(seconds=5)) == [("a", 1)]


def test_what_is_refused_is_set_aside_and_can_be_told_again(outbox: Outbox) -> None:
    outbox.put(LETTER)
    claim(outbox)
    outbox.postpone("a", START)
    outbox.refused("a", "NOT_FOUND")
    assert (outbox.depth(), outbox.set_aside()) == (0, 1)
    assert claim(outbox, START + LEASE) == []
    later = START + timedelta(days=1)
    assert outbox.again("a", later)
    assert not outbox.again("a", later)
    assert (outbox.depth(), outbox.set_aside()) == (1, 0)
    assert [one.letter for one in outbox.claim(later, later + LEASE, 10)] == [LETTER]


def test_what_is_put_in_a_transaction_waits_only_if_it_commits(
    client: MongoClient[dict[str, Any]], unique: str
) -> None:
    ensure_indexes(client[unique], outbox_collections())
    outbox = MongoOutbox(client[unique])

    def abort(session: Any) -> None:
        outbox.put(LETTER, session=session)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        run_transaction(client, abort)
    assert outbox.depth() == 0
    run_transaction(client, lambda session: outbox.put(LETTER, session=session))
    assert outbox.depth() == 1
    client.drop_database(unique)


def test_rows_that_older_code_left_are_read_as_told(client: MongoClient[dict[str, Any]], unique: str) -> None:
    ensure_indexes(client[unique], outbox_collections())
    old = {"_id": "old", "order": "o", "due_at": START, "attempts": 2, "claimed_by": ""}
    client[unique]["outbox"].insert_one(old)
    outbox = MongoOutbox(client[unique], read=lambda row: Letter(row["_id"], "old", row["order"], row["due_at"]))
    assert [(one.letter.about, one.attempts) for one in outbox.claim(START, START + LEASE, 10)] == [("o", 2)]
    client.drop_database(unique)
