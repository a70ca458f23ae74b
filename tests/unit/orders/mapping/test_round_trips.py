"""Domain → proto → domain loses nothing, and the fast way to bytes says the same as the plain one."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.adapters.proto_mapping import (
    decode_order,
    draft_from_proto,
    encode_event,
    encode_order,
    event_from_proto,
    event_to_proto,
    order_from_proto,
    order_to_proto,
)
from orders.adapters.proto_mapping.codecs import BY_CLASS, CHANGE_CODECS
from orders.domain import tracking, vocabulary
from orders.domain.changes.entitlement import AccessGranted
from orders.domain.errors import BadField
from orders.domain.events import CHANGES, Change, Event
from orders.domain.order import DraftLine, LineKind, Order, PaymentState, Sealed
from tests.unit.orders.life_strategies import events, live, lives
from tests.unit.orders.order_lives import START, new_order
from wismo.orders.v1 import (
    buyer_pb2,
    entitlement_pb2,
    fulfilment_event_pb2,
    line_pb2,
    order_pb2,
    payment_pb2,
    question_pb2,
    tracking_pb2,
)

Life = tuple[list[Change], list[Event]]
ENUMS = {
    name: descriptor
    for module in (fulfilment_event_pb2, entitlement_pb2, line_pb2, order_pb2, payment_pb2, question_pb2, tracking_pb2)
    for name, descriptor in module.DESCRIPTOR.enum_types_by_name.items()
}


def _orders(life: Life) -> list[Order]:
    return [new_order(), *(told.order for told in live(life))]


@given(lives)
def test_an_order_survives_the_way_to_proto_and_back(life: Life) -> None:
    order = _orders(life)[-1]
    assert order_from_proto(order_to_proto(order)) == order


@given(lives)
def test_bytes_joined_from_parts_say_what_the_plain_message_says(life: Life) -> None:
    """At every step of a life, so that bytes kept on parts from the step before are used, and must still be right."""
    for order in _orders(life):
        assert order_pb2.Order.FromString(encode_order(order)) == order_to_proto(order)


@given(lives)
def test_an_order_that_was_read_goes_on_as_if_it_had_never_been_stored(life: Life) -> None:
    for order in _orders(life)[-3:]:
        read = decode_order(encode_order(order))
        assert read == order
        assert order_pb2.Order.FromString(encode_order(read)) == order_to_proto(order)


@given(events)
def test_an_event_survives_the_way_to_proto_and_back(event: Event) -> None:
    assert event_from_proto(event_to_proto(event), None) == event
    assert fulfilment_event_pb2.FulfilmentEvent.FromString(encode_event(event)) == event_to_proto(event)


@given(st.text(min_size=1))
def test_plaintext_is_sealed_on_the_way_in_and_nothing_of_it_is_left(plaintext: str) -> None:
    pb = fulfilment_event_pb2.FulfilmentEvent()
    pb.access_granted.line_id = "site"
    pb.access_granted.code.plaintext = plaintext
    event = event_from_proto(pb, lambda text: Sealed("k1", text.encode()[::-1]))
    assert isinstance(event.change, AccessGranted)
    assert event.change.code == Sealed("k1", plaintext.encode()[::-1])
    assert event_to_proto(event).access_granted.code.plaintext == ""


def test_a_secret_that_claims_to_be_sealed_is_refused_from_outside() -> None:
    pb = fulfilment_event_pb2.FulfilmentEvent()
    pb.access_granted.line_id = "site"
    pb.access_granted.code.ciphertext = b"anything"
    with pytest.raises(BadField, match=r"access_granted\.code: .*send plaintext"):
        event_from_proto(pb, lambda text: Sealed("k1", text.encode()))


def test_an_event_that_says_nothing_is_refused() -> None:
    with pytest.raises(BadField, match="change: no change"):
        event_from_proto(fulfilment_event_pb2.FulfilmentEvent(), None)


def test_a_time_that_no_calendar_has_is_refused() -> None:
    pb = fulfilment_event_pb2.FulfilmentEvent()
    pb.buyer_erased.SetInParent()
    pb.occurred_at.seconds = 10**15
    with pytest.raises(BadField, match=r"occurred_at: .*years"):
        event_from_proto(pb, None)


def test_a_draft_reads_what_a_backend_may_set_and_nothing_that_is_derived() -> None:
    pb = order_pb2.Order(
        reference="R-1",
        buyer=buyer_pb2.Buyer(email="ada@example.com"),
        lines=[line_pb2.OrderLine(line_id="a", kind=line_pb2.LINE_KIND_PHYSICAL, title="Book", delivered_quantity=7)],
        sequence=9,
        state=order_pb2.ORDER_STATE_COMPLETE,
    )
    pb.placed_at.FromDatetime(START)
    draft = draft_from_proto(pb, "merchants/shop/orders/R-1")
    assert draft.lines == (DraftLine("a", LineKind.PHYSICAL, "Book", quantity=0),)
    assert (draft.placed_at, draft.payment_state) == (START, PaymentState.UNSPECIFIED)


@pytest.mark.parametrize("name", sorted(ENUMS))
def test_every_enum_has_the_protos_names_and_numbers(name: str) -> None:
    ours = getattr(vocabulary, name, None) or getattr(tracking, name)
    prefix = "".join(f"_{letter}" if letter.isupper() else letter.upper() for letter in name).lstrip("_") + "_"
    theirs = {value.name.removeprefix(prefix): value.number for value in ENUMS[name].values}
    assert {member.name: int(member) for member in ours} == theirs


@pytest.mark.parametrize("value", sorted(BY_CLASS, key=str), ids=str)
def test_every_field_of_a_message_is_a_field_of_the_domain(value: type) -> None:
    theirs = {field.name for field in BY_CLASS[value].message.DESCRIPTOR.fields}
    assert {field.name for field in fields(value)} == theirs - {"etag"}


@pytest.mark.parametrize("kind", sorted(CHANGES))
def test_every_field_of_a_change_is_a_field_of_the_domain(kind: vocabulary.ChangeKind) -> None:
    theirs = {field.name for field in CHANGE_CODECS[kind].message.DESCRIPTOR.fields}
    assert {field.name for field in fields(CHANGES[kind])} == theirs


def test_every_change_that_the_contract_has_can_be_folded() -> None:
    oneof = fulfilment_event_pb2.FulfilmentEvent.DESCRIPTOR.oneofs_by_name["change"]
    assert {field.number for field in oneof.fields} == set(CHANGES)
    assert {vocabulary.ChangeKind(field.number).name.lower() for field in oneof.fields} == {
        f.name for f in oneof.fields
    }
