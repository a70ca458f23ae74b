"""The whole way of an event: real Kafka, a real database, a real inbox, and the notifier as a process of its own."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from chassis.kafka import Record
from embedded_stack.servers import InboxServer, free_port
from tests.integration.notifier.running import (
    ORDER_EVENTS,
    NotifierProcess,
    eventually,
    message_ids,
    publish,
    publish_records,
)
from tests.samples import merchants, mixed

Make = Callable[..., NotifierProcess]


@pytest.fixture
def make(tmp_path: Path, mongo_url: str, kafka_bootstrap: str, inbox: InboxServer, unique: str) -> Make:
    def build(smtp_url: str = inbox.smtp_url) -> NotifierProcess:
        return NotifierProcess(tmp_path, mongo_url=mongo_url, bootstrap=kafka_bootstrap, smtp_url=smtp_url, name=unique)

    return build


def test_a_mixed_order_reaches_the_inbox_with_one_message_per_change(
    make: Make, kafka_bootstrap: str, inbox: InboxServer, unique: str
) -> None:
    buyer = f"{unique}@buyers.test"
    story = mixed.mixed_order(reference=f"R-{unique}", email=buyer)
    with make() as notifier:
        for event, mails_by_then in zip(story.told, (1, 2, 3, 4, 4, 5, 6), strict=True):
            publish(kafka_bootstrap, event)
            inbox.wait_for(buyer, count=mails_by_then, seconds=40)
        time.sleep(0.5)
        assert notifier.stop() == 0
    assert [mail.subject for mail in inbox.mails(buyer)] == mixed.subjects(f"R-{unique}")
    mails = inbox.mails(buyer)
    first, *others = mails
    assert {mail.message["References"] for mail in others} == {first.message["Message-ID"]}
    assert mixed.ACCESS_CODE in mails[2].text
    assert mixed.LICENCE_KEY in mails[1].html
    assert all("care@lantern.test" in mail.text for mail in mails)
    log = notifier.log.read_text()
    for secret in (buyer, mixed.ACCESS_CODE, mixed.LICENCE_KEY, "Robin Miller"):
        assert secret not in log


def test_a_russian_buyer_is_written_to_in_russian(
    make: Make, kafka_bootstrap: str, inbox: InboxServer, unique: str
) -> None:
    buyer = f"{unique}@buyers.test"
    story = mixed.mixed_order(reference=f"R-{unique}", email=buyer, merchant=merchants.severny(), locale="ru")
    publish(kafka_bootstrap, story.told[0])
    with make():
        mail = inbox.wait_for(buyer, seconds=40)[0]
    assert mail.subject == f"Спасибо! Заказ R-{unique} принят"
    assert mail.message["Content-Language"] == "ru"
    assert "Книга «Северные огни»" in mail.text


def test_redelivered_and_reordered_events_are_told_once_and_not_backwards(
    make: Make, kafka_bootstrap: str, inbox: InboxServer, unique: str
) -> None:
    buyer = f"{unique}@buyers.test"
    told = mixed.mixed_order(reference=f"R-{unique}", email=buyer).told
    # Delivered arrives first; what came before it in the world arrives afterwards, and twice.
    publish(kafka_bootstrap, told[0], told[6], told[5], told[3], told[6], told[5], told[0])
    with make():
        inbox.wait_for(buyer, count=2, seconds=40)
        time.sleep(1.5)
    subjects = [mail.subject for mail in inbox.mails(buyer)]
    assert subjects == [f"Thank you: we have your order R-{unique}", f"Order R-{unique}: your parcel was delivered"]


def test_a_burst_becomes_one_message_where_the_merchant_wants_it(
    make: Make, kafka_bootstrap: str, inbox: InboxServer, unique: str
) -> None:
    buyer = f"{unique}@buyers.test"
    story = mixed.mixed_order(reference=f"R-{unique}", email=buyer)
    for event in story.told:
        event.merchant.policies.message_window.FromSeconds(3)
    publish(kafka_bootstrap, *story.told[1:4])
    with make():
        mail = inbox.wait_for(buyer, seconds=40)[0]
        time.sleep(1)
    assert len(inbox.mails(buyer)) == 1
    assert mail.subject == f"News about your order R-{unique}"
    for heading in ("Your download is ready", "Your access is open", "Your parcel is on its way"):
        assert heading in mail.text


def test_a_poison_record_goes_aside_and_the_others_go_on(
    make: Make, kafka_bootstrap: str, inbox: InboxServer, unique: str
) -> None:
    buyer = f"{unique}@buyers.test"
    event = mixed.mixed_order(reference=f"R-{unique}", email=buyer).told[0]
    poison = Record(ORDER_EVENTS, event.subject.encode(), b"\xff\xff no protobuf")
    publish_records(kafka_bootstrap, poison, Record(ORDER_EVENTS, event.subject.encode(), event.SerializeToString()))
    with make() as notifier:
        inbox.wait_for(buyer, seconds=40)
        eventually(lambda: "record dead-lettered" in notifier.log.read_text())


def test_mail_waits_while_the_server_is_away_and_dead_letters_can_be_sent_again(
    make: Make, kafka_bootstrap: str, inbox: InboxServer, unique: str
) -> None:
    buyer = f"{unique}@buyers.test"
    story = mixed.mixed_order(reference=f"R-{unique}", email=buyer)
    without_contact = mixed.mixed_order(reference=f"R-{unique}-2", email=buyer).told[0]
    without_contact.merchant.contact.Clear()
    without_contact.merchant.revision = 0
    without_contact.merchant.name = "merchants/nameless"
    without_contact.subject = without_contact.order.name = f"merchants/nameless/orders/R-{unique}-2"
    publish(kafka_bootstrap, story.told[0], without_contact)
    with make(smtp_url=f"smtp://127.0.0.1:{free_port()}") as away:
        eventually(lambda: "partitions assigned" in away.log.read_text(), seconds=40)
        time.sleep(2)
        assert away.stop() == 0
    assert inbox.mails(buyer) == []
    with make() as notifier:
        inbox.wait_for(buyer, seconds=60)
        eventually(lambda: "no contact block" in notifier.log.read_text(), seconds=60)
        listed = notifier.run("dead", "list")
        assert f"R-{unique}-2#00000001/buyer/email\torder_received\tdead\t0\tno contact block" in listed
        assert notifier.run("dead", "replay", "--all").startswith("1 of 1")
    assert len(message_ids(inbox, buyer, notifier.domain)) == 1
