"""What the desk asks the notifier: what needs a human, what was told and is owed, how well promises are kept."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from wismo.care.v1 import care_service_pb2 as care
from wismo.care.v1 import message_pb2

MOST = 500
"""Matters that one list shows. Whoever has more of them needs more than a list."""


class CareDown(Exception):
    """The notifier does not answer now."""


class CareReader(Protocol):
    """`wismo.care.v1.CareService`, as the desk needs it. Each blocks for seconds at most and raises CareDown."""

    def attention(self, merchant: str) -> Sequence[care.Attention]:
        """Up to ``MOST`` matters, the earliest due first."""
        ...

    def story(self, order: str) -> care.GetCareStoryResponse:
        """What was told about an order and what is and was owed; empty for one that the notifier does not know."""
        ...

    def message(self, order: str, message_id: str) -> message_pb2.Message | None:
        """One message as it was sent, secrets masked; None when there is none of this id about this order."""
        ...

    def measures(self, merchant: str, first: date, last: date) -> care.GetMeasuresResponse:
        """How well the merchant cared, day by day, both days included."""
        ...
