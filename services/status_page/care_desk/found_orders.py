"""The orders as the desk reads them: by name, many at once, and by what they have in common."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from status_page.projection.rows import OrderRow


class DeskOrders(Protocol):
    """The read model, asked from the desk. An order of another merchant is one that is not there."""

    def find(self, merchant: str, reference: str) -> OrderRow | None:
        """One order, erased ones too."""
        ...

    def find_all(self, merchant: str, names: Sequence[str]) -> Mapping[str, OrderRow]:
        """Those of the names that are there, in one query."""
        ...

    def affected(self, facet: str, after: str, limit: int) -> Sequence[OrderRow]:
        """Open orders with this facet whose names come after ``after``, by name."""
        ...

    def languages(self, facet: str, most: int) -> Mapping[str, int]:
        """How many orders with this facet there are by their buyers' locales; stops counting at ``most``."""
        ...
