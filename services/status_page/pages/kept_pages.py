"""Pages that were made a moment ago.

A link is rarely opened once: by the mail scanner, the preview, the phone, the desk. Each has a session of its own and
gets an answer of its own; what they have in common is made once.
"""

from collections import OrderedDict
from threading import Lock

from status_page.pages.secrets import PageWithHoles


class KeptPages:
    """Up to ``most`` pages of the present period, the least used going first. With the period all of them go.

    ``period`` is any number that changes when kept pages must no longer be used; personal data stays no longer.
    """

    def __init__(self, most: int = 1000) -> None:
        self._most = most
        self._period = 0
        self._pages: OrderedDict[str, PageWithHoles] = OrderedDict()
        self._lock = Lock()

    def find(self, state: str, period: int) -> PageWithHoles | None:
        """The page in this state, if it was made in this period."""
        with self._lock:
            if period != self._period:
                self._pages.clear()
                return None
            found = self._pages.get(state)
            if found is not None:
                self._pages.move_to_end(state)
            return found

    def keep(self, state: str, period: int, page: PageWithHoles) -> None:
        """Keep a page that was made in this period."""
        with self._lock:
            if period != self._period:
                self._pages.clear()
                self._period = period
            self._pages[state] = page
            if len(self._pages) > self._most:
                self._pages.popitem(last=False)
