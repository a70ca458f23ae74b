"""What deliveries teach, from the scans of the first twenty parcels to the date that the next buyer is told."""

import time
from datetime import UTC, datetime, timedelta

from tests.integration.orders.shop import TIMEOUT, Shop
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import line_pb2, tracking_pb2
from wismo.orders.v1 import orders_service_pb2 as pb

DAY = timedelta(days=1)


def _at(event: events.FulfilmentEvent, at: datetime) -> events.FulfilmentEvent:
    event.occurred_at.FromDatetime(at)
    return event


def _shipped() -> events.FulfilmentEvent:
    return events.FulfilmentEvent(parcel_shipped=events.ParcelShipped(parcel_id="p1", carrier="DHL", handed_over=True))


def _create(shop: Shop, reference: str) -> None:
    draft = shop.draft(reference)
    draft.buyer.shipping_address.country = "FR"
    request = pb.CreateOrderRequest(parent=shop.name, order=draft)
    shop.orders.CreateOrder(request, metadata=shop.metadata, timeout=TIMEOUT)


def test_the_twenty_first_buyer_is_told_what_the_first_twenty_parcels_taught(shop: Shop) -> None:
    now = datetime.now(UTC)
    delivered = events.ParcelProgressed(parcel_id="p1", status=tracking_pb2.TRACKING_STATUS_DELIVERED)
    for number in range(20):
        _create(shop, f"R-{number}")
        shop.record(_at(_shipped(), now - 9 * DAY), "s", f"R-{number}")
        days = 2 if number < 15 else 4
        arrived = events.FulfilmentEvent(parcel_progressed=delivered)
        shop.record(_at(arrived, now - (9 - days) * DAY), "d", f"R-{number}")
    give_up, number = time.monotonic() + 40, 100
    expected = line_pb2.Expectation()
    while not expected.HasField("latest") and time.monotonic() < give_up:
        time.sleep(1.0)
        number += 1
        _create(shop, f"R-{number}")
        shop.record(_at(_shipped(), now), "s", f"R-{number}")
        expected = shop.get(f"R-{number}").parcels[0].expected
    assert expected.source == tracking_pb2.EXPECTATION_SOURCE_HISTORY
    assert expected.earliest.ToDatetime(UTC) == now + 2 * DAY
    assert expected.latest.ToDatetime(UTC) == now + 4 * DAY + timedelta(hours=6)
