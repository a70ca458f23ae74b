from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from chassis.backoff import Backoff
from chassis.outbox import Letter, OutboxSender, Refused, Told, Waiting
from chassis.outbox.sender import CLAIM
from tests.fakes.in_memory_outbox import InMemoryOutbox, ScriptedReceiver

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ONE, TWO = Letter("1", "note", "o", START, b"one"), Letter("2", "note", "o", START, b"two")


class Sending:
    """An outbox with its sender, moved by hand."""

    def __init__(self) -> None:
        self.at = START
        self.outbox = InMemoryOutbox()
        self.receiver = ScriptedReceiver()
        self.taken = 0
        backoff = Backoff(initial=10.0, maximum=100.0, draw=lambda: 1.0)
        self.sender = OutboxSender(
            self.outbox, self.receiver, self, backoff=backoff, before_forgetting=self._before_forgetting
        )

    def now(self) -> datetime:
        return self.at

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)

    def _before_forgetting(self) -> None:
        self.taken += 1
        assert self.outbox.depth() > 0


@pytest.fixture
def sending() -> Sending:
    return Sending()


def test_a_letter_is_told_once_and_forgotten(sending: Sending) -> None:
    sending.outbox.put(ONE)
    assert sending.sender.send_due() == 1
    assert sending.sender.send_due() == 0
    assert sending.receiver.told == [ONE]
    assert (sending.taken, sending.outbox.depth()) == (1, 0)


def test_while_the_other_side_is_down_letters_wait_longer_and_longer_and_arrive_once(sending: Sending) -> None:
    sending.outbox.put(ONE)
    sending.receiver.answers = [Told.LATER, Told.LATER]
    sending.sender.send_due()
    assert sending.sender.send_due() == 0
    sending.forward(10)
    assert sending.sender.send_due() == 1
    sending.forward(19)
    assert sending.sender.send_due() == 0
    sending.forward(1)
    assert sending.sender.send_due() == 1
    assert sending.receiver.told == [ONE]
    assert sending.outbox.depth() == 0


def test_what_will_never_be_taken_is_set_aside_and_holds_nobody_up(sending: Sending) -> None:
    sending.outbox.put(ONE, TWO)
    sending.receiver.answers = [Refused("NOT_FOUND")]
    sending.sender.send_due()
    assert sending.outbox.aside == {"1": (ONE, "NOT_FOUND")}
    assert sending.receiver.told == [TWO]


def test_a_sender_that_died_is_followed_by_another(sending: Sending) -> None:
    sending.outbox.put(ONE)
    sending.outbox.claim(START, START + CLAIM, 20)
    assert sending.sender.send_due() == 0
    sending.forward(CLAIM.total_seconds())
    assert sending.sender.send_due() == 1
    assert sending.receiver.told == [ONE]


def test_the_thread_sends_when_woken_and_outlives_a_failure(sending: Sending) -> None:
    done = Event()

    class Once(ScriptedReceiver):
        def tell(self, letter: Letter) -> Told:
            done.set()
            return Told.TAKEN

    class Flaky(InMemoryOutbox):
        failed = False

        def claim(self, now: datetime, until: datetime, limit: int) -> Sequence[Waiting]:
            if not self.failed:
                self.failed = True
                raise ConnectionError("away")
            return super().claim(now, until, limit)

    outbox = Flaky()
    sender = OutboxSender(outbox, Once(), sending, pause=0.01)
    sender.start()
    outbox.put(ONE)
    sender.wake()
    assert done.wait(5)
    sender.close()
    assert outbox.depth() == 0
