"""One suite over the stores of the care desk: in memory, and on a real database server."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from chassis.mongo import connect, ensure_indexes
from chassis.outbox import Letter, MongoOutbox, Outbox
from chassis.sealing import Sealed
from status_page.bootstrap import COLLECTIONS
from status_page.care_desk import mongo
from status_page.care_desk.acts.done import DoneAct, DoneActs, Standing
from status_page.care_desk.audit import AuditLog, Deed, verify
from status_page.care_desk.found_orders import DeskOrders
from status_page.care_desk.many.jobs import Job, Jobs
from status_page.care_desk.many.mongo import MongoJobs
from status_page.care_desk.mongo_audit import MongoAuditLog
from status_page.care_desk.mongo_orders import MongoDeskOrders
from status_page.care_desk.presence import Here, Presence
from status_page.care_desk.replies import Replies, Reply
from status_page.care_desk.staff import Identity, Role, StaffSession, StaffSessions
from status_page.care_desk.visits import MOST, PageVisit, PageVisits
from status_page.projection.mongo import MongoOrderRows
from status_page.projection.rows import OrderRow, OrderRows
from tests.fakes import care_desk as fakes
from tests.fakes.in_memory_outbox import InMemoryOutbox
from tests.fakes.status_page import InMemoryOrderRows
from tests.samples.story import START

SHOP = "merchants/lantern"
NAME = f"{SHOP}/orders/R-1"
FACET = f"{SHOP}|carrier|dhl"
WHO = Identity(SHOP, Role.AGENT, "Ada", f"{SHOP}/apiKeys/a")


@dataclass
class Stores:
    """All of the desk's stores, of one kind."""

    rows: OrderRows
    orders: DeskOrders
    sessions: StaffSessions
    presence: Presence
    visits: PageVisits
    replies: Replies
    acts: DoneActs
    outbox: Outbox
    audit: AuditLog
    jobs: Jobs


@pytest.fixture(params=["memory", "mongo"])
def stores(request: pytest.FixtureRequest, unique: str) -> Iterator[Stores]:
    if request.param == "memory":
        rows, outbox = InMemoryOrderRows(), InMemoryOutbox()
        yield Stores(
            rows,
            fakes.InMemoryDeskOrders(rows),
            fakes.InMemoryStaffSessions(),
            fakes.InMemoryPresence(),
            fakes.InMemoryPageVisits(),
            fakes.InMemoryReplies(),
            fakes.InMemoryDoneActs(outbox),
            outbox,
            fakes.InMemoryAuditLog(),
            fakes.InMemoryJobs(),
        )
        return
    with connect(request.getfixturevalue("mongo_url"), "contract") as client:
        database = client[unique]
        ensure_indexes(database, COLLECTIONS)
        yield Stores(
            MongoOrderRows(database),
            MongoDeskOrders(database),
            mongo.MongoStaffSessions(database),
            mongo.MongoPresence(database),
            mongo.MongoPageVisits(database),
            mongo.MongoReplies(database),
            mongo.MongoDoneActs(database),
            MongoOutbox(database),
            MongoAuditLog(database),
            MongoJobs(database),
        )


def row(number: int, *facets: str, shop: str = SHOP, locale: str = "en") -> OrderRow:
    name = f"{shop}/orders/R-{number}"
    return OrderRow(name, shop, 1, 1, (), locale, erased=False, order=b"x", facets=facets)


def test_orders_are_found_by_name_many_at_once_and_only_the_merchants_own(stores: Stores) -> None:
    stores.rows.write([row(1), row(2), row(1, shop="merchants/severny")])
    names = [NAME, f"{SHOP}/orders/R-2", f"{SHOP}/orders/R-9", "merchants/severny/orders/R-1"]
    assert set(stores.orders.find_all(SHOP, names)) == set(names[:2])
    assert stores.orders.find_all(SHOP, []) == {}
    found = stores.orders.find(SHOP, "R-1")
    assert found is not None
    assert found.order == b"x"
    assert stores.orders.find(SHOP, "R-9") is None


