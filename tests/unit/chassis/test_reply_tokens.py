"""Reply tokens: genuine in any letter case, or nothing; and short enough for an address."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.keys import KeyRing
from chassis.reply_tokens import LONGEST_LOCAL_PART, ReplyAddress, ReplyTokens

TOKENS = ReplyTokens(KeyRing.parse("k2:second-secret,k1:first-secret"))
PARTS = ("b", "q-1", "lantern-books", "R-10042")
ADDRESS = ReplyAddress("reply+{token}@mail.example")


def test_a_token_opens_to_the_parts_that_were_signed_in_any_letter_case() -> None:
    token = TOKENS.sign(*PARTS)
    assert token == token.lower()
    assert TOKENS.open(token) == TOKENS.open(token.upper()) == TOKENS.open(token.title()) == PARTS


def test_the_same_parts_always_give_the_same_token() -> None:
    assert TOKENS.sign(*PARTS) == TOKENS.sign(*PARTS)
    assert TOKENS.sign(*PARTS) != TOKENS.sign("c", *PARTS[1:])


def test_every_character_changed_to_any_other_is_refused() -> None:
    genuine = TOKENS.sign(*PARTS)
    for at, kept in enumerate(genuine):
        for other in string.ascii_lowercase + string.digits + "=+- é\n":
            if other != kept:
                assert TOKENS.open(genuine[:at] + other + genuine[at + 1 :]) is None
    for shorter in range(len(genuine)):
        assert TOKENS.open(genuine[:shorter]) is None


@given(st.text(max_size=90))
def test_what_was_never_signed_is_refused_and_raises_nothing(text: str) -> None:
    assert TOKENS.open(text) is None


def test_a_token_of_an_older_key_opens_while_the_ring_has_it() -> None:
    old = ReplyTokens(KeyRing.parse("k1:first-secret")).sign(*PARTS)
    assert TOKENS.open(old) == PARTS
    assert ReplyTokens(KeyRing.parse("k2:second-secret")).open(old) is None


def test_parts_cannot_run_into_each_other() -> None:
    with pytest.raises(ValueError, match="line break"):
        TOKENS.sign("b\nc", "lantern")
    assert TOKENS.open(TOKENS.sign("b", "", "ab", "c")) != TOKENS.open(TOKENS.sign("b", "", "a", "bc"))


def test_an_address_holds_the_token_and_gives_it_back() -> None:
    address = ADDRESS.with_token(TOKENS.sign(*PARTS))
    assert len(address.partition("@")[0]) <= LONGEST_LOCAL_PART
    for seen in (address, address.upper(), f" {address} "):
        assert TOKENS.open(ADDRESS.token_in(seen)) == PARTS


@pytest.mark.parametrize("address", ["", "reply@mail.example", "reply+x@other.example", "other+x@mail.example", "x"])
def test_another_address_holds_no_token(address: str) -> None:
    assert ADDRESS.token_in(address) == ""


def test_an_address_that_would_be_too_long_goes_without_its_token() -> None:
    assert ADDRESS.with_token("a" * 59) == "reply@mail.example"
    assert len(ADDRESS.with_token("a" * 58).partition("@")[0]) == LONGEST_LOCAL_PART


@pytest.mark.parametrize(
    "template", ["", "reply@mail.example", "{token}", "a{token}{token}@x", "a@b+{token}@x", "a+{token}@"]
)
def test_a_template_without_its_place_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match="reply address"):
        ReplyAddress(template)
