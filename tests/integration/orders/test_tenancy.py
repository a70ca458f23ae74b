"""A merchant sees nothing of another's (I7): every call × a foreign name answers as for a name that does not exist."""

from collections.abc import Callable
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message

from tests.integration.orders.shop import ADMIN, SERVICE, TIMEOUT, Metadata, Shop, bearer, details, note, reason
from wismo.orders.v1 import buyer_pb2, merchant_pb2, merchants_service_pb2, orders_service_pb2, questions_service_pb2
from wismo.orders.v1 import fulfilment_event_pb2 as events

_FILES = (orders_service_pb2, merchants_service_pb2, questions_service_pb2)
_SERVICES = {name: service for file in _FILES for name, service in file.DESCRIPTOR.services_by_name.items()}
_ADMIN_ONLY = {"CreateMerchant", "ListMerchants"}
# Names nothing, so that nothing foreign can be named: it answers about the key that calls.
_NAMELESS = {"IdentifyKey"}
_CARE = (
    merchant_pb2.API_KEY_SCOPE_CARE_READER,
    merchant_pb2.API_KEY_SCOPE_CARE_AGENT,
    merchant_pb2.API_KEY_SCOPE_CARE_ADMIN,
)


def _fields(shop: Shop) -> dict[str, dict[str, Any]]:
    """For every call, a request that is right but for whose it is. A call without a case here fails the inventory."""
    order = shop.order_name("R-1")
    buyer = buyer_pb2.Buyer(email="mallory@example.com")
    merchant = merchant_pb2.Merchant(name=shop.name, display_name="Taken over")
    return {
        "CreateOrder": {"parent": shop.name, "order": shop.draft("R-9"), "request_id": "x"},
        "GetOrder": {"name": order},
        "ListOrders": {"parent": shop.name},
        "RecordEvent": {"order": order, "event": note("x"), "request_id": "x"},
        "BatchRecordEvents": {
            "parent": shop.name,
            "requests": [orders_service_pb2.RecordEventRequest(order=order, event=note("x"), request_id="x")],
        },
        "StreamEvents": {
            "request": orders_service_pb2.RecordEventRequest(order=order, event=note("x"), request_id="x")
        },
        "WatchOrders": {"parent": shop.name, "orders": [order], "send_current": True},
        "UpdateBuyerContact": {"order": order, "buyer": buyer, "request_id": "x"},
        "EraseBuyer": {"order": order, "request_id": "x"},
        "CreateMerchant": {"merchant": merchant},
        "GetMerchant": {"name": shop.name},
        "UpdateMerchant": {"merchant": merchant},
        "ListMerchants": {},
        "CreateApiKey": {"parent": shop.name, "scope": merchant_pb2.API_KEY_SCOPE_WRITE},
        "ListApiKeys": {"parent": shop.name},
        "RevokeApiKey": {"name": f"{shop.name}/apiKeys/abc123"},
        "IdentifyKey": {},
        "AskQuestion": {"order": order, "text": "Where?", "channel": 1, "request_id": "x"},
        "AnswerQuestion": {"order": order, "question_id": "q", "text": "There.", "request_id": "x"},
        "ListQuestions": {"parent": shop.name},
        "CheckCharge": {"order": order, "line_id": "trial", "amount": {"currency_code": "EUR", "units": 1}},
    }


def _methods() -> dict[str, tuple[str, Any]]:
    return {
        method.name: (f"/{service.full_name}/{method.name}", method)
        for service in _SERVICES.values()
        for method in service.methods
    }


