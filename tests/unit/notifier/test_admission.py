"""Who may ask the care service, and how long an answer about a key is believed."""

import pytest

from chassis.keys import hash_key
from notifier.rpc.admission import Admission, Caller
from notifier.rpc.errors import CareError, Unauthenticated, Unavailable
from notifier.rpc.page_tokens import make_token, page_size, read_token


class Keys:
    def __init__(self) -> None:
        self.known: dict[str, str] = {"a key": "merchants/lantern"}
        self.asked = 0
        self.away = False

    def merchant_of(self, key: str) -> str | None:
        self.asked += 1
        if self.away:
            raise Unavailable("away")
        return self.known.get(key)


class Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_service_key_sees_every_merchant_and_orders_is_not_asked() -> None:
    keys = Keys()
    caller = Admission(keys, hash_key("service")).admit("service")
    assert caller.may_see("merchants/lantern/orders/R-1")
    assert caller.may_see("merchants/severny")
    assert keys.asked == 0


def test_a_merchants_key_sees_its_own_and_no_name_that_only_begins_alike() -> None:
    caller = Admission(Keys(), None).admit("a key")
    assert caller == Caller("merchants/lantern")
    assert caller.may_see("merchants/lantern/orders/R-1")
    assert not caller.may_see("merchants/lantern2")
    assert not caller.may_see("merchants/lantern2/orders/R-1")


def test_a_revoked_key_works_for_five_seconds_at_most() -> None:
    keys, time = Keys(), Time()
    admission = Admission(keys, None, monotonic=time)
    admission.admit("a key")
    keys.known.clear()
    time.now += 5
    admission.admit("a key")
    time.now += 0.1
    with pytest.raises(Unauthenticated):
        admission.admit("a key")


@pytest.mark.parametrize("key", ["", "x" * 201, "kéy", "a\nkey", "another"])
def test_what_is_no_key_of_anybodys_does_not_get_in(key: str) -> None:
    with pytest.raises(Unauthenticated):
        Admission(Keys(), hash_key("service")).admit(key)


def test_an_outage_is_said_to_be_one_and_not_remembered() -> None:
    keys = Keys()
    admission = Admission(keys, None)
    keys.away = True
    with pytest.raises(Unavailable):
        admission.admit("a key")
    keys.away = False
    assert admission.admit("a key").merchant == "merchants/lantern"


def test_a_page_token_opens_for_its_own_question_only() -> None:
    token = make_token((5, 1, "an id"), b"question")
    assert read_token(token, b"question") == (5, 1, "an id")
    for wrong, question in ((token, b"another"), (token[:-3], b"question"), ("", b"question"), ("é", b"question")):
        with pytest.raises(CareError):
            read_token(wrong, question)


def test_page_sizes_have_a_default_and_an_end() -> None:
    assert [page_size(asked) for asked in (0, 7, 10_000)] == [50, 7, 500]
