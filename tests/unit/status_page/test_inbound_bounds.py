"""Mail of every kind is read in bounded time and space, and no mail holds up another."""

import time
from dataclasses import replace

import pytest

from status_page.inbound.filing import Outcome
from status_page.inbound.poller import Poller
from status_page.inbound.quoting import written
from status_page.inbound.receiver import NamesDown
from tests.fakes.status_page_mails import InMemoryMailbox, InMemoryPlaces
from tests.fakes.status_page_site import Site
from tests.samples.mails import OUR_ID, bounce, mail, reply_to
from tests.samples.mixed import mixed_order
from tests.samples.story import Story
from wismo.orders.v1 import questions_service_pb2


@pytest.fixture
def story(site: Site) -> Story:
    story = mixed_order()
    story.merchant.care.email = "care@lantern.test"
    site.tell(story)
    return story


def asked(site: Site) -> list[questions_service_pb2.AskQuestionRequest]:
    """The questions that wait for `orders`."""
    found = [letter for letter in site.outbox.letters if letter.kind == "question"]
    return [questions_service_pb2.AskQuestionRequest.FromString(letter.body) for letter in found]


def receive(site: Site, raw: bytes) -> Outcome | None:
    return site.receiver().receive(raw, site.clock.at)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"no header at all",
        b"Subject: x\r\n" * 5000,
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n" * 300,
        b"From: \xff\xff <\x00@\r\nTo: ,,,<<>>\r\nContent-Type: text/plain; charset=nothing\r\n\r\n\xff",
        b'Content-Type: text/plain; charset="utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n====',
        b"Subject: =?utf-8?b?////?= =?nope?q?x?=\r\nMessage-ID: <<<<>>>>\r\n\r\nx",
    ],
    ids=range(8),
)
def test_whatever_is_sent_is_kept_and_harms_nobody(site: Site, story: Story, raw: bytes) -> None:
    assert receive(site, raw) in {Outcome.UNKNOWN, Outcome.UNREADABLE}
    assert site.outbox.letters == []


def test_deep_nesting_is_refused_quickly(site: Site, story: Story) -> None:
    raw = b"From: robin@buyers.test\r\n"
    for depth in range(150):
        raw += f'Content-Type: multipart/mixed; boundary="b{depth}"\r\n\r\n--b{depth}\r\n'.encode()
    began = time.monotonic()
    assert receive(site, raw + b"\r\nx") in {Outcome.UNKNOWN, Outcome.UNREADABLE}
    assert time.monotonic() - began < 2


def test_only_pictures_are_a_question_too(site: Site, story: Story) -> None:
    raw = f"""From: robin@buyers.test
To: {reply_to(story.order.name)}
Subject: It is broken
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: image/jpeg; name=photo.jpg
Content-Disposition: attachment; filename=photo.jpg
Content-Transfer-Encoding: base64

/9j/
--b--
""".replace("\n", "\r\n").encode()
    receive(site, raw)
    assert asked(site)[0].text == "It is broken\n\n📎 photo.jpg"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Yes please.\n\nOn Fri, 20 Nov 2026 at 15:00, Lantern <x@y.test> wrote:\n> old\n> older", "Yes please."),
        ("Ja, bitte.\n\nAm 20.11.2026 um 15:00 schrieb Lantern <x@y.test>:\n> alt", "Ja, bitte."),
        ("Oui.\n\nLe ven. 20 nov. 2026 à 15:00, Lantern <x@y.test> a écrit :\n> vieux", "Oui."),
        ("> old line\n\nMy answer below", "My answer below"),
        ("One\n> quoted\nTwo", "One\nTwo"),
        ("> only\n> quoted", "> only\n> quoted"),
        ("Thanks,\nbut where is it?\nRegards, Robin", "Thanks,\nbut where is it?\nRegards, Robin"),
        ("", ""),
    ],
)
def test_only_what_was_newly_written_is_taken_and_nothing_of_it_is_lost(text: str, kept: str) -> None:
    assert written(text) == kept


@pytest.mark.parametrize(
    "piece", [" ", "\n", "> ", "_", "-", "On ", "a\n", "wrote: ", "From: x\n", "\t \n", "mail ", "*"]
)
def test_no_text_takes_long_to_read(piece: str) -> None:
    began = time.monotonic()
    written(piece * 20_000)
    assert time.monotonic() - began < 3


def test_a_mailbox_is_read_from_where_the_last_reading_ended(site: Site, story: Story) -> None:
    mailbox, places = InMemoryMailbox(), InMemoryPlaces()
    poller = Poller("box", mailbox.opened, site.receiver(), places, site.clock)
    for number in range(3):
        mailbox.put(mail(reply_to(story.order.name), f"{number}?", message_id=f"<{number}@x>"), site.clock.at)
    assert (poller.poll(), poller.poll()) == (3, 0)
    mailbox.put(mail(reply_to(story.order.name), "more", message_id="<more@x>"), site.clock.at)
    assert poller.poll() == 1
    # The mailbox was made anew: everything is read again, and counts once all the same.
    mailbox.validity += 1
    assert poller.poll() == 4
    assert [one.text for one in asked(site)] == ["0?", "1?", "2?", "more"]


def test_what_has_to_wait_is_read_again_and_holds_up_no_other(site: Site, story: Story) -> None:
    mailbox, places = InMemoryMailbox(), InMemoryPlaces()
    poller = Poller("box", mailbox.opened, site.receiver(), places, site.clock)
    mailbox.put(mail(reply_to(story.order.name)), site.clock.at)
    mailbox.put(bounce(story.order.name), site.clock.at)
    mailbox.put(mail(reply_to(story.order.name), "Hello?", message_id="<2@x>"), site.clock.at)
    site.names.down = True
    for _ in range(2):
        with pytest.raises(NamesDown):
            poller.poll()
    assert places.find("box").uid == 1
    assert len(asked(site)) == 2
    site.names.names[story.order.name, OUR_ID] = "m"
    site.names.down = False
    assert poller.poll() == 2
    assert [letter.kind for letter in site.outbox.letters] == ["question", "question", "message_bounced"]
    assert places.find("box").uid == 3


def test_a_mistake_of_ours_with_one_mail_stops_no_other(site: Site, story: Story) -> None:
    mailbox, places = InMemoryMailbox(), InMemoryPlaces()
    poller = Poller("box", mailbox.opened, site.receiver(), places, site.clock)
    mailbox.put(mail(reply_to(story.order.name)), site.clock.at)
    row = site.orders.rows[story.order.name]
    # Bytes that are no order: reading them raises.
    site.orders.rows[story.order.name] = replace(row, order=b"\xff\xff")
    assert poller.poll() == 1
    site.orders.rows[story.order.name] = row
    mailbox.put(mail(reply_to(story.order.name), "Hello?", message_id="<2@x>"), site.clock.at)
    assert poller.poll() == 1
    assert [one.text for one in asked(site)] == ["Hello?"]