def test_affected_orders_come_in_chunks_by_name(stores: Stores) -> None:
    stores.rows.write([row(n, FACET, locale="ru" if n > 3 else "en") for n in (5, 3, 1, 4, 2)])
    stores.rows.write([row(6), row(7, f"{SHOP}|carrier|ups")])
    first = stores.orders.affected(FACET, "", 3)
    assert [one.name[-3:] for one in first] == ["R-1", "R-2", "R-3"]
    assert [one.name[-3:] for one in stores.orders.affected(FACET, first[-1].name, 3)] == ["R-4", "R-5"]
    assert stores.orders.languages(FACET, 100) == {"en": 3, "ru": 2}
    assert sum(stores.orders.languages(FACET, 2).values()) == 2


def test_an_order_that_is_over_is_no_longer_affected(stores: Stores) -> None:
    stores.rows.write([row(1, FACET)])
    stores.rows.write([replace(row(1), sequence=2)])
    assert not stores.orders.affected(FACET, "", 10)


def test_a_session_lasts_until_its_end_or_until_it_is_ended(stores: Stores) -> None:
    session = StaffSession("s1", WHO, START, START + timedelta(hours=12), Sealed("k", b"sealed"))
    stores.sessions.begin(session)
    assert stores.sessions.find("s1", START) == session
    admin = replace(WHO, role=Role.ADMIN)
    stores.sessions.checked("s1", admin, START + timedelta(minutes=1))
    again = stores.sessions.find("s1", START)
    assert again is not None
    assert (again.identity, again.checked_at) == (admin, START + timedelta(minutes=1))
    assert stores.sessions.find("s1", START + timedelta(hours=12)) is None
    stores.sessions.end("s1")
    stores.sessions.checked("s1", WHO, START)
    assert stores.sessions.find("s1", START) is None


def test_others_are_seen_while_they_are_there(stores: Stores) -> None:
    ada, ben = Here("s1", "Ada", "", START), Here("s2", "Ben", "answer q-1", START + timedelta(seconds=5))
    stores.presence.note(NAME, ada, START)
    stores.presence.note(NAME, ben, START)
    later = START + timedelta(seconds=70)
    stores.presence.note(NAME, replace(ada, since=later), later)
    assert stores.presence.others([NAME], "s3", later) == {NAME: [ada, ben]}
    assert stores.presence.others([NAME, "other"], "s1", later) == {NAME: [ben]}
    assert stores.presence.others([NAME], "s3", START + timedelta(seconds=200)) == {NAME: [ben]}
    late = START + timedelta(minutes=10)
    stores.presence.note(NAME, replace(ada, since=late), late)
    assert stores.presence.others([NAME], "s3", late) == {NAME: [replace(ada, since=late)]}
    stores.presence.leave(NAME, "s1")
    assert stores.presence.others([NAME], "s3", late) == {}


def test_only_the_newest_visits_are_kept(stores: Stores) -> None:
    for number in range(MOST + 3):
        stores.visits.note(NAME, PageVisit(START + timedelta(minutes=number), "ios"))
    kept = stores.visits.of(NAME)
    assert len(kept) == MOST
    assert kept[0] == PageVisit(START + timedelta(minutes=MOST + 2), "ios")
    assert stores.visits.of("other") == []


def test_replies_belong_to_their_merchant(stores: Stores) -> None:
    one, other = Reply("a", SHOP, "B", "text"), Reply("a", "merchants/severny", "A", "foreign")
    for reply in (one, other, Reply("b", SHOP, "a", "first")):
        stores.replies.save(reply)
    assert [reply.id for reply in sorted(stores.replies.of(SHOP), key=lambda one: one.id)] == ["a", "b"]
    assert stores.replies.find(SHOP, "a") == one
    stores.replies.remove("merchants/severny", "b")
    stores.replies.remove("merchants/severny", "a")
    assert stores.replies.find(SHOP, "a") == one
    assert stores.replies.find("merchants/severny", "a") is None


