"""Two services make the topics that they share: whoever comes first, they look the same."""

import notifier.settings
import orders.settings
from notifier.planning.planner import Topics
from notifier.starting import topic_specs
from orders.bootstrap import topics

GIVEN = {
    "WISMO_SEALING_KEYS": "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "WISMO_LINK_KEYS": "k1:a-secret-for-links-of-this-test-alone",
    "WISMO_TOPIC_PARTITIONS": "24",
    "WISMO_TOPIC_REPLICATION": "3",
}


def test_orders_and_the_notifier_make_them_alike() -> None:
    by_notifier = {one.name: one for one in topic_specs(notifier.settings.Settings.from_env(GIVEN), Topics())}
    for one in topics(orders.settings.Settings.from_env(GIVEN)):
        assert by_notifier[one.name] == one
