import inspect
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from wismo.client import Expected, InvalidInput, events
from wismo.orders.v1.fulfilment_event_pb2 import FulfilmentEvent
from wismo.orders.v1.tracking_pb2 import EXCEPTION_REASON_WEATHER, TRACKING_STATUS_DELAYED

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
# What backends never emit: calls of their own write it, or the page, the notifier and the care desk do.
BY_WISMO = {
    "order_created",
    "charge_notice_accepted",
    "still_with_you",
    "question_delayed",
    "link_requested",
    "contact_updated",
    "buyer_erased",
    "message_bounced",
    "resend_requested",
    "preferences_updated",
}
KINDS = [
    field.name for field in FulfilmentEvent.DESCRIPTOR.oneofs_by_name["change"].fields if field.name not in BY_WISMO
]
EXAMPLES: dict[str, Any] = {
    "state": "paid",
    "status": "in_transit",
    "lines": {"book": 1},
    "pickup_point": events.pickup_point("Kiosk"),
    "files": [events.file("f", "f.exe", local_path="f.exe")],
    "expected": NOW,
    "amount": ("1.00", "EUR"),
    "used_total": 3,
    "ends_at": NOW,
    "charge_at": NOW,
    "next_update_at": NOW,
    "reply_by": NOW,
}


def example(function: Callable[..., FulfilmentEvent], **more: Any) -> FulfilmentEvent:
    """The event with every argument that must be given."""
    needed = {
        name: EXAMPLES.get(name, "x")
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.default is parameter.empty
    }
    return function(**needed | more)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_event_has_a_constructor_that_makes_it(kind: str) -> None:
    event = example(getattr(events, kind), occurred_at=NOW, source="merchant")
    assert event.WhichOneof("change") == kind
    assert event.occurred_at.ToDatetime(tzinfo=UTC) == NOW
    assert event.source == 1


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_kind_can_be_given(kind: str) -> None:
    taken = set(inspect.signature(getattr(events, kind)).parameters) | {"state"}
    body = FulfilmentEvent.DESCRIPTOR.fields_by_name[kind].message_type
    assert body is not None
    missing = {field.name for field in body.fields} - taken
    # `payment_state` is called `state`: payment_changed(payment_state=…) says it twice. `evidence_id` is for the page.
    assert missing <= {"payment_state", "evidence_id"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_constructor_says_what_its_event_means(kind: str) -> None:
    assert inspect.getdoc(getattr(events, kind))


def test_the_module_offers_exactly_the_kinds_and_their_parts() -> None:
    assert set(events.__all__) == {*KINDS, "file", "pickup_point"}


def test_carrier_progress_comes_from_the_carrier_unless_said_otherwise() -> None:
    event = events.parcel_progressed("P-1", "delayed", reason="weather")
    assert event.source == 2
    assert event.parcel_progressed.status == TRACKING_STATUS_DELAYED
    assert event.parcel_progressed.reason == EXCEPTION_REASON_WEATHER
    assert not event.HasField("occurred_at")


def test_secrets_travel_as_plaintext_to_be_sealed() -> None:
    event = events.access_granted("room", login_url="https://x.test", code="aB0O")
    assert event.access_granted.code.plaintext == "aB0O"


def test_an_expected_range_keeps_both_ends_and_who_says_so() -> None:
    expected = Expected(latest=NOW + timedelta(days=2), earliest=NOW, source="carrier")
    message = events.parcel_shipped("P-1", expected=expected).parcel_shipped.expected
    assert message.latest.seconds - message.earliest.seconds == 2 * 86_400
    assert message.source == 1


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidInput, match="must not be before"):
        events.expectation_revised(Expected(latest=NOW, earliest=NOW + timedelta(seconds=1)))


def test_several_ids_are_never_one_text() -> None:
    with pytest.raises(InvalidInput, match="is one text"):
        events.packing_started("book")
