import base64
import json
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook
from werkzeug.test import TestResponse

from status_page.inbound.sizes import LARGEST_BODY
from tests.fakes.status_page_site import INBOUND_SECRET, Site
from tests.samples.mails import mail, reply_to
from tests.samples.mixed import mixed_order
from tests.samples.story import Story


@pytest.fixture
def story(site: Site) -> Story:
    story = mixed_order()
    site.tell(story)
    return story


def headers(site: Site, body: bytes, *, at: datetime | None = None, secret: str = "") -> dict[str, str]:
    at = (at or site.clock.at).replace(microsecond=0)
    signature = Webhook(secret or INBOUND_SECRET.reveal()).sign("msg_1", at, body.decode())
    stamp = str(int(at.replace(tzinfo=UTC).timestamp()))
    return {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": signature}


def post(site: Site, body: bytes, given: dict[str, str], kind: str = "message/rfc822") -> TestResponse:
    return site.app.test_client(use_cookies=False).post("/inbound/webhook", data=body, headers=given, content_type=kind)


def test_a_signed_mail_is_received_once(site: Site, story: Story) -> None:
    body = mail(reply_to(story.order.name))
    for _ in range(3):
        assert post(site, body, headers(site, body)).status_code == 204
    assert len(site.outbox.letters) == 1


def test_a_mail_may_come_in_json(site: Site, story: Story) -> None:
    body = json.dumps({"raw": base64.b64encode(mail(reply_to(story.order.name))).decode()}).encode()
    assert post(site, body, headers(site, body), "application/json").status_code == 204
    assert len(site.outbox.letters) == 1


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"raw": 1}', b'{"raw": "%%"}', b"{", b"[" * 100_000], ids=range(6))
def test_json_without_a_mail_is_refused(site: Site, story: Story, body: bytes) -> None:
    assert post(site, body, headers(site, body), "application/json").status_code == 400
    assert site.mails.kept == {}


def test_nothing_is_received_without_the_right_signature_in_time(site: Site, story: Story) -> None:
    body = mail(reply_to(story.order.name))
    good = headers(site, body)
    other = "whsec_" + base64.b64encode(b"o" * 32).decode()
    signature = good["webhook-signature"]
    bad = [
        {},
        {**good, "webhook-signature": ""},
        {**good, "webhook-id": "msg_2"},
        {**good, "webhook-timestamp": str(int(good["webhook-timestamp"]) + 1)},
        {**good, "webhook-timestamp": "now"},
        {**good, "webhook-signature": signature[:-2] + ("A" if signature[-2] != "A" else "B") + signature[-1]},
        headers(site, body, secret=other),
        headers(site, body, at=datetime(2026, 11, 20, 14, 54, 59, tzinfo=UTC)),
        headers(site, body, at=datetime(2026, 11, 20, 15, 5, 1, tzinfo=UTC)),
    ]
    for given in bad:
        assert post(site, body, given).status_code == 401, given
    assert post(site, body + b" ", good).status_code == 401
    assert site.mails.kept == {}


def test_one_of_several_signatures_is_enough_while_a_secret_is_changed(site: Site, story: Story) -> None:
    body = mail(reply_to(story.order.name))
    good = headers(site, body)
    good["webhook-signature"] = f"v1,AAAA {good['webhook-signature']}"
    assert post(site, body, good).status_code == 204


def test_a_mail_too_large_is_refused_by_size(site: Site, story: Story) -> None:
    assert post(site, b"x" * (LARGEST_BODY + 1), {}).status_code == 413


def test_while_a_bounce_cannot_be_named_the_provider_is_asked_to_come_again(site: Site, story: Story) -> None:
    from tests.samples.mails import bounce

    site.names.down = True
    body = bounce(story.order.name)
    assert post(site, body, headers(site, body)).status_code == 503
    assert site.mails.kept == {}
