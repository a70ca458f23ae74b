"""What is told, and what is not told and why."""

from datetime import timedelta

import pytest

from notifier.planning.kinds import MessageKind, NotTold, Tell
from notifier.planning.plan import Preferences, decide, plan
from tests.samples import mixed
from wismo.events.v1.order_event_pb2 import OrderEvent
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import merchant_pb2 as merchants
from wismo.orders.v1 import payment_pb2 as payments
from wismo.orders.v1 import tracking_pb2 as tracking

DEFAULT = merchants.Policies()


def kinds(told: list[OrderEvent], policies: merchants.Policies = DEFAULT) -> list[MessageKind]:
    return [message.kind for event in told for message in plan(event, policies, Preferences())]


def test_a_mixed_order_has_one_message_for_each_change_that_matters() -> None:
    assert kinds(mixed.mixed_order().told) == [
        MessageKind.ORDER_RECEIVED,
        MessageKind.DOWNLOAD_READY,
        MessageKind.ACCESS_GRANTED,
        MessageKind.SHIPPED,
        MessageKind.OUT_FOR_DELIVERY,
        MessageKind.DELIVERED,
    ]


def test_the_same_event_always_plans_the_same_ids() -> None:
    event = mixed.mixed_order().told[3]
    once, again = (plan(event, DEFAULT, Preferences())[0] for _ in range(2))
    assert once == again
    assert once.id == "merchants/lantern/orders/R-10042#00000004/buyer/email"


def test_a_message_for_each_channel_the_buyer_wants() -> None:
    event = mixed.mixed_order().told[0]
    messages = plan(event, DEFAULT, Preferences(channels=("email", "sms")))
    assert [message.channel for message in messages] == ["email", "sms"]
    assert len({message.id for message in messages}) == 2


def test_only_the_milestones_that_the_merchant_wants_are_told() -> None:
    only_transit = merchants.Policies(carrier_milestones=[merchants.CARRIER_MILESTONE_IN_TRANSIT])
    assert kinds(mixed.mixed_order().told[4:], only_transit) == [MessageKind.IN_TRANSIT]


def test_in_transit_is_told_the_first_time_only() -> None:
    policies = merchants.Policies(carrier_milestones=[merchants.CARRIER_MILESTONE_IN_TRANSIT])
    story = mixed.mixed_order()
    mixed.scan(story, tracking.TRACKING_STATUS_IN_TRANSIT, "Hull, GB", hours=1)
    assert decide(story.told[-1], policies) == NotTold("the carrier repeats what was told")


def test_out_for_delivery_is_told_again_on_another_day() -> None:
    story = mixed.mixed_order()
    del story.order.parcels[0].scans[-1]
    mixed.scan(story, tracking.TRACKING_STATUS_OUT_FOR_DELIVERY, "York, GB", hours=1)
    assert isinstance(decide(story.told[-1], DEFAULT), NotTold)
    mixed.scan(story, tracking.TRACKING_STATUS_OUT_FOR_DELIVERY, "York, GB", hours=23)
    assert decide(story.told[-1], DEFAULT) == Tell(MessageKind.OUT_FOR_DELIVERY)


def test_a_label_is_not_told_and_the_carrier_taking_the_parcel_is_told_as_shipped() -> None:
    story = mixed.mixed_order()
    shipped = story.told[3]
    shipped.change.parcel_shipped.handed_over = False
    assert isinstance(decide(shipped, DEFAULT), NotTold)
    taken = story.told[4]
    taken.order.parcels[0].shipped_at.CopyFrom(taken.change.occurred_at)
    assert decide(taken, DEFAULT) == Tell(MessageKind.SHIPPED)


def test_what_arrives_late_is_not_told() -> None:
    event = mixed.mixed_order().told[5]
    event.effect = events.EFFECT_NOTED
    assert decide(event, DEFAULT) == NotTold("it came late and tells an older state")


def test_money_that_went_back_is_told_however_late() -> None:
    event = OrderEvent(effect=events.EFFECT_NOTED, change=events.FulfilmentEvent(refunded=events.Refunded()))
    assert decide(event, DEFAULT) == Tell(MessageKind.REFUNDED)


def test_what_was_said_before_is_not_told_again() -> None:
    event = mixed.mixed_order().told[0]
    event.effect = events.EFFECT_REPEATED
    assert decide(event, DEFAULT) == NotTold("it was said before")


def test_a_change_of_a_newer_producer_is_not_told() -> None:
    assert decide(OrderEvent(), DEFAULT) == NotTold("this version does not know the change")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (payments.PAYMENT_STATE_FAILED, Tell(MessageKind.PAYMENT_PROBLEM)),
        (payments.PAYMENT_STATE_PENDING, Tell(MessageKind.PAYMENT_PENDING)),
        (payments.PAYMENT_STATE_PAID, Tell(MessageKind.PAYMENT_RECEIVED)),
        (payments.PAYMENT_STATE_AUTHORISED, NotTold("the payment goes its usual way")),
    ],
)
def test_a_payment_is_told_by_where_it_is(state: payments.PaymentState.ValueType, expected: Tell | NotTold) -> None:
    change = events.FulfilmentEvent(payment_changed=events.PaymentChanged(payment_state=state))
    assert decide(OrderEvent(sequence=2, change=change), DEFAULT) == expected


def test_a_window_lets_messages_wait_except_urgent_ones() -> None:
    policies = merchants.Policies()
    policies.message_window.FromTimedelta(timedelta(minutes=5))
    story = mixed.mixed_order()
    mixed.report_problem(story)
    planned = [message for event in story.told for message in plan(event, policies, Preferences())]
    windows = {message.kind: message.window for message in planned}
    assert windows[MessageKind.SHIPPED] == timedelta(minutes=5)
    assert windows[MessageKind.PROBLEM] == timedelta()
