"""Which order a mail is about, and who was expected to write it: by a token in its address, else by what it answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from chassis.reply_tokens import ReplyAddress, ReplyTokens

Role = Literal["buyer", "care", "system"]

_ROLES: dict[str, Role] = {"b": "buyer", "c": "care", "e": "care", "r": "system"}
_MARK = ".order"
"""What follows the token in the id that stands first in the References of our mails."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What a genuine token says. ``question_id`` is empty where it is about the order."""

    order: str
    role: Role
    """``system``: it is the sender of our envelopes, where only mail systems and vacation answers write."""
    question_id: str


class Postmarks:
    """Reads the tokens that the notifier writes."""

    def __init__(self, tokens: ReplyTokens, address: ReplyAddress | None) -> None:
        """Without an address of ours, only what a mail answers says whose it is."""
        self._tokens = tokens
        self._address = address
        # To an order with a long name the token does not fit: then replies go to the address without one.
        self._bare = address.with_token("x" * 100).lower() if address else ""

    def is_ours(self, recipients: Iterable[str]) -> bool:
        """Whether one of the addresses is our reply address, with or without a token."""
        return any(one == self._bare or self._token_in(one) for one in recipients)

    def by_address(self, recipients: Iterable[str]) -> Meant | None:
        """By the first genuine token in an address."""
        return next((found for one in recipients if (found := self._open(self._token_in(one)))), None)

    def by_references(self, references: Iterable[str]) -> Meant | None:
        """By the first genuine mark among the mails that it answers."""
        for one in references:
            local = one.partition("@")[0]
            if local.lower().endswith(_MARK) and (found := self._open(local[: -len(_MARK)])):
                return found
        return None

    def _token_in(self, address: str) -> str:
        return self._address.token_in(address) if self._address else ""

    def _open(self, token: str) -> Meant | None:
        parts = self._tokens.open(token) if token else None
        if parts is None or len(parts) != 4 or parts[0] not in _ROLES:
            return None
        role, question_id, merchant, reference = parts
        return Meant(f"merchants/{merchant}/orders/{reference}", _ROLES[role], question_id)
