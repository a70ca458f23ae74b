"""What each answer in each phase means, against a server that answers on a real socket."""

from collections.abc import Callable

import pytest

from embedded_stack.servers import free_port
from notifier.channels.outcome import Letter, Outcome, Rejected, Retry, Sent, Unknown
from notifier.channels.smtp import SmtpChannel, SmtpServer
from tests.fakes.scripted_smtp import HANG_UP, RESET, SILENCE, ScriptedSmtp

LETTER = Letter(
    "shop@example.org", "robin@example.org", b"Subject: hello\r\n\r\n.a line that begins with a dot\r\nend\r\n"
)
EARLY = ["connect", "ehlo", "mail", "rcpt", "data"]


def channel(server: ScriptedSmtp, *, user: str = "", idle_seconds: float = 60.0) -> SmtpChannel:
    where = SmtpServer("127.0.0.1", server.port, user=user, password="secret" if user else "")
    return SmtpChannel(where, local_name="test", answer_seconds=1, end_of_data_seconds=1, idle_seconds=idle_seconds)


def send(sender: SmtpChannel, before_data: Callable[[], bool] = lambda: True) -> Outcome:
    try:
        return sender.send(LETTER, before_data)
    finally:
        sender.close()


def test_a_letter_arrives_with_its_dots() -> None:
    with ScriptedSmtp() as server:
        assert send(channel(server)) == Sent()
        assert server.accepted == [b"Subject: hello\r\n\r\n..a line that begins with a dot\r\nend"]


def test_nobody_listens() -> None:
    sender = SmtpChannel(SmtpServer("127.0.0.1", free_port()), answer_seconds=1)
    assert send(sender) == Retry("connection lost at connect", ours=True)


@pytest.mark.parametrize("phase", [*EARLY, "auth"])
@pytest.mark.parametrize("fault", [HANG_UP, RESET, SILENCE, "garbage"])
def test_a_connection_lost_before_the_end_of_the_data_means_again(phase: str, fault: str) -> None:
    with ScriptedSmtp({phase: fault}, extensions=("AUTH PLAIN",)) as server:
        outcome = send(channel(server, user="me" if phase == "auth" else ""))
        assert isinstance(outcome, Retry)
        assert outcome.ours
        assert server.received == []


@pytest.mark.parametrize("fault", [HANG_UP, RESET, SILENCE, "garbage"])
def test_a_connection_lost_after_the_end_of_the_data_means_that_nobody_knows(fault: str) -> None:
    with ScriptedSmtp({"end": fault}) as server:
        assert send(channel(server)) == Unknown("connection lost at end_of_data")
        assert len(server.received) == 1


@pytest.mark.parametrize(
    ("phase", "answer", "expected"),
    [
        ("connect", "421 busy", Retry("connect 421", ours=True)),
        ("connect", "554 go away", Retry("connect 554", ours=True)),
        ("ehlo", "550 no", Retry("ehlo 550", ours=True)),
        ("auth", "535 no", Retry("auth 535", ours=True)),
        ("auth", "454 later", Retry("auth 454", ours=True)),
        ("mail", "421 closing", Retry("mail 421", ours=True)),
        ("mail", "451 later", Retry("mail 451")),
        ("mail", "530 log in first", Retry("mail 530", ours=True)),
        ("mail", "550 not you", Rejected("mail 550")),
        ("rcpt", "421 closing", Retry("rcpt 421", ours=True)),
        ("rcpt", "450 greylisted", Retry("rcpt 450")),
        ("rcpt", "452 full", Retry("rcpt 452")),
        ("rcpt", "550 nobody", Rejected("rcpt 550")),
        ("rcpt", "553 nobody", Rejected("rcpt 553")),
        ("data", "451 later", Retry("data 451")),
        ("data", "503 out of step", Retry("data 503", ours=True)),
        ("data", "554 no", Rejected("data 554")),
        ("end", "421 closing", Retry("end_of_data 421", ours=True)),
        ("end", "451 later", Retry("end_of_data 451")),
        ("end", "552 too big", Rejected("end_of_data 552")),
        ("end", "554 spam", Rejected("end_of_data 554")),
    ],
)
def test_each_answer_in_each_phase(phase: str, answer: str, expected: Outcome) -> None:
    with ScriptedSmtp({phase: answer}, extensions=("AUTH PLAIN",)) as server:
        assert send(channel(server, user="me" if phase == "auth" else "")) == expected


def test_one_connection_serves_many_letters_also_after_a_refusal() -> None:
    with ScriptedSmtp() as server:
        sender = channel(server)
        assert sender.send(LETTER, lambda: True) == Sent()
        server.script["rcpt"] = "550 nobody"
        assert sender.send(LETTER, lambda: True) == Rejected("rcpt 550")
        del server.script["rcpt"]
        assert sender.send(LETTER, lambda: True) == Sent()
        assert server.connections == 1
        sender.close()


def test_a_kept_connection_that_the_server_closed_costs_no_attempt() -> None:
    with ScriptedSmtp() as server:
        sender = channel(server)
        assert sender.send(LETTER, lambda: True) == Sent()
        server.script["mail"] = HANG_UP
        sender.send(LETTER, lambda: True)
        del server.script["mail"]
        assert sender.send(LETTER, lambda: True) == Sent()
        sender.close()


def test_a_connection_that_was_idle_for_long_is_made_anew() -> None:
    with ScriptedSmtp() as server:
        sender = channel(server, idle_seconds=0)
        for _ in range(2):
            assert sender.send(LETTER, lambda: True) == Sent()
        assert server.connections == 2
        sender.close()


def test_nothing_goes_out_when_the_claim_has_ended() -> None:
    with ScriptedSmtp() as server:
        assert send(channel(server), lambda: False) == Retry("the claim has ended")
        assert server.received == []


def test_the_reason_never_holds_what_the_server_said() -> None:
    with ScriptedSmtp({"rcpt": "550 robin@example.org is unknown"}) as server:
        assert "robin" not in repr(send(channel(server)))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", SmtpServer("mail.example", 25)),
        ("smtp://mail.example:587?starttls=true", SmtpServer("mail.example", 587, starttls=True)),
        ("smtps://me:p%40ss@mail.example", SmtpServer("mail.example", 465, "me", "p@ss", implicit_tls=True)),
    ],
)
def test_the_url_says_where_and_how(url: str, expected: SmtpServer) -> None:
    assert SmtpServer.parse(url) == expected
    assert "p@ss" not in repr(expected)
