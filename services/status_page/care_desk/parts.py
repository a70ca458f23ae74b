"""The desk's parts, put together in ``bootstrap`` and handed to the app."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import current_app

from status_page.care_desk.acts.done import DoneActs
from status_page.care_desk.audit import AuditLog
from status_page.care_desk.care import CareReader
from status_page.care_desk.cookie import DeskCookies
from status_page.care_desk.found_orders import DeskOrders
from status_page.care_desk.presence import Presence
from status_page.care_desk.replies import Replies
from status_page.care_desk.staff import KeyHolders, StaffSessions
from status_page.care_desk.visits import PageVisits

if TYPE_CHECKING:
    from status_page.care_desk.many.jobs import Jobs
    from status_page.care_desk.oidc import OidcProvider
    from status_page.care_desk.originals import Originals

NAME = "wismo.desk"
"""Of the parts among the app's extensions."""


@dataclass(frozen=True)
class Desk:
    """Everything that the desk's routes need besides the page's own parts. Plain objects; tests put fakes in."""

    cookies: DeskCookies
    sessions: StaffSessions
    key_holders: KeyHolders
    care: CareReader
    orders: DeskOrders
    acts: DoneActs
    presence: Presence
    visits: PageVisits
    replies: Replies
    audit: AuditLog
    jobs: "Jobs"
    originals: "Originals"
    oidc: "OidcProvider | None" = None
    """None: care keys are the only way in."""


def desk() -> Desk:
    """The parts of the desk that answers now."""
    return cast("Desk", current_app.extensions[NAME])
