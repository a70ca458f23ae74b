"""What a client of Kafka leaves behind when it ends: nothing."""

import gc
import warnings
from typing import Any

from chassis.kafka.connecting import connected


class Hasty:
    """Begins a connection with its last breath, as a client does whose metadata is due when it is closed."""

    def __init__(self, kafka_client: Any, **config: Any) -> None:
        self.network = kafka_client(**config)

    def close(self) -> None:
        (broker,) = self.network.cluster.bootstrap_brokers()
        self.network.maybe_connect(broker.node_id)
        self.network.close()


def test_a_client_that_is_closed_while_it_connects_leaves_no_socket(kafka_bootstrap: str) -> None:
    gc.collect()  # What clients of other tests have left is theirs.
    with warnings.catch_warnings(record=True, action="always") as told:
        connected(Hasty, {"bootstrap_servers": kafka_bootstrap}).close()
        gc.collect()
    assert [str(each.message) for each in told if each.category is ResourceWarning] == []
