"""Key rings, API keys, and secrets at rest."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.keys import BadKeyRing, KeyRing, hash_key, key_matches, new_key, same
from chassis.sealing import CannotOpen, Sealed, Sealer


def ring(*ids: str) -> KeyRing:
    keys = ",".join(f"{one}:{base64.b64encode(one.encode() * 32)[:44].decode()}" for one in ids)
    return KeyRing.parse(keys, base64_bytes=32)


def test_the_first_key_is_current_and_all_are_found() -> None:
    keys = KeyRing.parse("b:new:with:colons, a:old")
    assert keys.current.id == "b"
    assert keys.current.secret == b"new:with:colons"
    old = keys.find("a")
    assert old is not None
    assert old.secret == b"old"
    assert keys.find("c") is None


@pytest.mark.parametrize("text", ["", "a", "a:", ":x", "a:1,a:2", "a b:1", "ä:1", f"{'a' * 33}:1"])
def test_a_text_that_is_no_key_ring_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(BadKeyRing) as caught:
        KeyRing.parse(text)
    assert ":1" not in str(caught.value)


def test_both_alphabets_of_base64_are_read_and_the_length_is_checked() -> None:
    raw = bytes(range(224, 256))
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        assert KeyRing.parse("a:" + encode(raw).decode(), base64_bytes=32).current.secret == raw
    with pytest.raises(BadKeyRing, match="not 32"):
        KeyRing.parse("a:" + base64.b64encode(b"short").decode(), base64_bytes=32)
    with pytest.raises(BadKeyRing, match="not base64"):
        KeyRing.parse("a:!!!!", base64_bytes=32)


def test_an_api_key_is_known_by_its_hash_alone() -> None:
    key = new_key("wk_demo")
    assert key.startswith("wk_demo_")
    assert key != new_key("wk_demo")
    assert key_matches(key, hash_key(key).upper())
    assert not key_matches(key + "x", hash_key(key))
    assert same("ä", "ä".encode())


@given(st.text(max_size=200), st.text(max_size=80))
def test_what_was_sealed_opens_with_the_same_associated_text_and_only_with_it(plaintext: str, associated: str) -> None:
    sealer = Sealer(ring("k"))
    sealed = sealer.seal(plaintext, associated)
    assert sealer.open(sealed, associated) == plaintext
    with pytest.raises(CannotOpen):
        sealer.open(sealed, associated + "x")


def test_an_old_key_still_opens_and_a_key_that_is_gone_does_not() -> None:
    sealed = Sealer(ring("k")).seal("code", "order")
    rotated = Sealer(ring("n", "k"))
    assert rotated.open(sealed, "order") == "code"
    assert rotated.seal("code", "order").key_id == "n"
    with pytest.raises(CannotOpen):
        Sealer(ring("n")).open(sealed, "order")


def test_every_failure_to_open_reads_the_same() -> None:
    sealer = Sealer(ring("k"))
    sealed = sealer.seal("code", "order")
    changed = Sealed("k", sealed.ciphertext[:-1] + bytes([sealed.ciphertext[-1] ^ 1]))
    messages = set()
    for bad in (Sealed("?", sealed.ciphertext), changed, Sealed("k", b""), Sealed("k", b"x" * 12)):
        with pytest.raises(CannotOpen) as caught:
            sealer.open(bad, "order")
        messages.add(str(caught.value))
        assert caught.value.__cause__ is None
    assert len(messages) == 1


def test_a_sealed_value_shows_no_ciphertext_and_never_seals_alike_twice() -> None:
    sealer = Sealer(ring("k"))
    first, second = sealer.seal("code", "order"), sealer.seal("code", "order")
    assert first.ciphertext != second.ciphertext
    assert "ciphertext" not in repr(first)


def test_keys_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError):
        Sealer(KeyRing.parse("a:short"))
