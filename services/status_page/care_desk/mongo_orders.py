"""The read model as the desk asks for it."""

from collections.abc import Mapping, Sequence

from pymongo.database import Database

from chassis.mongo import Document
from status_page.projection.mongo import loaded
from status_page.projection.rows import OrderRow


class MongoDeskOrders:
    """`DeskOrders` over the collection `orders`."""

    def __init__(self, database: Database[Document]) -> None:
        self._orders = database["orders"]

    def find(self, merchant: str, reference: str) -> OrderRow | None:
        """One read by `_id`."""
        return self.find_all(merchant, (f"{merchant}/orders/{reference}",)).get(f"{merchant}/orders/{reference}")

    def find_all(self, merchant: str, names: Sequence[str]) -> Mapping[str, OrderRow]:
        """One query by `_id`."""
        own = [name for name in names if name.startswith(f"{merchant}/orders/")]
        if not own:
            return {}
        return {row["_id"]: loaded(row) for row in self._orders.find({"_id": {"$in": own}}) if "sequence" in row}

    def affected(self, facet: str, after: str, limit: int) -> Sequence[OrderRow]:
        """One query by the index `facets`."""
        found = self._orders.find({"facets": facet, "_id": {"$gt": after}}, sort=[("_id", 1)], limit=limit)
        return [loaded(row) for row in found]

    def languages(self, facet: str, most: int) -> Mapping[str, int]:
        """One query by the index `facets` that reads the locales alone."""
        counts: dict[str, int] = {}
        for row in self._orders.find({"facets": facet}, {"locale": 1}, limit=most):
            counts[row["locale"]] = counts.get(row["locale"], 0) + 1
        return counts
