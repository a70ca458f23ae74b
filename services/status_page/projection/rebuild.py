"""Making the read model anew: every event is read again from the beginning, while the page goes on serving."""

from pymongo.errors import PyMongoError

from chassis.kafka import BrokerUnavailable
from chassis.kafka.groups import GroupIsActive, forget_group
from chassis.logs import get_logger
from chassis.mongo import connect
from status_page.bootstrap import GROUP
from status_page.settings import ProjectorSettings

_log = get_logger(__name__)


def rebuild(settings: ProjectorSettings, *, drop: bool) -> int:
    """Forget how far the group has read. The projectors must be stopped; started again, they read everything.

    Rows stay, so that the page goes on: each is written again when its newest event comes by. With ``drop`` they go
    first, for rows that should not be there at all. Counters and outbox are facts of the page's own and always stay.
    """
    try:
        forget_group(settings.brokers, GROUP)
        if drop:
            with connect(settings.database_url, "wismo-status-page-rebuild") as client:
                for name in ("orders", "merchants"):
                    client[settings.database][name].delete_many({})
    except GroupIsActive:
        _log.error("stop every projector first, then run this again")
        return 1
    except (BrokerUnavailable, PyMongoError) as error:
        _log.error("nothing was changed, or not everything", error_kind=type(error).__name__)
        return 1
    _log.info("start the projectors: they read everything again", dropped=drop)
    return 0
