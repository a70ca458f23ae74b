"""The book of a stream: what was sent and not yet answered, what may be asked for next, and when all is done.

It knows nothing of threads or loops; its callers see to it that one at a time touches it.
"""

from collections import deque
from collections.abc import Callable

from wismo.client.errors import InvalidInput
from wismo.client.results import Emission, Outcome
from wismo.client.retry import Tries
from wismo.orders.v1.orders_service_pb2 import StreamEventsResponse


class Unanswered:
    """Emissions under way, in their order, by request_id."""

    def __init__(self, window: int, new_tries: Callable[[], Tries]) -> None:
        if window < 1:
            raise InvalidInput.of("window", "at least one event must be allowed to be under way")
        self._window = window
        self._new_tries = new_tries
        self._tries: dict[str, Tries] = {}
        self._open: dict[str, Emission] = {}
        self._outgoing: deque[Emission] = deque()
        self.exhausted = False

    @property
    def full(self) -> bool:
        """True when nothing more may be taken from the source."""
        return len(self._open) >= self._window

    @property
    def idle(self) -> bool:
        """True when there is nothing to send now, but there may be later."""
        return not self._outgoing and not self.done

    @property
    def done(self) -> bool:
        """True when the source is empty and everything is answered."""
        return self.exhausted and not self._open

    def add(self, emission: Emission) -> None:
        """Take one from the source; it goes out next."""
        if emission.request_id in self._open:
            raise InvalidInput.of("request_id", f"{emission.request_id} is under way already; give every event its own")
        self._open[emission.request_id] = emission
        self._outgoing.append(emission)

    def next(self) -> Emission | None:
        """The next to send, if there is one."""
        return self._outgoing.popleft() if self._outgoing else None

    def reconnect(self) -> None:
        """Everything unanswered goes out again, first things first."""
        self._outgoing = deque(self._open.values())

    def settle(self, answer: StreamEventsResponse) -> tuple[Outcome | None, float]:
        """Take an answer: the outcome to hand on, or None and the seconds to wait before it goes out again."""
        emission = self._open.get(answer.request_id)
        if emission is None:
            return None, 0.0  # The second answer to what was sent twice over a lost connection.
        outcome = Outcome.of(emission, answer.outcome)
        if outcome.error is not None:
            tries = self._tries.setdefault(answer.request_id, self._new_tries())
            tries.timeout()  # Counts this try.
            seconds = tries.wait(outcome.error)
            if seconds is not None:
                self._outgoing.append(emission)
                return None, seconds
        del self._open[answer.request_id]
        self._tries.pop(answer.request_id, None)
        return outcome, 0.0