def _call(shop: Shop, name: str, fields: dict[str, Any], metadata: Metadata) -> Any:
    path, method = _methods()[name]
    module = next(file for file in _FILES if method.input_type.name in file.DESCRIPTOR.message_types_by_name)
    request = getattr(module, method.input_type.name)(**fields)
    parse = getattr(module, method.output_type.name).FromString
    serialize: Callable[[Message], bytes] = type(request).SerializeToString
    answers: Any
    if method.client_streaming:
        answers = shop.channel.stream_stream(path, serialize, parse)(
            iter([request]), metadata=metadata, timeout=TIMEOUT
        )
    elif method.server_streaming:
        answers = shop.channel.unary_stream(path, serialize, parse)(request, metadata=metadata, timeout=TIMEOUT)
    else:
        answers = iter([shop.channel.unary_unary(path, serialize, parse)(request, metadata=metadata, timeout=TIMEOUT)])
    return next(answers)


def _refusal(shop: Shop, name: str, fields: dict[str, Any], metadata: Metadata) -> tuple[int, str]:
    """Code and whole message by which a call is refused, in a batch or stream too."""
    try:
        answer = _call(shop, name, fields, metadata)
    except grpc.RpcError as error:
        status = details(error)
        return status.code, status.message
    if name == "BatchRecordEvents":
        assert isinstance(answer, orders_service_pb2.BatchRecordEventsResponse)
        return answer.outcomes[0].error.code, answer.outcomes[0].error.message
    assert isinstance(answer, orders_service_pb2.StreamEventsResponse), f"{name} was answered: {answer}"
    return answer.outcome.error.code, answer.outcome.error.message


def test_every_call_has_a_case_here(shop: Shop) -> None:
    assert set(_fields(shop)) == set(_methods())


@pytest.mark.parametrize("name", sorted(set(_methods()) - _NAMELESS - _ADMIN_ONLY))
def test_a_foreign_name_looks_like_an_unknown_one(shop: Shop, other_shop: Shop, name: str) -> None:
    other_shop.create()
    unknown = Shop(shop.channel, "merchants/nobody-has-this", "")
    foreign = _refusal(shop, name, _fields(other_shop)[name], shop.metadata)
    nowhere = _refusal(shop, name, _fields(unknown)[name], shop.metadata)
    assert foreign[0] == grpc.StatusCode.NOT_FOUND.value[0]
    assert (foreign[0], foreign[1].replace(other_shop.name, unknown.name)) == nowhere
    assert other_shop.get().sequence == 1


_NAMED = sorted(
    {"GetOrder", "RecordEvent", "UpdateBuyerContact", "EraseBuyer", "RevokeApiKey"}
    | {"AskQuestion", "AnswerQuestion", "CheckCharge"}
)


@pytest.mark.parametrize("name", _NAMED)
def test_a_foreign_name_looks_like_an_own_one_that_does_not_exist(shop: Shop, other_shop: Shop, name: str) -> None:
    other_shop.create()
    foreign = _refusal(shop, name, _fields(other_shop)[name], shop.metadata)
    missing = _refusal(shop, name, _fields(shop)[name], shop.metadata)
    assert (foreign[0], foreign[1].replace(other_shop.name, shop.name)) == missing


@pytest.mark.parametrize("name", sorted(_methods()))
@pytest.mark.parametrize(
    "metadata",
    [(), bearer("wk_nobody_x"), bearer(""), (("authorization", "Basic eDp5"),)],
    ids=["none", "unknown", "empty", "basic"],
)
def test_no_call_is_answered_without_a_valid_key(shop: Shop, name: str, metadata: Metadata) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        _call(shop, name, _fields(shop)[name], metadata)
    assert details(caught.value).code == grpc.StatusCode.UNAUTHENTICATED.value[0]


@pytest.mark.parametrize("name", sorted(_ADMIN_ONLY))
def test_a_merchants_key_manages_no_other_merchants(shop: Shop, name: str) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        _call(shop, name, _fields(shop)[name], shop.metadata)
    assert details(caught.value).code == grpc.StatusCode.PERMISSION_DENIED.value[0]


_READS = {"GetOrder", "ListOrders", "WatchOrders", "ListQuestions", "CheckCharge", "IdentifyKey"}


def _key(shop: Shop, scope: "merchant_pb2.ApiKeyScope.ValueType") -> Metadata:
    asked = merchants_service_pb2.CreateApiKeyRequest(parent=shop.name, scope=scope)
    return bearer(shop.merchants.CreateApiKey(asked, metadata=shop.metadata, timeout=TIMEOUT).secret)


