"""Webhooks over a real socket: signed, bounded in time, and never where they must not go."""

import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from embedded_stack.servers import free_port
from notifier.channels.outcome import Outcome, Rejected, Retry, Sent
from notifier.channels.public_addresses import PublicAddresses
from notifier.channels.webhook import LONGEST_RETRY_AFTER, Post, WebhookChannel
from tests.fakes.scripted_http import ScriptedHttp

SECRET = "whsec_" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
BODY = '{"type":"care.alert","data":{"who":"Анна"}}'.encode()


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def channel(**limits: float) -> WebhookChannel:
    return WebhookChannel(PublicAddresses(["127.0.0.0/8", "::1/128"]), Clock(), **limits)  # type: ignore[arg-type]  # Two floats.


def post(server: ScriptedHttp, path: str = "/hook?shop=1", secret: str = SECRET) -> Post:
    return Post(f"http://127.0.0.1:{server.port}{path}", "msg_1", BODY, secret)


def send(server: ScriptedHttp, **limits: float) -> Outcome:
    return channel(**limits).send(post(server))


def test_a_webhook_arrives_and_its_receiver_can_verify_it() -> None:
    with ScriptedHttp() as server:
        assert send(server) == Sent()
        (got,) = server.received
    assert (got.method, got.path, got.body) == ("POST", "/hook?shop=1", BODY)
    headers = {name.lower(): value for name, value in got.headers.items()}
    assert headers["content-type"] == "application/json"
    assert headers["host"] == f"127.0.0.1:{server.port}"
    assert Webhook(SECRET).verify(got.body, dict(headers))["type"] == "care.alert"
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(got.body + b" ", dict(headers))


def test_every_attempt_has_the_same_id_and_a_time_of_its_own() -> None:
    with ScriptedHttp(status=500) as server:
        sender = channel()
        sender.send(post(server))
        sender.send(post(server))
    ids = {got.headers["webhook-id"] for got in server.received}
    assert ids == {"msg_1"}
    assert all(abs(float(got.headers["webhook-timestamp"]) - time.time()) < 60 for got in server.received)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_2xx_is_accepted(status: int) -> None:
    with ScriptedHttp(status=status) as server:
        assert send(server) == Sent()


def test_410_is_the_end() -> None:
    with ScriptedHttp(status=410) as server:
        assert send(server) == Rejected("webhook 410")


@pytest.mark.parametrize("status", [400, 401, 404, 408, 409, 422, 500, 502, 504])
def test_everything_else_is_tried_again(status: int) -> None:
    with ScriptedHttp(status=status, headers={"Retry-After": "100"}) as server:
        assert send(server) == Retry(f"webhook {status}")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with ScriptedHttp() as elsewhere:
        there = f"http://127.0.0.1:{elsewhere.port}/inside"
        with ScriptedHttp(status=status, headers={"Location": there}) as server:
            assert send(server) == Retry(f"webhook {status}")
        assert elsewhere.received == []


@pytest.mark.parametrize("status", [429, 503])
def test_a_receiver_is_left_alone_for_as_long_as_it_asks(status: int) -> None:
    with ScriptedHttp(status=status, headers={"Retry-After": "120"}) as server:
        assert send(server) == Retry(f"webhook {status}", after=120)
    at = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    with ScriptedHttp(status=status, headers={"Retry-After": at}) as server:
        outcome = send(server)
        assert isinstance(outcome, Retry)
        assert 580 <= outcome.after <= 600


@pytest.mark.parametrize("asked", ["", "soon", "-5", "1e9", "Mon, 1 Jan 2001 00:00:00 GMT", "²"])
def test_what_is_no_time_to_wait_asks_for_none(asked: str) -> None:
    with ScriptedHttp(status=429, headers={"Retry-After": asked.encode().decode("latin-1")}) as server:
        assert send(server) == Retry("webhook 429")


