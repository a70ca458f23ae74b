"""A primary that steps down, as the driver sees it: its errors, put in by the server's own fail points."""

from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import NotPrimaryError, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference
from pymongo.write_concern import WriteConcern

from chassis.mongo import Document, connect, connect_async, is_unavailable, run_transaction

APP = "step-down-test"
NOT_WRITABLE_PRIMARY, INTERRUPTED_BY_ITS_CHANGE, SHUTTING_DOWN = 10107, 11602, 91


@pytest.fixture
def client(mongo_url: str) -> Iterator[MongoClient[Document]]:
    # A primary that steps down says so to who listens to it; this server's fail points do not, so it is asked.
    with connect(f"{mongo_url}/?serverMonitoringMode=poll", APP) as client:
        yield client
        client.admin.command("configureFailPoint", "failCommand", mode="off")


@pytest.fixture
def database(client: MongoClient[Document], unique: str) -> Database[Document]:
    client[unique].create_collection("things")
    return client[unique]


def steps_down(client: MongoClient[Document], command: str, *, times: int = 1, **how: Any) -> None:
    """From now on, ``command`` fails so many times as it does on a server that is primary no more."""
    failing = {"failCommands": [command], "appName": APP, **how}
    client.admin.command("configureFailPoint", "failCommand", mode={"times": times}, data=failing)


async def test_what_every_client_asks_of_a_replica_set(mongo_url: str) -> None:
    async with connect_async(mongo_url, "test") as asynchronous:
        with connect(mongo_url, "test") as blocking:
            for client in (blocking, asynchronous):
                assert client.write_concern == WriteConcern(w="majority", j=True, wtimeout=10_000)
                assert client.read_concern == ReadConcern("majority")
                assert client.read_preference == ReadPreference.PRIMARY
                assert client.options.retry_writes
                assert client.options.retry_reads


@pytest.mark.parametrize("code", [NOT_WRITABLE_PRIMARY, INTERRUPTED_BY_ITS_CHANGE, SHUTTING_DOWN])
def test_one_write_is_tried_again_by_itself_and_done_once(database: Database[Document], code: int) -> None:
    steps_down(database.client, "update", errorCode=code, errorLabels=["RetryableWriteError"])
    database.things.update_one({"_id": 1}, {"$inc": {"count": 1}}, upsert=True)
    assert database.things.find_one({"_id": 1}) == {"_id": 1, "count": 1}


def test_one_write_survives_a_connection_that_the_old_primary_closes(database: Database[Document]) -> None:
    steps_down(database.client, "update", closeConnection=True)
    database.things.update_one({"_id": 1}, {"$inc": {"count": 1}}, upsert=True)
    assert database.things.find_one({"_id": 1}) == {"_id": 1, "count": 1}


def test_one_read_is_tried_again_by_itself(database: Database[Document]) -> None:
    database.things.insert_one({"_id": 1})
    steps_down(database.client, "find", errorCode=NOT_WRITABLE_PRIMARY)
    assert database.things.find_one({"_id": 1}) == {"_id": 1}


@pytest.mark.parametrize(
    ("command", "label"),
    [("update", "TransientTransactionError"), ("commitTransaction", "UnknownTransactionCommitResult")],
)
def test_a_transaction_is_done_once_whenever_the_primary_changes(
    database: Database[Document], command: str, label: str
) -> None:
    database.things.insert_one({"_id": 1, "count": 0})

    def add_one(session: ClientSession) -> None:
        database.things.update_one({"_id": 1}, {"$inc": {"count": 1}}, session=session)

    steps_down(database.client, command, times=3, errorCode=NOT_WRITABLE_PRIMARY, errorLabels=[label])
    run_transaction(database.client, add_one)
    assert database.things.find_one({"_id": 1}) == {"_id": 1, "count": 1}


def test_an_election_that_outlasts_the_driver_is_an_outage_and_no_refusal(database: Database[Document]) -> None:
    steps_down(database.client, "update", times=5, errorCode=NOT_WRITABLE_PRIMARY, errorLabels=["RetryableWriteError"])
    with pytest.raises(PyMongoError) as caught:
        database.things.update_one({"_id": 1}, {"$set": {"word": "new"}})
    assert isinstance(caught.value, NotPrimaryError)
    assert is_unavailable(caught.value)
