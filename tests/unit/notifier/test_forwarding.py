"""Each asking goes to the care team at once, with an id that a redelivered event gives again."""

from notifier.planning.forwarding import forwarded
from notifier.planning.kinds import MessageKind
from tests.samples import mixed
from tests.samples.story import START, stamp
from wismo.care.v1.notice_pb2 import Notice
from wismo.events.v1.order_event_pb2 import OrderEvent
from wismo.orders.v1 import fulfilment_event_pb2 as events


def acknowledged(sequence: int = 7) -> OrderEvent:
    event = OrderEvent.FromString(mixed.mixed_order().told[0].SerializeToString())
    event.sequence = sequence
    event.effect = events.EFFECT_APPLIED
    event.change.Clear()
    event.change.question_acknowledged.question_id = "q-1"
    event.change.question_acknowledged.reply_by.CopyFrom(stamp(START))
    return event


def test_an_asking_goes_to_the_team_by_mail_and_names_the_question() -> None:
    (message,) = forwarded(acknowledged())
    assert (message.message.kind, message.message.recipient) == (MessageKind.QUESTION_FORWARDED, "care")
    assert message.message.channel == "email"
    assert message.not_before is None
    assert Notice.FromString(message.change).question_id == "q-1"


def test_a_team_with_a_webhook_gets_it_there_too() -> None:
    event = acknowledged()
    event.merchant.care.webhook_url = "https://desk.shop.example/hook"
    assert [one.message.channel for one in forwarded(event)] == ["email", "webhook"]


def test_the_same_asking_is_the_same_message_and_the_next_one_is_another() -> None:
    first, again, second = (forwarded(acknowledged(sequence))[0].message.id for sequence in (7, 7, 9))
    assert first == again
    assert first != second


def test_what_is_no_asking_or_was_told_before_goes_to_nobody() -> None:
    repeated = acknowledged()
    repeated.effect = events.EFFECT_REPEATED
    assert forwarded(repeated) == ()
    assert all(forwarded(event) == () for event in mixed.mixed_order().told)
