"""What is kept of a message: exactly what was sent but for what opens something, and open to nobody without the key."""

from dataclasses import replace

import pytest

from chassis.keys import Key, KeyRing
from chassis.sealing import CannotOpen, Sealer
from notifier.preview import previews
from notifier.rendering.kept_content import pack, unpack
from notifier.rendering.masking import MASK

SEALER = Sealer(KeyRing((Key("k1", bytes(range(32))),)))


def test_what_was_packed_is_unpacked_and_takes_little_room() -> None:
    for _, message in previews("ru"):
        stored = pack(message.kept, "row", SEALER)
        assert unpack(stored, "row", SEALER) == message.kept
        assert len(stored.ciphertext) < len(message.kept.html.encode()) / 2
        assert b"R-10042" not in stored.ciphertext


def test_content_opens_only_as_the_message_that_it_is() -> None:
    _, message = next(previews("en"))
    stored = pack(message.kept, "row", SEALER)
    with pytest.raises(CannotOpen):
        unpack(stored, "another row", SEALER)
    with pytest.raises(CannotOpen):
        unpack(replace(stored, ciphertext=stored.ciphertext[:-1] + b"\0"), "row", SEALER)


def test_a_masked_message_differs_from_what_was_sent_by_its_secrets_alone() -> None:
    message = dict(previews("en"))["access_granted"]
    sent, kept = message.content.text.splitlines(), message.kept.text.splitlines()
    code = "Kl0O-8BIl-q9Zs"
    assert [line for line in kept if line not in sent and MASK not in line] == []
    assert code in message.content.text
    assert code not in message.kept.text
    assert "small letter l" not in message.kept.text, "what is easily mistaken in a code tells of the code"
