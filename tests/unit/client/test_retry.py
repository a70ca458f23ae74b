import math

import grpc
import pytest

from wismo.client import NO_RETRY, RetryPolicy, WismoError
from wismo.client.retry import Tries


def error(code: grpc.StatusCode, reason: str = "", retry_after: float | None = None) -> WismoError:
    return WismoError("x", code=code, reason=reason, retry_after=retry_after)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


STEADY = RetryPolicy(give_up_after=60, first_wait=1, longest_wait=8, draw=lambda: 1.0)
DOWN = error(grpc.StatusCode.UNAVAILABLE)


def test_waits_double_up_to_the_longest() -> None:
    assert [STEADY.wait(tries, DOWN) for tries in range(1, 6)] == [1, 2, 4, 8, 8]


def test_each_wait_is_drawn_from_its_upper_half() -> None:
    low = RetryPolicy(first_wait=1, draw=lambda: 0.0)
    assert low.wait(1, DOWN) == 0.5


def test_the_server_s_wish_is_waited_for_in_full() -> None:
    assert STEADY.wait(1, error(grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after=20)) == 20


@pytest.mark.parametrize(
    ("refusal", "tried_again"),
    [
        (error(grpc.StatusCode.UNAVAILABLE), True),
        (error(grpc.StatusCode.DEADLINE_EXCEEDED), True),
        (error(grpc.StatusCode.ABORTED), True),
        (error(grpc.StatusCode.ABORTED, "ETAG_MISMATCH"), False),
        (error(grpc.StatusCode.RESOURCE_EXHAUSTED), False),
        (error(grpc.StatusCode.INVALID_ARGUMENT), False),
        (error(grpc.StatusCode.NOT_FOUND), False),
        (error(grpc.StatusCode.ALREADY_EXISTS), False),
        (error(grpc.StatusCode.FAILED_PRECONDITION), False),
        (error(grpc.StatusCode.UNAUTHENTICATED), False),
        (error(grpc.StatusCode.UNIMPLEMENTED), False),
    ],
)
def test_only_what_may_pass_is_tried_again(refusal: WismoError, tried_again: bool) -> None:
    assert (STEADY.wait(1, refusal) is not None) is tried_again


def test_faults_are_tried_three_times_in_all() -> None:
    fault = error(grpc.StatusCode.INTERNAL)
    assert [STEADY.wait(tries, fault) is not None for tries in (1, 2, 3)] == [True, True, False]


def test_there_is_no_try_after_the_end() -> None:
    clock = Clock()
    tries = Tries(RetryPolicy(give_up_after=5, first_wait=2, longest_wait=2, draw=lambda: 1.0), 10, clock)
    assert tries.timeout() == 10
    assert tries.wait(DOWN) == 2
    clock.now += 4
    assert tries.timeout() == 1
    assert tries.wait(DOWN) is None


def test_no_retry_means_one_try_with_its_full_time() -> None:
    tries = Tries(NO_RETRY, 10, Clock())
    assert tries.timeout() == 10
    assert tries.wait(DOWN) is None


def test_a_policy_may_be_without_end() -> None:
    clock = Clock()
    tries = Tries(RetryPolicy(give_up_after=math.inf), 10, clock)
    clock.now += 10**9
    assert tries.timeout() == 10
    assert tries.wait(DOWN) is not None
