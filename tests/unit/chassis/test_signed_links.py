"""Signed links: genuine or refused, by a named error."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.keys import KeyRing
from chassis.signed_links import BadLink, ExpiredLink, Link, LinkSigner, WrongPurpose

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=180)
SUBJECT = "merchants/demo/orders/R-10042"
SIGNER = LinkSigner(KeyRing.parse("k2:second-secret,k1:first-secret"))


def token(
    signer: LinkSigner = SIGNER,
    purpose: str = "order",
    subject: str = SUBJECT,
    version: int = 1,
    expires_at: datetime = LATER,
) -> str:
    return signer.sign(purpose=purpose, subject=subject, version=version, expires_at=expires_at)


def test_a_link_opens_to_what_was_signed() -> None:
    assert SIGNER.open(token(), "order", NOW) == Link("order", SUBJECT, 1, LATER)


def test_a_token_is_short_and_fit_for_the_path_of_a_url() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", token())
    assert len(token()) <= 100


def test_every_character_changed_to_any_other_is_refused() -> None:
    genuine = token()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=/ é"
    for place, was in enumerate(genuine):
        for other in alphabet:
            if other != was:
                with pytest.raises(BadLink):
                    SIGNER.open(genuine[:place] + other + genuine[place + 1 :], "order", NOW)


def test_every_bit_of_every_byte_flipped_is_refused() -> None:
    genuine = token().encode()
    for place in range(len(genuine)):
        for bit in range(8):
            flipped = bytearray(genuine)
            flipped[place] ^= 1 << bit
            with pytest.raises(BadLink):
                SIGNER.open(flipped.decode("latin-1"), "order", NOW)


@given(st.text(max_size=200))
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(BadLink):
        SIGNER.open(text, "order", NOW)


@pytest.mark.parametrize("suffix", ["=", "==", ".", " ", "\n", "A"])
def test_a_token_with_something_behind_it_is_refused(suffix: str) -> None:
    with pytest.raises(BadLink):
        SIGNER.open(token() + suffix, "order", NOW)


def test_a_link_is_open_until_its_last_second_and_says_afterwards_what_it_was_for() -> None:
    assert SIGNER.open(token(), "order", LATER - timedelta(seconds=1)).version == 1
    with pytest.raises(ExpiredLink) as caught:
        SIGNER.open(token(), "order", LATER)
    assert caught.value.link.subject == SUBJECT


def test_a_link_for_one_purpose_serves_no_other_even_when_expired() -> None:
    with pytest.raises(WrongPurpose):
        SIGNER.open(token(purpose="unsubscribe"), "order", LATER + timedelta(days=1))


def test_links_signed_with_an_older_key_open_and_with_a_foreign_key_do_not() -> None:
    old = token(LinkSigner(KeyRing.parse("k1:first-secret")))
    assert SIGNER.open(old, "order", NOW).subject == SUBJECT
    for foreign in ("k1:another-secret", "k9:first-secret"):
        with pytest.raises(BadLink):
            SIGNER.open(token(LinkSigner(KeyRing.parse(foreign))), "order", NOW)


def test_a_key_s_id_cannot_be_swapped_for_another_s() -> None:
    with pytest.raises(BadLink):
        SIGNER.open("k1" + token()[2:], "order", NOW)


def test_what_could_not_be_read_back_is_not_signed() -> None:
    with pytest.raises(ValueError):
        token(version=-1)
    with pytest.raises(ValueError):
        token(subject="a\nb")
    with pytest.raises(ValueError):
        token(purpose="a\nb")
    with pytest.raises(ValueError):
        token(expires_at=LATER.replace(tzinfo=None))
