"""When a buyer's link was opened: the newest of each order, so that the team sees what the buyer has seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from flask import Response, request

from chassis.logs import get_logger
from status_page.pages.answering import platform
from status_page.web.visits import visit

MOST = 50
KEPT = timedelta(days=180)

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PageVisit:
    """A link that was opened. By whom cannot be known: mail scanners open links too."""

    at: datetime
    platform: str
    """The system that the browser named; empty when unknown."""


class PageVisits(Protocol):
    """Where they are kept: at most ``MOST`` an order, for ``KEPT`` after the newest."""

    def note(self, order: str, seen: PageVisit) -> None:
        """One more."""
        ...

    def of(self, order: str) -> Sequence[PageVisit]:
        """Those of an order, the newest first."""
        ...


def note_opened_link(visits: PageVisits, response: Response) -> Response:
    """After a request: remember that a link was opened. Never in the way of the answer, whatever happens."""
    if request.endpoint == "pages.open_link" and request.method == "GET" and response.status_code == 303:
        here = visit()
        opened = here.session.opened[:1]
        try:
            for one in opened:
                visits.note(one.order, PageVisit(here.parts.clock.now(), platform()))
        except Exception as error:  # noqa: BLE001  # A buyer's page is worth more than our knowledge of it.
            _log.warning("a visit was not noted", error_kind=type(error).__name__)
    return response
