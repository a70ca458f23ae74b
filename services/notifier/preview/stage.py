"""Where a sample is set: the made-up order, what people say, and the moment at which everything happens."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.sealing import Sealer
from notifier.preview.texts import SampleTexts
from wismo.care.v1 import notice_pb2
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import order_pb2
from wismo.orders.v1.secret_pb2 import Secret

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stage:
    """What a sample is made with. Its order is changed as the sample's event changes it."""

    order: order_pb2.Order
    words: SampleTexts
    sealer: Sealer

    def seal(self, plaintext: str) -> Secret:
        """A secret of this order."""
        closed = self.sealer.seal(plaintext, self.order.name)
        return Secret(key_id=closed.key_id, ciphertext=closed.ciphertext)


Told = events.FulfilmentEvent | notice_pb2.Notice
Maker = Callable[[Stage], Told]


def at(hours: float = 0, *, days: float = 0) -> Timestamp:
    """A moment relative to the samples' now."""
    stamp = Timestamp()
    stamp.FromDatetime(NOW + timedelta(hours=hours, days=days))
    return stamp
