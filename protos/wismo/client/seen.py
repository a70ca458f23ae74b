"""What a watch has shown already, so that a new connection shows only what is new."""

from collections import OrderedDict

from wismo.client.results import Change

REMEMBERED = 10_000
CAUGHT_UP = 200


class Seen:
    """The newest sequence shown of each order; of the 10,000 that changed last."""

    def __init__(self, show_current: bool) -> None:
        self._show_current = show_current
        self._sequences: OrderedDict[str, int] = OrderedDict()

    def is_news(self, change: Change) -> bool:
        """True when it has to be shown; it counts as shown from then on."""
        name, sequence = change.order.name, change.order.sequence
        before = self._sequences.get(name)
        if before is not None and sequence <= before:
            return False
        self._sequences[name] = sequence
        self._sequences.move_to_end(name)
        if len(self._sequences) > REMEMBERED:
            self._sequences.popitem(last=False)
        return change.event is not None or before is not None or self._show_current

    def newest(self) -> list[str]:
        """The orders that changed last, oldest change first: those to read again after a gap."""
        return list(self._sequences)[-CAUGHT_UP:]
