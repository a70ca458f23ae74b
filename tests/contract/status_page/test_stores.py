"""One suite over the stores of the page: in memory, and on a real database server."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from chassis.mongo import connect, ensure_indexes
from chassis.outbox import MongoOutbox
from status_page.bootstrap import COLLECTIONS
from status_page.downloads.counters import DownloadCounters, Outcome, Start, file_key, line_key
from status_page.downloads.mongo import MongoDownloadCounters
from status_page.outbox.facts import Fact, download_renewed, download_taken, link_requested, nothing
from status_page.outbox.older_rows import letter_in
from status_page.projection.mongo import MongoMerchantRows, MongoOrderRows
from status_page.projection.rows import MerchantRow, MerchantRows, OrderRow, OrderRows, Pending, Taken
from tests.fakes.in_memory_outbox import InMemoryOutbox
from tests.fakes.status_page import (
    InMemoryDownloadCounters,
    InMemoryMerchantRows,
    InMemoryOrderRows,
)
from tests.samples.story import START

NAME = "merchants/lantern/orders/R-1"
ROW = OrderRow(NAME, "merchants/lantern", 3, 1, (b"k" * 16, b"p" * 16), "en", erased=False, order=b"three")
START_OF_FILE = Start(NAME, "atlas", "atlas-win", 1, 3, "browser-0")


@dataclass
class Stores:
    """All of the page's stores, of one kind."""

    orders: OrderRows
    merchants: MerchantRows
    counters: DownloadCounters
    waiting: Callable[[], list[str]]
    """Kinds of the facts that wait."""


@pytest.fixture(params=["memory", "mongo"])
def stores(request: pytest.FixtureRequest, unique: str) -> Iterator[Stores]:
    if request.param == "memory":
        outbox = InMemoryOutbox()
        counters = InMemoryDownloadCounters(outbox)
        yield Stores(
            InMemoryOrderRows(),
            InMemoryMerchantRows(),
            counters,
            lambda: [letter.kind for letter in outbox.letters],
        )
        return
    with connect(request.getfixturevalue("mongo_url"), "contract") as client:
        database = client[unique]
        ensure_indexes(database, COLLECTIONS)
        yield Stores(
            MongoOrderRows(database),
            MongoMerchantRows(database),
            MongoDownloadCounters(database),
            lambda: [row["kind"] for row in database["outbox"].find()],
        )


def test_what_was_written_is_found_as_it_was(stores: Stores) -> None:
    stores.orders.write([ROW])
    assert stores.orders.find(NAME) == ROW
    assert stores.orders.find(NAME.lower()) is None


def test_an_older_row_does_not_replace_a_newer_one(stores: Stores) -> None:
    stores.orders.write([ROW])
    stores.orders.write([replace(ROW, sequence=2, order=b"two", erased=True, lookup_keys=())])
    assert stores.orders.find(NAME) == ROW
    newer = replace(ROW, sequence=4, order=b"four")
    stores.orders.write([newer])
    assert stores.orders.find(NAME) == newer


def test_the_same_sequence_is_written_again_so_that_a_rebuild_heals(stores: Stores) -> None:
    stores.orders.write([ROW])
    healed = replace(ROW, order=b"made by newer code")
    stores.orders.write([healed])
    assert stores.orders.find(NAME) == healed


def test_many_rows_are_written_at_once_whatever_is_in_them(stores: Stores) -> None:
    rows = [replace(ROW, name=f"{NAME}.{n}", order=b"$sequence" * n, locale="$locale") for n in range(20)]
    stores.orders.write(rows)
    assert [stores.orders.find(row.name) for row in rows] == rows
    stores.orders.write([])


