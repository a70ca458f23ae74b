"""Request ids and what is kept of them."""

import pytest

from chassis.keys import Key, KeyRing
from orders.use_cases.errors import AlreadyExists
from orders.use_cases.requests import Answered, RequestLog, RequestMark, digester
from tests.fakes.orders_parts import mark


def test_a_request_that_was_answered_is_found_among_many() -> None:
    log = RequestLog()
    for number in range(1, 200):
        log = log.with_answer(mark(f"r{number}"), Answered(number, 1, 2))
    assert log.find(mark("r7")) == Answered(7, 1, 2)
    assert log.find(mark("r200")) is None


def test_an_id_with_another_body_is_refused() -> None:
    log = RequestLog().with_answer(mark("r1", "one"), Answered(1, 1, 2))
    with pytest.raises(AlreadyExists):
        log.find(mark("r1", "two"))


def test_a_hash_that_stands_across_two_records_is_not_taken_for_one() -> None:
    wanted = mark("r1")
    log = RequestLog(b"x" * 30 + wanted.id_hash + b"y" * 30)
    assert log.find(wanted) is None


def test_a_body_is_known_again_after_the_key_was_rotated() -> None:
    old, new = Key("k1", b"a" * 32), Key("k2", b"b" * 32)
    before, after = digester(KeyRing((old,))), digester(KeyRing((new, old)))
    log = RequestLog().with_answer(RequestMark("r1", before("record", b"body")), Answered(2, 1, 2))
    assert log.find(RequestMark("r1", after("record", b"body"))) == Answered(2, 1, 2)
    with pytest.raises(AlreadyExists):
        log.find(RequestMark("r1", after("record", b"other")))


def test_a_digest_tells_nothing_without_the_key() -> None:
    one, other = digester(KeyRing((Key("k1", b"a" * 32),))), digester(KeyRing((Key("k1", b"b" * 32),)))
    assert one("record", b"1234") != other("record", b"1234")
    assert one("record", b"1234") != one("create", b"1234")
