"""MongoDB helpers and leases on a real database server."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from pymongo import AsyncMongoClient, IndexModel, MongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import ConnectionFailure, DuplicateKeyError, OperationFailure

from chassis.leases import AsyncLeases, LeaseLost, Leases
from chassis.mongo import (
    CollectionSpec,
    Document,
    connect,
    connect_async,
    database_answers,
    database_now,
    database_now_async,
    ensure_indexes,
    ensure_indexes_async,
    is_unavailable,
    run_transaction,
    run_transaction_async,
)

SHORT = timedelta(seconds=0.6)
COLLECTIONS = [
    CollectionSpec("leases"),
    CollectionSpec("things", [IndexModel([("word", 1)], unique=True, name="word")]),
]


@pytest.fixture
def client(mongo_url: str) -> Iterator[MongoClient[Document]]:
    with connect(mongo_url, "test") as made:
        yield made


@pytest.fixture
async def async_client(mongo_url: str) -> AsyncIterator[AsyncMongoClient[Document]]:
    made = connect_async(mongo_url, "test")
    yield made
    await made.close()


@pytest.fixture
def database(client: MongoClient[Document], unique: str) -> Database[Document]:
    database = client[unique]
    ensure_indexes(database, COLLECTIONS)
    return database


def test_collections_and_indexes_are_made_once_and_again_without_harm(database: Database[Document]) -> None:
    ensure_indexes(database, COLLECTIONS)
    assert "word" in database.things.index_information()
    with pytest.raises(OperationFailure):
        ensure_indexes(database, [CollectionSpec("things", [IndexModel([("other", 1)], name="word")])])


def test_times_come_back_aware_and_the_server_tells_the_time(database: Database[Document]) -> None:
    database.things.insert_one({"_id": 1, "word": "a", "at": datetime(2026, 11, 23, tzinfo=UTC)})
    stored = database.things.find_one({"_id": 1})
    assert stored is not None
    assert stored["at"] == datetime(2026, 11, 23, tzinfo=UTC)
    assert abs(database_now(database) - datetime.now(UTC)) < timedelta(seconds=5)


def test_concurrent_transactions_on_one_document_all_succeed_in_the_end(database: Database[Document]) -> None:
    database.things.insert_one({"_id": "n", "word": "n", "count": 0})

    def add_one(_number: int) -> None:
        def work(session: ClientSession) -> None:
            found = database.things.find_one({"_id": "n"}, session=session)
            assert found is not None
            database.things.update_one({"_id": "n"}, {"$set": {"count": found["count"] + 1}}, session=session)

        run_transaction(database.client, work, deadline=20)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_one, range(40)))
    found = database.things.find_one({"_id": "n"})
    assert found is not None
    assert found["count"] == 40


def test_a_failed_transaction_leaves_nothing_and_raises_its_error(database: Database[Document]) -> None:
    def work(session: ClientSession) -> None:
        database.things.insert_one({"_id": 1, "word": "one"}, session=session)
        raise KeyError("ours")

    with pytest.raises(KeyError):
        run_transaction(database.client, work)
    assert database.things.find_one({"_id": 1}) is None


def test_a_transaction_that_never_succeeds_gives_up_at_its_deadline(database: Database[Document]) -> None:
    def work(_session: ClientSession) -> None:
        raise OperationFailure("conflict", 112, {"errorLabels": ["TransientTransactionError"]})

    began = time.monotonic()
    with pytest.raises(OperationFailure):
        run_transaction(database.client, work, deadline=0.3)
    assert time.monotonic() - began < 2


def test_what_another_attempt_would_meet_again_is_not_unavailability(database: Database[Document]) -> None:
    database.things.insert_one({"_id": 1, "word": "same"})
    with pytest.raises(DuplicateKeyError) as duplicate:
        database.things.insert_one({"_id": 2, "word": "same"})
    assert not is_unavailable(duplicate.value)
    assert not is_unavailable(ValueError())


def test_a_server_that_is_not_there_is_unavailability_within_the_time_limit() -> None:
    began = time.monotonic()
    with connect("mongodb://127.0.0.1:1/", "test", timeout=0.3) as nowhere:
        with pytest.raises(ConnectionFailure) as caught:
            nowhere.admin.command("ping")
        assert database_answers(nowhere)() == "ServerSelectionTimeoutError"
    assert is_unavailable(caught.value)
    assert time.monotonic() - began < 5


def test_a_server_that_is_there_answers(client: MongoClient[Document]) -> None:
    assert database_answers(client)() is None


def test_of_many_who_ask_at_once_one_gets_the_lease(database: Database[Document]) -> None:
    def ask(number: int) -> bool:
        return Leases(database.leases, f"owner-{number}").acquire("relay-0") is not None

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(ask, range(12))) == 1


def test_a_lease_is_renewed_by_its_owner_and_taken_over_once_it_expired(database: Database[Document]) -> None:
    first, second = Leases(database.leases, "first", ttl=SHORT), Leases(database.leases, "second", ttl=SHORT)
    lease = first.acquire("relay-0")
    assert lease is not None
    assert second.acquire("relay-0") is None
    renewed = first.renew(lease)
    assert renewed.epoch == lease.epoch
    assert renewed.expires_at >= lease.expires_at
    assert not renewed.is_over(time.monotonic())
    time.sleep(SHORT.total_seconds() + 0.1)
    assert renewed.is_over(time.monotonic())
    taken = second.acquire("relay-0")
    assert taken is not None
    assert taken.epoch == lease.epoch + 1
    with pytest.raises(LeaseLost):
        first.renew(renewed)
    first.release(renewed)
    assert first.acquire("relay-0") is None, "who lost the lease cannot give it away"


def test_a_released_lease_is_free_at_once_and_its_epoch_still_grows(database: Database[Document]) -> None:
    first, second = Leases(database.leases, "first"), Leases(database.leases, "second")
    lease = first.acquire("relay-0")
    assert lease is not None
    again = first.acquire("relay-0")
    assert again is not None
    assert again.epoch == lease.epoch, "asking again while holding it is no takeover"
    first.release(lease)
    taken = second.acquire("relay-0")
    assert taken is not None
    assert taken.epoch == lease.epoch + 1


def test_work_guarded_by_a_lease_that_was_taken_over_fails_and_leaves_nothing(database: Database[Document]) -> None:
    first, second = Leases(database.leases, "first", ttl=SHORT), Leases(database.leases, "second")
    lease = first.acquire("relay-0")
    assert lease is not None

    def work(session: ClientSession) -> None:
        first.guard(lease, session)
        database.things.insert_one({"word": f"{lease.epoch}-{threading.get_ident()}"}, session=session)

    run_transaction(database.client, work)
    time.sleep(SHORT.total_seconds() + 0.1)
    assert second.acquire("relay-0")
    with pytest.raises(LeaseLost):
        run_transaction(database.client, work)
    assert database.things.count_documents({}) == 1


async def test_all_of_it_works_from_asyncio(async_client: AsyncMongoClient[Document], unique: str) -> None:
    database = async_client[unique]
    await ensure_indexes_async(database, COLLECTIONS)
    await ensure_indexes_async(database, COLLECTIONS)
    assert (await database_now_async(database)).tzinfo is not None
    owners = [AsyncLeases(database.leases, f"owner-{number}") for number in range(8)]
    asked = await asyncio.gather(*(owner.acquire("relay-0") for owner in owners))
    won = [(owner, lease) for owner, lease in zip(owners, asked, strict=True) if lease is not None]
    assert len(won) == 1
    owner, lease = won[0]
    lease = await owner.renew(lease)

    async def work(session: AsyncClientSession) -> int:
        await owner.guard(lease, session)
        await database.things.insert_one({"_id": 1, "word": "a"}, session=session)
        return 7

    assert await run_transaction_async(async_client, work) == 7
    await owner.release(lease)
    with pytest.raises(LeaseLost):
        await run_transaction_async(async_client, work)
    with pytest.raises(LeaseLost):
        await owner.renew(lease)
