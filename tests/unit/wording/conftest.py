"""Readers in every language, and a mixed order."""

from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

import wording
from wismo.orders.v1 import line_pb2, order_pb2
from wording import Reader

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def at(days: float) -> Timestamp:
    moment = Timestamp()
    moment.FromDatetime(NOW + timedelta(days=days))
    return moment


@pytest.fixture(params=wording.LOCALES)
def reader(request: pytest.FixtureRequest) -> Reader:
    return Reader(wording.catalog().language(request.param), "Europe/Berlin", NOW)


@pytest.fixture
def english() -> Reader:
    return Reader(wording.catalog().language("en"), "Europe/Berlin", NOW)


@pytest.fixture
def russian() -> Reader:
    return Reader(wording.catalog().language("ru"), "Europe/Moscow", NOW)


@pytest.fixture
def mixed() -> order_pb2.Order:
    """A printed book that was shipped, a download that is ready, an access with a code, and a trial that runs."""
    order = order_pb2.Order(
        name="merchants/demo/orders/R-10042", reference="R-10042", state=order_pb2.ORDER_STATE_PARTLY_ON_ITS_WAY
    )
    kinds = (
        ("book", line_pb2.LINE_KIND_PHYSICAL, line_pb2.LINE_STATE_SHIPPED, "Atlas, printed"),
        ("app", line_pb2.LINE_KIND_DOWNLOAD, line_pb2.LINE_STATE_READY, "Atlas for Windows"),
        ("club", line_pb2.LINE_KIND_ACCESS, line_pb2.LINE_STATE_GRANTED, "Map club"),
        ("plus", line_pb2.LINE_KIND_TRIAL, line_pb2.LINE_STATE_TRIAL_RUNNING, "Atlas Plus"),
    )
    for line_id, kind, state, title in kinds:
        order.lines.add(line_id=line_id, kind=kind, state=state, title=title, quantity=1)
    parcel = order.parcels.add(parcel_id="p1", carrier="dhl", tracking_url="https://example.com/t/1")
    parcel.lines.add(line_id="book", quantity=1)
    parcel.expected.latest.CopyFrom(at(2))
    order.downloads.add(line_id="app", allowed_count=5).expires_at.CopyFrom(at(30))
    order.accesses.add(line_id="club", login_url="https://club.example.com", case_sensitive=True)
    trial = order.trials.add(line_id="plus", allowance_unit="maps", allowance_total=10, allowance_used=3)
    trial.ends_at.CopyFrom(at(14))
    trial.price_after.currency_code = "EUR"
    trial.price_after.units = 12
    trial.billing_period.FromTimedelta(timedelta(days=30))
    return order
