"""When to try again, and how long to wait: jittered, bounded, and with the server's own wish first."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import grpc

from wismo.client.errors import WismoError

_ALWAYS = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}
# What a broken connection or a proxy may turn into. From Wismo itself they are faults that come again, so the tries
# are few.
_FEW_TIMES = {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.CANCELLED}


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How to try again. Every try of one call carries the same request_id, so trying again never records anything
    twice.

    ``give_up_after``: seconds from the first try after which the last error is raised; 0 means one try, ``math.inf``
    never. ``first_wait`` doubles up to ``longest_wait``; each wait is drawn evenly between half of it and all of it.
    A RetryInfo of the server is waited for in full. Tried again are UNAVAILABLE, DEADLINE_EXCEEDED, ABORTED (but not
    an etag that does not match) and RESOURCE_EXHAUSTED with RetryInfo; what a broken connection may look like
    otherwise, ``fault_tries`` times.
    """

    give_up_after: float = 60.0
    first_wait: float = 0.1
    longest_wait: float = 5.0
    fault_tries: int = 3
    draw: Callable[[], float] = random.random

    def wait(self, tries: int, error: WismoError) -> float | None:
        """Seconds until the next try after ``tries`` that failed, the last one with ``error``; None: it is no use."""
        if not self._worth_it(tries, error):
            return None
        bound = min(self.longest_wait, self.first_wait * 2.0 ** min(tries - 1, 40))
        return max(bound * (0.5 + 0.5 * self.draw()), error.retry_after or 0.0)

    def _worth_it(self, tries: int, error: WismoError) -> bool:
        if error.code in _ALWAYS:
            return True
        if error.code is grpc.StatusCode.ABORTED:
            return error.reason != "ETAG_MISMATCH"
        if error.code is grpc.StatusCode.RESOURCE_EXHAUSTED:
            return error.retry_after is not None
        return error.code in _FEW_TIMES and tries < self.fault_tries


NO_RETRY = RetryPolicy(give_up_after=0.0)


class Tries:
    """The tries of one call: how long each may take, and when there is no further one."""

    def __init__(self, policy: RetryPolicy, timeout: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._policy = policy
        self._timeout = timeout
        self._clock = clock
        self._end = clock() + policy.give_up_after
        self._tries = 0

    def timeout(self) -> float:
        """Seconds that this try may take: never past the end of all tries, but for the first, which has its time in
        full.
        """
        self._tries += 1
        if self._tries == 1:
            return self._timeout
        return max(0.001, min(self._timeout, self._end - self._clock()))

    def wait(self, error: WismoError) -> float | None:
        """Seconds to wait before the next try, or None when ``error`` has to be raised."""
        seconds = self._policy.wait(self._tries, error)
        if seconds is None or self._clock() + seconds >= self._end:
            return None
        return seconds
