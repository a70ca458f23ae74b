"""The book of one batch: what was recorded or refused for good, and what goes out again."""

from collections.abc import Sequence

from wismo.client.results import Emission, Outcome
from wismo.client.retry import Tries
from wismo.orders.v1.orders_service_pb2 import BatchRecordEventsResponse


class Batch:
    """Emissions of one batch, each settled at its own place."""

    def __init__(self, emissions: Sequence[Emission], tries: Tries) -> None:
        self._tries = tries
        self._emissions = emissions
        self._outcomes: dict[int, Outcome] = {}
        self._open = list(range(len(emissions)))

    @property
    def waiting(self) -> list[Emission]:
        """What has to be sent (again), in order."""
        return [self._emissions[index] for index in self._open]

    @property
    def outcomes(self) -> list[Outcome]:
        """One for each emission, in their order. Complete once nothing waits."""
        return [self._outcomes[index] for index in range(len(self._emissions))]

    def settle(self, answer: BatchRecordEventsResponse) -> float:
        """Take the answer to what was waiting; the seconds to wait before the rest goes out again."""
        self._tries.timeout()  # Counts this try.
        pauses: dict[int, float] = {}
        for index, outcome in zip(self._open, answer.outcomes, strict=True):
            settled = Outcome.of(self._emissions[index], outcome)
            self._outcomes[index] = settled
            pause = self._tries.wait(settled.error) if settled.error is not None else None
            if pause is not None:
                pauses[index] = pause
        self._open = list(pauses)
        return max(pauses.values(), default=0.0)
