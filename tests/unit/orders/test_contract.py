"""Validation by the rules in the protos."""

from importlib.resources import files

import protovalidate
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from hypothesis import given
from hypothesis import strategies as st

from orders.rpc.contract import _IN_WORDS, contract_validator
from orders.rpc.people import buyer_violations, merchant_violations
from tests.samples.merchants import lantern
from wismo.orders.v1 import buyer_pb2
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import orders_service_pb2 as pb

validate = contract_validator()
_pool = descriptor_pool.DescriptorPool()
for _file in descriptor_pb2.FileDescriptorSet.FromString(files("wismo").joinpath("contract.binpb").read_bytes()).file:
    _pool.Add(_file)
_whole = message_factory.GetMessageClass(_pool.FindMessageTypeByName("wismo.orders.v1.RecordEventRequest"))
_validator = protovalidate.Validator()

_texts = st.text(st.characters(codec="utf-8"), max_size=70)
_names = st.one_of(
    _texts,
    st.from_regex(r"merchants/[a-z0-9-]{1,42}/orders/[A-Za-z0-9._-]{0,66}", fullmatch=True),
    st.just("merchants/lantern/orders/R-1\n"),
)
_changes: st.SearchStrategy[dict[str, object]] = st.one_of(
    st.just({}),
    st.builds(lambda text: {"note_to_buyer": events.NoteToBuyer(text=text)}, _texts),
    st.builds(lambda name: {"parcel_shipped": events.ParcelShipped(parcel_id=name)}, _texts),
    st.just({"link_requested": events.LinkRequested()}),
)


@given(
    order=_names,
    request_id=st.one_of(_texts, st.from_regex(r"[!-~]{1,66}", fullmatch=True)),
    etag=_texts,
    source=st.integers(-1, 8),
    change=_changes,
)
def test_the_short_cut_finds_what_the_whole_contract_finds(
    order: str, request_id: str, etag: str, source: int, change: dict[str, object]
) -> None:
    event = events.FulfilmentEvent(source=source, **change)  # type: ignore[arg-type]  # Drawn, wrong ones too.
    request = pb.RecordEventRequest(order=order, request_id=request_id, etag=etag, event=event)
    found = _validator.collect_violations(_whole.FromString(request.SerializeToString()))
    assert len(validate(request)) == len(found)


def test_every_pattern_of_the_contract_is_told_in_words() -> None:
    described = files("wismo").joinpath("contract.binpb").read_bytes()
    untold = [pattern for pattern in _IN_WORDS if pattern.encode() not in described]
    assert untold == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "robin@-bad-.test"}, "buyer.email"),
        ({"email": "robin@nodot"}, "buyer.email"),
        ({"phone": "+10"}, "buyer.phone"),
        ({"locale": "zz"}, "buyer.locale"),
        ({"time_zone": "Mars/Olympus"}, "buyer.time_zone"),
    ],
)
def test_a_contact_that_cannot_exist_is_found(change: dict[str, str], field: str) -> None:
    buyer = buyer_pb2.Buyer(**change)  # type: ignore[arg-type]  # Fields by name.
    assert [violation.field for violation in buyer_violations(buyer, "buyer")] == [field]


@pytest.mark.parametrize(
    "change",
    [
        {"email": "robin@example.com", "phone": "+4915112345678", "locale": "de-AT", "time_zone": "Europe/Vienna"},
        {"email": "робин@пример.рф", "locale": "zh-Hant-TW"},
        {"email": "robin@shop.test"},
        {},
    ],
)
def test_a_contact_that_can_exist_passes(change: dict[str, str]) -> None:
    buyer = buyer_pb2.Buyer(**change)  # type: ignore[arg-type]  # Fields by name.
    assert buyer_violations(buyer, "buyer") == ()


def test_a_merchants_contacts_are_looked_at_one_by_one() -> None:
    merchant = lantern()
    assert merchant_violations(merchant, "merchant") == ()
    merchant.contact.phone, merchant.sender.email, merchant.time_zone = "+1", "x", "Nowhere"
    found = [violation.field for violation in merchant_violations(merchant, "merchant")]
    assert found == ["merchant.time_zone", "merchant.sender.email", "merchant.contact.phone"]