@pytest.mark.parametrize("scope", [merchant_pb2.API_KEY_SCOPE_READ, *_CARE])
@pytest.mark.parametrize("name", sorted(set(_methods()) - _READS))
def test_a_key_that_may_only_read_writes_nothing(
    shop: Shop, name: str, scope: "merchant_pb2.ApiKeyScope.ValueType"
) -> None:
    secret = _key(shop, scope)
    with pytest.raises(grpc.RpcError) as caught:
        _call(shop, name, _fields(shop)[name], secret)
    assert details(caught.value).code == grpc.StatusCode.PERMISSION_DENIED.value[0]


@pytest.mark.parametrize("scope", [merchant_pb2.API_KEY_SCOPE_READ, *_CARE])
def test_a_key_that_may_only_read_reads_its_own_merchants_and_nobody_elses(
    shop: Shop, other_shop: Shop, scope: "merchant_pb2.ApiKeyScope.ValueType"
) -> None:
    shop.create()
    other_shop.create()
    secret = _key(shop, scope)
    for name in ("GetOrder", "ListOrders", "WatchOrders", "ListQuestions", "IdentifyKey"):
        assert _call(shop, name, _fields(shop)[name], secret) is not None
    for name in ("GetOrder", "ListOrders", "WatchOrders", "ListQuestions", "CheckCharge"):
        assert _refusal(shop, name, _fields(other_shop)[name], secret)[0] == grpc.StatusCode.NOT_FOUND.value[0]


def test_a_key_can_ask_whose_it_is(shop: Shop) -> None:
    secret = _key(shop, merchant_pb2.API_KEY_SCOPE_CARE_AGENT)
    told = _call(shop, "IdentifyKey", {}, secret)
    assert (told.merchant, told.api_key.scope) == (shop.name, merchant_pb2.API_KEY_SCOPE_CARE_AGENT)
    assert told.api_key.name.startswith(f"{shop.name}/apiKeys/")
    for own in (ADMIN, SERVICE):
        assert not _call(shop, "IdentifyKey", {}, own).ListFields()


_FACTS = {
    *("RecordEvent", "BatchRecordEvents", "StreamEvents", "AskQuestion", "AnswerQuestion", "UpdateBuyerContact"),
    "IdentifyKey",
}


@pytest.mark.parametrize("name", sorted(set(_methods()) - _FACTS))
def test_the_service_key_may_only_report_facts(shop: Shop, name: str) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        _call(shop, name, _fields(shop)[name], SERVICE)
    assert details(caught.value).code == grpc.StatusCode.PERMISSION_DENIED.value[0]


def test_the_pages_facts_count_as_the_buyers_word(shop: Shop) -> None:
    shop.create()
    ready = events.DownloadReady(line_id="atlas")
    ready.files.add(file_id="f1", file_name="atlas.exe", local_path="atlas.exe")
    shop.record(events.FulfilmentEvent(download_ready=ready), "d1")
    taken = events.FulfilmentEvent(download_taken=events.DownloadTaken(line_id="atlas", file_id="f1"))
    request = shop.request(taken, "t1")
    with pytest.raises(grpc.RpcError) as caught:
        shop.orders.RecordEvent(request, metadata=shop.metadata, timeout=TIMEOUT)
    assert reason(caught.value) == "EVENT_NOT_YOURS"
    assert shop.orders.RecordEvent(request, metadata=SERVICE, timeout=TIMEOUT).sequence == 3
    assert shop.get().downloads[0].taken_count == 1


def test_the_admin_key_reads_no_orders(shop: Shop) -> None:
    shop.create()
    with pytest.raises(grpc.RpcError) as caught:
        _call(shop, "GetOrder", _fields(shop)["GetOrder"], ADMIN)
    assert details(caught.value).code == grpc.StatusCode.PERMISSION_DENIED.value[0]
