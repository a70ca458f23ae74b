"""What a next step is made of."""

from dataclasses import dataclass
from typing import Literal

from wording.reader import Reader

Action = Literal["", "pay", "track", "collect", "download", "log_in", "contact"]
"""What the buyer can press: pay (``order.pay_url``), track (its parcel), collect (show where), download, log_in,
contact.
"""


@dataclass(frozen=True, slots=True)
class NextStep:
    """Whole sentences. ``happens`` and ``you`` are never empty; ``by`` is empty when no time is known."""

    happens: str
    """What happens next, or what is true now: ``We are packing it; then the carrier collects it.``"""
    by: str
    """By when: ``Expected by 25 November (the carrier's estimate).``"""
    you: str
    """What the buyer has to do: ``You need not do anything.``"""
    action: Action = ""
    must_act: bool = False
    """Whether nothing goes on before the buyer acts."""

    def __str__(self) -> str:
        return " ".join(part for part in (self.happens, self.by, self.you) if part)


def nothing_to_do(reader: Reader) -> str:
    """The relief that most next steps end with."""
    return reader.gettext("You need not do anything.")
