"""Where a webhook may go, and what it says."""

import ipaddress
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from notifier.channels.outcome import Rejected
from notifier.channels.public_addresses import Forbidden, PublicAddresses
from notifier.channels.webhook import Post, WebhookChannel
from notifier.planning.kinds import MessageKind
from notifier.rendering.letters import Telling
from notifier.rendering.webhooks import WebhookWriter, body
from tests.samples import keys, mixed
from wismo.care.v1 import care_service_pb2 as care
from wismo.care.v1 import notice_pb2
from wismo.orders.v1.secret_pb2 import Secret

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


class Clock:
    def now(self) -> datetime:
        return NOW


def found(*addresses: str) -> PublicAddresses:
    def resolve(_host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        return [(10 if ":" in one else 2, 1, 6, "", (one, port)) for one in addresses]

    return PublicAddresses(resolve=resolve)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.1",
        "10.0.0.1",
        "172.16.5.5",
        "192.168.1.1",
        "100.64.0.1",
        "100.100.100.200",
        "169.254.169.254",
        "168.63.129.16",
        "192.0.0.192",
        "198.18.0.1",
        "203.0.113.5",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
    ],
)
def test_what_is_inside_is_not_reached(address: str) -> None:
    with pytest.raises(Forbidden):
        found(address).of("hook.test", 443)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_what_is_public_is_reached(address: str) -> None:
    assert found(address).of("hook.test", 443)[0][1][0] == address


def test_of_several_addresses_only_the_public_ones_are_tried() -> None:
    usable = found("127.0.0.1", "93.184.215.14", "10.0.0.1").of("hook.test", 443)
    assert [place[0] for _, place in usable] == ["93.184.215.14"]


def test_a_network_of_the_operators_own_may_be_allowed() -> None:
    allowed = PublicAddresses(["10.1.0.0/16", "fd00:1::/32"])
    assert allowed.may(ipaddress.ip_address("10.1.2.3"))
    assert allowed.may(ipaddress.ip_address("::ffff:10.1.2.3"))
    assert allowed.may(ipaddress.ip_address("fd00:1::5"))
    assert not allowed.may(ipaddress.ip_address("10.2.0.1"))
    with pytest.raises(ValueError, match="not a network"):
        PublicAddresses(["not a network"])


@pytest.mark.parametrize("port", [1, 22, 25, 53, 443 + 22, 1023])
def test_only_ports_of_the_web_and_free_ones_are_reached(port: int) -> None:
    with pytest.raises(Forbidden):
        found("93.184.215.14").of("hook.test", port)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hook",
        "ftp://hook.test/",
        "http://",
        "https://user:secret@hook.test/",
        "http://hook.test@127.0.0.1/",
        "http://hook.test:0/",
        "http://hook.test:99999/",
        "http://hook.test:x/",
        "http://hook.test/a b",
        "http://hook.test/\r\nHost: inside",
        "http://[::1/",
        "http://ｈook.test/",
    ],
)
def test_what_is_no_plain_url_goes_nowhere(url: str) -> None:
    sender = WebhookChannel(found("93.184.215.14"), Clock())
    outcome = sender.send(Post(url, "msg_1", b"{}", "whsec_" + "A" * 32))
    assert outcome == Rejected("webhook: the URL cannot be used")


def alert() -> Telling:
    attention = care.Attention(kind=care.ATTENTION_KIND_PARCEL, rank=2)
    notice = notice_pb2.Notice(parcel_id="p1", line_ids=["book"], question_id="q-1", attention=attention)
    return Telling(MessageKind.ALERT, notice, NOW)


def test_a_webhook_says_what_needs_a_human_and_how_the_order_stands() -> None:
    order = mixed.mixed_order().told[-1].order
    order.questions.add(question_id="q-1").posts.add(from_buyer=True, text="Wo ist es?")
    order.questions.add(question_id="q-2")
    said = json.loads(body(alert(), order))
    assert (said["type"], said["timestamp"]) == ("care.alert", "2026-11-24T09:30:00Z")
    assert said["data"]["notice"]["attention"]["kind"] == "ATTENTION_KIND_PARCEL"
    assert said["data"]["order"]["reference"] == order.reference
    assert [line["line_id"] for line in said["data"]["order"]["lines"]] == [line.line_id for line in order.lines]
    assert said["data"]["order"]["buyer"]["email"] == order.buyer.email
    assert [one["question_id"] for one in said["data"]["order"]["questions"]] == ["q-1"]


def test_a_webhook_holds_no_secret() -> None:
    order = mixed.mixed_order().told[-1].order
    sealed = Secret(key_id="k1", ciphertext=b"sealed")
    parcel = order.parcels[0] if order.parcels else order.parcels.add()
    parcel.parcel_id = "p1"
    parcel.pickup_point.code.CopyFrom(sealed)
    parcel.scans.add().pickup_point.code.CopyFrom(sealed)
    said = body(alert(), order).decode()
    for word in ("ciphertext", "key_id", "licence_key", "login_url"):
        assert word not in said


def test_a_webhook_is_written_with_the_merchants_own_secret_and_an_id_that_stays() -> None:
    event = mixed.mixed_order().told[0]
    writer = WebhookWriter(keys.sealer())
    assert writer.post("row", alert(), event.order, event.merchant) is None
    closed = keys.sealer().seal("whsec_c2VjcmV0", event.merchant.name)
    event.merchant.care.webhook_url = "https://hook.test/"
    event.merchant.care.webhook_secret.CopyFrom(Secret(key_id=closed.key_id, ciphertext=closed.ciphertext))
    post = writer.post("row", alert(), event.order, event.merchant)
    assert post is not None
    assert (post.url, post.secret) == ("https://hook.test/", "whsec_c2VjcmV0")
    again = writer.post("row", alert(), event.order, event.merchant)
    other = writer.post("another row", alert(), event.order, event.merchant)
    assert again is not None
    assert other is not None
    assert post.webhook_id == again.webhook_id != other.webhook_id
    assert "secret" not in repr(post)
