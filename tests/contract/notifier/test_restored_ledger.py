"""What a restored ledger holds of a time that is over, in the real database."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pymongo import MongoClient

from chassis.mongo import Document, connect
from chassis.outbox import Letter, MongoOutbox
from notifier.adapters.mongo_ledger import MongoLedger
from notifier.adapters.mongo_restored import forget_letters, free_claims, plan_again
from notifier.sending.rows import Ended, Sent, State
from tests.contract.notifier.test_ledger import EVENT_AT, LEASE, end, enter, new, take

WHY = "nobody knows"


@pytest.fixture
def client(mongo_url: str) -> Iterator[MongoClient[Document]]:
    with connect(mongo_url, "test") as connected:
        yield connected


@pytest.fixture
def ledger(client: MongoClient[Document], unique: str) -> Iterator[MongoLedger]:
    found = MongoLedger(client, f"restored-{unique}")
    found.prepare()
    yield found
    client.drop_database(f"restored-{unique}")


def test_claims_of_the_dead_are_free_at_once(ledger: MongoLedger, client: MongoClient[Document], unique: str) -> None:
    enter(ledger, new("o", 1), new("p", 1))
    claims = take(ledger, lease=LEASE)
    end(ledger, next(one for one in claims if one.row.order == "p"), Sent())
    assert take(ledger) == []
    assert free_claims(client[f"restored-{unique}"], EVENT_AT) == 1
    (again,) = take(ledger)
    assert (again.row.order, again.row.doubt) == ("o", True)


def test_what_was_skipped_for_a_reason_is_planned_again_and_nothing_else(
    ledger: MongoLedger, client: MongoClient[Document], unique: str
) -> None:
    enter(ledger, new("o", 1), new("p", 1), new("q", 1))
    for claim, reason in zip(take(ledger), (WHY, "overtaken", WHY), strict=True):
        end(ledger, claim, Ended(State.DEAD if claim.row.order == "q" else State.SKIPPED, reason))
    database = client[f"restored-{unique}"]
    wanted = [row["_id"] for row in database["messages"].find({"state": "skipped", "reason": WHY})]
    assert plan_again(database, WHY, EVENT_AT) == len(wanted) == 1
    assert plan_again(database, WHY, EVENT_AT) == 0
    assert [claim.row.id for claim in take(ledger)] == wanted


def test_letters_of_the_lost_time_and_known_ones_are_forgotten(
    ledger: MongoLedger, client: MongoClient[Document], unique: str
) -> None:
    database = client[f"restored-{unique}"]
    hour = timedelta(hours=1)
    times = {"old": EVENT_AT - hour, "known": EVENT_AT - hour, "new": EVENT_AT + hour}
    MongoOutbox(database).put(*(Letter(name, "kind", "o", at, b"") for name, at in times.items()))
    assert forget_letters(database, EVENT_AT, ["known", "never"]) == 2
    assert [row["_id"] for row in database["outbox"].find({})] == ["old"]