def test_nobody_waits_for_weeks() -> None:
    with ScriptedHttp(status=429, headers={"Retry-After": "99999999"}) as server:
        assert send(server) == Retry("webhook 429", after=LONGEST_RETRY_AFTER)


def test_an_answer_that_never_comes_ends_in_time() -> None:
    with ScriptedHttp(raw=(b"",), pause=5) as server:
        begun = time.monotonic()
        assert isinstance(send(server, connect_seconds=0.3), Retry)
        assert time.monotonic() - begun < 2


def test_an_answer_that_drips_ends_in_time() -> None:
    drops = tuple(bytes([letter]) for letter in b"HTTP/1.1 200 It goes on and on and on\r\n\r\n")
    with ScriptedHttp(raw=drops, pause=0.1) as server:
        begun = time.monotonic()
        assert isinstance(send(server, connect_seconds=5, whole_seconds=0.5), Retry)
        assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    "raw",
    [
        b"garbage\r\n\r\n",
        b"HTTP/1.1 999999 what\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 200 + b"\r\n",
    ],
    ids=["garbage", "no status", "a huge header", "too many headers"],
)
def test_what_is_no_answer_is_tried_again(raw: bytes) -> None:
    with ScriptedHttp(raw=(raw,)) as server:
        assert isinstance(send(server), Retry)


def test_a_huge_body_is_not_read() -> None:
    with ScriptedHttp(raw=(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 50_000_000)) as server:
        begun = time.monotonic()
        assert send(server) == Sent()
        assert time.monotonic() - begun < 2


def test_nobody_listens() -> None:
    outcome = channel().send(Post(f"http://127.0.0.1:{free_port()}/", "msg_1", BODY, SECRET))
    assert outcome == Retry("webhook: no connection (ConnectionRefusedError)")


def test_a_server_without_a_certificate_that_we_trust_is_told_nothing() -> None:
    with ScriptedHttp() as server:
        outcome = channel().send(Post(f"https://127.0.0.1:{server.port}/", "msg_1", BODY, SECRET))
        assert outcome == Retry("webhook: no answer (SSLError)")
        assert server.received == []


def test_nothing_is_sent_without_the_network_being_allowed() -> None:
    with ScriptedHttp() as server:
        outcome = WebhookChannel(PublicAddresses(), Clock()).send(post(server))
        assert outcome == Rejected("webhook: the address is not public")
        assert server.received == []


def test_a_name_that_means_something_else_a_moment_later_changes_nothing() -> None:
    """DNS rebinding: the name is looked up once, and the connection goes to the address that was looked at."""
    with ScriptedHttp() as inside:
        answers = [[_found("203.0.113.9", inside.port)], [_found("127.0.0.1", inside.port)]]
        asked: list[str] = []

        def resolve(host: str, _port: int, **_: Any) -> list[tuple[Any, ...]]:
            asked.append(host)
            return answers[min(len(asked), len(answers)) - 1]

        sender = WebhookChannel(PublicAddresses(resolve=resolve), Clock(), connect_seconds=0.2)
        first = sender.send(Post(f"http://rebind.test:{inside.port}/", "msg_1", BODY, SECRET))
        second = sender.send(Post(f"http://rebind.test:{inside.port}/", "msg_1", BODY, SECRET))
        assert isinstance(first, Rejected | Retry)
        assert second == Rejected("webhook: the address is not public")
        assert asked == ["rebind.test", "rebind.test"]
        assert inside.received == []


def test_a_claim_that_has_ended_sends_nothing() -> None:
    with ScriptedHttp() as server:
        assert channel().send(post(server), lambda: False) == Retry("the claim has ended")
        assert server.received == []


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_%%%"])
def test_nothing_is_sent_unsigned(secret: str) -> None:
    with ScriptedHttp() as server:
        assert channel().send(post(server, secret=secret)) == Rejected("webhook: the secret cannot be used")
        assert server.received == []


def _found(address: str, port: int) -> tuple[Any, ...]:
    return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