def test_an_act_stands_as_the_outbox_says(stores: Stores) -> None:
    for number in range(3):
        act = DoneAct(f"act-{number}", NAME, "answer", "q-1", "Ada", "s1", START + timedelta(minutes=number), "Hello")
        stores.outbox.put(Letter(act.id, "answer", NAME, START, b"x"))
        stores.acts.note(act)
        stores.acts.note(replace(act, text="again"))
    stores.outbox.told("act-0")
    stores.outbox.refused("act-1", "NOT_FOUND")
    found = stores.acts.of(NAME)
    assert [(act.id, act.standing) for act in found] == [
        ("act-2", Standing.WAITING),
        ("act-1", Standing.REFUSED),
        ("act-0", Standing.TAKEN),
    ]
    assert (found[1].reason, found[0].text) == ("NOT_FOUND", "Hello")
    assert not stores.acts.of("other")


def test_the_log_gets_no_gap_and_no_number_twice_from_many_writers(stores: Stores) -> None:
    def write(name: str) -> None:
        for number in range(5):
            stores.audit.append(SHOP, Deed(START + timedelta(microseconds=1234), name, "key", "act", NAME, str(number)))

    threads = [threading.Thread(target=write, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stores.audit.append("merchants/severny", Deed(START, "Eve", "key", "act"))
    entries = list(stores.audit.all(SHOP))
    assert [entry.number for entry in entries] == list(range(1, 21))
    assert (verify(iter(entries)).entries, verify(iter(entries)).broken_at) == (20, 0)
    assert [entry.number for entry in stores.audit.newest(SHOP, 0, 3)] == [20, 19, 18]
    assert [entry.number for entry in stores.audit.newest(SHOP, 3, 5)] == [2, 1]


def test_a_job_is_held_by_one_goes_on_after_its_lease_and_ends(stores: Stores) -> None:
    job = Job("j1", SHOP, "carrier", "dhl", "Ada", "s1", START, 7, {"": b"x", "ru": b"y"})
    stores.jobs.begin(job)
    stores.jobs.begin(replace(job, total=9))
    assert stores.jobs.claim("one", START) == job
    assert stores.jobs.claim("two", START + timedelta(seconds=5)) is None
    assert stores.jobs.advance("j1", "one", NAME, 3, START)
    later = START + timedelta(seconds=31)
    taken = stores.jobs.claim("two", later)
    assert taken is not None
    assert (taken.cursor, taken.done) == (NAME, 3)
    assert not stores.jobs.advance("j1", "one", NAME, 3, later)
    stores.jobs.finish("j1", "one", later)
    assert stores.jobs.advance("j1", "two", "z", 4, later)
    stores.jobs.finish("j1", "two", later)
    found = stores.jobs.find(SHOP, "j1")
    assert found is not None
    assert (found.state, found.done, found.total, found.ended_at) == ("done", 7, 7, later)
    assert stores.jobs.claim("three", later + timedelta(hours=1)) is None


def test_a_job_is_stopped_by_its_own_merchant_alone(stores: Stores) -> None:
    job = Job("j1", SHOP, "day", "2026-11-20", "Ada", "s1", START, 7, {"": b"x"})
    stores.jobs.begin(job)
    stores.jobs.begin(replace(job, id="j2", made_at=START + timedelta(hours=1)))
    assert [one.id for one in stores.jobs.newest(SHOP, 10)] == ["j2", "j1"]
    assert stores.jobs.find("merchants/severny", "j1") is None
    stores.jobs.stop("merchants/severny", "j1", START)
    assert stores.jobs.claim("one", START) == job
    stores.jobs.stop(SHOP, "j1", START)
    assert not stores.jobs.advance("j1", "one", NAME, 1, START)