def test_two_writers_at_once_leave_the_higher_sequence(stores: Stores) -> None:
    def write(start: int) -> None:
        for sequence in range(start, 60, 2):
            stores.orders.write([replace(ROW, sequence=sequence, order=str(sequence).encode())])

    threads = [threading.Thread(target=write, args=(start,)) for start in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = stores.orders.find(NAME)
    assert found is not None
    assert (found.sequence, found.order) == (59, b"59")


def test_an_order_is_found_by_each_of_its_keys_and_by_no_other(stores: Stores) -> None:
    stores.orders.write([ROW, replace(ROW, name=f"{NAME}2", lookup_keys=(b"z" * 16,))])
    for key in ROW.lookup_keys:
        assert [one.name for one in stores.orders.find_by_key(key)] == [NAME]
    assert list(stores.orders.find_by_key(b"x" * 16)) == []
    stores.orders.write([replace(ROW, sequence=9, lookup_keys=())])
    assert list(stores.orders.find_by_key(ROW.lookup_keys[0])) == []


def test_shown_counts_only_grow_and_first_times_only_move_back(stores: Stores) -> None:
    later = START + timedelta(hours=1)
    stores.orders.show_taken(NAME, Taken({"f": 1}, {"l": START}))
    assert stores.orders.find(NAME) is None
    stores.orders.write([ROW])
    stores.orders.show_taken(NAME, Taken({"f": 2}, {"l": START}))
    stores.orders.show_taken(NAME, Taken({"f": 1, "g": 1}, {"l": later}))
    stores.orders.write([replace(ROW, sequence=4)])
    found = stores.orders.find(NAME)
    assert found is not None
    assert found.taken == Taken({"f": 2, "g": 1}, {"l": START})


def test_what_is_pending_is_shown_until_it_is_over_or_the_buyer_is_erased(stores: Stores) -> None:
    first = Pending("a1", "question", START, "Where is it? $pending.x", START + timedelta(hours=24))
    second = Pending("b2", "trial_cancelled", START + timedelta(seconds=1), line_id="course.1")
    stores.orders.show_pending(NAME, first)
    assert stores.orders.find(NAME) is None
    stores.orders.write([ROW])
    stores.orders.show_pending(NAME, second)
    stores.orders.show_pending(NAME, first)
    stores.orders.write([replace(ROW, sequence=4)])
    assert stores.orders.find(NAME) == replace(ROW, sequence=4, pending=(first, second))
    third = Pending("c3", "optional_off", START + timedelta(seconds=2))
    stores.orders.show_pending(NAME, third, over=["a1", "never-there"])
    assert stores.orders.find(NAME) == replace(ROW, sequence=4, pending=(second, third))
    erased = replace(ROW, sequence=5, erased=True)
    stores.orders.write([erased])
    assert stores.orders.find(NAME) == erased


def test_a_merchant_with_a_lower_revision_is_dropped(stores: Stores) -> None:
    two = MerchantRow("merchants/a", 2, b"two")
    stores.merchants.write([two])
    stores.merchants.write([MerchantRow("merchants/a", 1, b"one")])
    assert stores.merchants.find("merchants/a") == two
    assert stores.merchants.only() == two
    stores.merchants.write([MerchantRow("merchants/b", 1, b"b")])
    assert stores.merchants.only() is None
    assert stores.merchants.find("merchants/c") is None


def test_a_download_is_counted_as_often_as_allowed(stores: Stores) -> None:
    outcomes = [stores.counters.start(replace(START_OF_FILE, session=f"b{n}"), START).outcome for n in range(5)]
    assert outcomes == [Outcome.COUNTED] * 3 + [Outcome.NONE_LEFT] * 2
    assert stores.counters.taken(NAME) == Taken({file_key("atlas", "atlas-win", 1): 3}, {line_key("atlas", 1): START})
    assert stores.waiting() == ["download_taken"] * 3


def test_a_second_start_of_the_same_browser_within_a_day_is_the_same(stores: Stores) -> None:
    first = stores.counters.start(START_OF_FILE, START)
    again = stores.counters.start(START_OF_FILE, START + timedelta(hours=23))
    assert (first.outcome, again.outcome) == (Outcome.COUNTED, Outcome.SAME)
    assert again.until == first.until == START + timedelta(hours=24)
    assert stores.counters.start(START_OF_FILE, first.until).outcome is Outcome.COUNTED
    assert len(stores.waiting()) == 2


def test_each_file_and_each_issue_has_its_own_count(stores: Stores) -> None:
    for wish in (START_OF_FILE, replace(START_OF_FILE, file_id="other.file"), replace(START_OF_FILE, issue=2)):
        assert stores.counters.start(replace(wish, allowed=1), START).outcome is Outcome.COUNTED
        assert stores.counters.start(replace(wish, allowed=1, session="b"), START).outcome is Outcome.NONE_LEFT


def test_without_a_limit_it_may_be_started_as_often_as_one_likes(stores: Stores) -> None:
    for number in range(60):
        wish = replace(START_OF_FILE, allowed=0, session=f"b{number}")
        assert stores.counters.start(wish, START).outcome is Outcome.COUNTED


def test_a_hundred_starts_at_once_with_three_left_are_three(stores: Stores) -> None:
    outcomes: list[Outcome] = []

    def start(number: int) -> None:
        outcomes.append(stores.counters.start(replace(START_OF_FILE, session=f"b{number}"), START).outcome)

    threads = [threading.Thread(target=start, args=(number,)) for number in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(Outcome.COUNTED) == 3
    assert outcomes.count(Outcome.NONE_LEFT) == 97
    assert stores.waiting() == ["download_taken"] * 3


def test_ids_with_dots_and_dollars_do_no_harm(stores: Stores) -> None:
    wish = replace(START_OF_FILE, line_id="a.b", file_id="c.$d..e", session="x-_1")
    assert stores.counters.start(wish, START).outcome is Outcome.COUNTED
    assert stores.counters.taken(NAME).counts == {file_key("a.b", "c.$d..e", 1): 1}


@pytest.mark.parametrize(
    ("fact", "parts"),
    [
        (link_requested(NAME, START), {}),
        (download_taken(NAME, "atlas", "win", START), {"line_id": "atlas", "file_id": "win"}),
        (download_renewed(NAME, "atlas", 1, START), {"line_id": "atlas"}),
        (nothing(START), {}),
    ],
    ids=lambda given: given.kind if isinstance(given, Fact) else "",
)
def test_rows_of_the_form_before_are_told_as_what_they_are(
    mongo_url: str, unique: str, fact: Fact, parts: dict[str, str]
) -> None:
    with connect(mongo_url, "contract") as client:
        database = client[unique]
        ensure_indexes(database, COLLECTIONS)
        waits = {"occurred_at": START, "due_at": START, "attempts": 0, "claimed_by": ""}
        named = {"kind": fact.kind, "order": fact.about, "line_id": "", "file_id": "", **parts}
        database["outbox"].insert_one({"_id": fact.id, **named, **waits})
        [waiting] = MongoOutbox(database, read=letter_in).claim(START, START + timedelta(seconds=30), 10)
        assert waiting.letter == fact
