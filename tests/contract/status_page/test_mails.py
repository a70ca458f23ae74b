"""One suite over the stores of inbound mail: in memory, and on a real database server."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from chassis.mongo import connect, ensure_indexes
from chassis.sealing import Sealed
from status_page.bootstrap import COLLECTIONS
from status_page.inbound.filing import Outcome
from status_page.inbound.imap import Place
from status_page.inbound.kept_mails import KeptMail, KeptMails
from status_page.inbound.mongo_mails import MongoKeptMails
from status_page.inbound.places import MongoPlaces, Places
from tests.fakes.status_page_mails import InMemoryKeptMails, InMemoryPlaces
from tests.samples.story import START

NAME = "merchants/lantern/orders/R-1"
KEPT = KeptMail("m1", START, Outcome.QUESTION, NAME, known_sender=True, raw=Sealed("k", b"\x00sealed"))


@dataclass
class Stores:
    """Both stores, of one kind."""

    mails: KeptMails
    places: Places


@pytest.fixture(params=["memory", "mongo"])
def stores(request: pytest.FixtureRequest, unique: str) -> Iterator[Stores]:
    if request.param == "memory":
        yield Stores(InMemoryKeptMails(), InMemoryPlaces())
        return
    with connect(request.getfixturevalue("mongo_url"), "contract") as client:
        database = client[unique]
        ensure_indexes(database, COLLECTIONS)
        yield Stores(MongoKeptMails(database), MongoPlaces(database))


def test_a_mail_has_the_time_at_which_it_was_seen_first_until_it_is_dealt_with(stores: Stores) -> None:
    assert stores.mails.begin("m1", START) == START
    assert stores.mails.begin("m1", START + timedelta(hours=1)) == START
    assert stores.mails.find("mail/m1") is None
    stores.mails.finish(KEPT)
    assert stores.mails.begin("m1", START) is None


def test_what_was_kept_is_found_as_it_was_by_the_name_that_questions_have_for_it(stores: Stores) -> None:
    stores.mails.finish(KEPT)
    unknown = KeptMail("m2", START, Outcome.UNKNOWN, expires_at=START + timedelta(days=90))
    stores.mails.finish(unknown)
    assert stores.mails.find("mail/m1") == KEPT
    assert stores.mails.find("mail/m2") == unknown
    assert stores.mails.find("m1") is None
    assert stores.mails.find("page/m1") is None


def test_what_was_filed_lately_is_counted_for_each_order_and_no_further_than_asked(stores: Stores) -> None:
    for number in range(5):
        stores.mails.finish(replace(KEPT, id=f"q{number}", at=START + timedelta(minutes=number)))
    stores.mails.finish(replace(KEPT, id="a", outcome=Outcome.AUTOMATIC))
    stores.mails.finish(replace(KEPT, id="o", order=f"{NAME}2"))
    assert stores.mails.filed_since(NAME, START, 30) == 5
    assert stores.mails.filed_since(NAME, START + timedelta(minutes=3), 30) == 2
    assert stores.mails.filed_since(NAME, START, 3) == 3


def test_of_forgotten_orders_nothing_that_was_said_is_left(stores: Stores) -> None:
    stores.mails.finish(KEPT)
    stores.mails.finish(replace(KEPT, id="o", order=f"{NAME}2"))
    stores.mails.forget([NAME])
    assert stores.mails.find("mail/m1") == replace(KEPT, raw=None)
    assert stores.mails.find("mail/o") == replace(KEPT, id="o", order=f"{NAME}2")
    assert stores.mails.begin("m1", START) is None


def test_each_mailbox_has_its_place(stores: Stores) -> None:
    assert stores.places.find("one") == Place()
    stores.places.put("one", Place(7, 3))
    stores.places.put("one", Place(7, 4))
    stores.places.put("other", Place(8, 1))
    assert stores.places.find("one") == Place(7, 4)
