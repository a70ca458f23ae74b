"""Merchants and their keys, over real gRPC and a real database."""

import base64
import time

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from tests.integration.orders.shop import ADMIN, TIMEOUT, Shop, bearer, reason
from tests.samples.merchants import lantern
from wismo.orders.v1 import merchant_pb2
from wismo.orders.v1 import merchants_service_pb2 as pb
from wismo.orders.v1 import orders_service_pb2 as orders


def _read(shop: Shop) -> merchant_pb2.Merchant:
    return shop.merchants.GetMerchant(
        pb.GetMerchantRequest(name=shop.name), metadata=shop.metadata, timeout=TIMEOUT
    ).merchant


def _update(shop: Shop, paths: list[str], **fields: object) -> merchant_pb2.Merchant:
    changed = merchant_pb2.Merchant(name=shop.name, **fields)  # type: ignore[arg-type]  # Given by the test.
    request = pb.UpdateMerchantRequest(merchant=changed, update_mask=FieldMask(paths=paths))
    return shop.merchants.UpdateMerchant(request, metadata=shop.metadata, timeout=TIMEOUT).merchant


def test_a_merchant_is_created_once(shop: Shop) -> None:
    merchant = lantern()
    merchant.name = shop.name
    request = pb.CreateMerchantRequest
    again = shop.merchants.CreateMerchant(request(merchant=merchant), metadata=ADMIN, timeout=TIMEOUT).merchant
    assert again == _read(shop)
    merchant.display_name = "Other Books"
    with pytest.raises(grpc.RpcError) as caught:
        shop.merchants.CreateMerchant(request(merchant=merchant), metadata=ADMIN, timeout=TIMEOUT)
    assert reason(caught.value) == "MERCHANT_EXISTS"


def test_only_the_fields_named_are_changed(shop: Shop) -> None:
    before = _read(shop)
    after = _update(shop, ["brand"], brand=merchant_pb2.Brand(colour="#102030"), display_name="Ignored")
    assert after.brand.colour == "#102030"
    assert after.display_name == before.display_name
    assert after.revision == before.revision + 1
    assert _read(shop) == after


def test_without_a_mask_every_field_that_is_set_is_changed(shop: Shop) -> None:
    after = _update(shop, [], display_name="Lamp Books")
    assert after.display_name == "Lamp Books"
    assert after.contact == lantern().contact


@pytest.mark.parametrize(
    ("paths", "fields", "field"),
    [
        (["name"], {}, "update_mask"),
        (["brand.colour"], {}, "update_mask"),
        (["contact"], {}, "merchant.contact"),
        (["time_zone"], {"time_zone": "Europe/Nowhere"}, "merchant.time_zone"),
        (["default_locale"], {"default_locale": "xx-Nope"}, "merchant.default_locale"),
    ],
)
def test_a_change_that_breaks_the_merchant_is_refused(
    shop: Shop, paths: list[str], fields: dict[str, object], field: str
) -> None:
    before = _read(shop)
    with pytest.raises(grpc.RpcError) as caught:
        _update(shop, paths, **fields)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert str(caught.value.details()).startswith(f"{field}: ")
    assert _read(shop) == before


def test_the_admin_lists_every_merchant(shop: Shop, other_shop: Shop) -> None:
    names, token = [], ""
    while True:
        page = shop.merchants.ListMerchants(
            pb.ListMerchantsRequest(page_size=1, page_token=token), metadata=ADMIN, timeout=TIMEOUT
        )
        names += [merchant.name for merchant in page.merchants]
        token = page.next_page_token
        if not token:
            break
    assert names == sorted(names)
    assert {shop.name, other_shop.name} <= set(names)


def test_two_keys_are_valid_at_once_and_a_revoked_one_stops_within_ten_seconds(shop: Shop) -> None:
    shop.create()
    asked = pb.CreateApiKeyRequest(parent=shop.name, scope=merchant_pb2.API_KEY_SCOPE_WRITE, display_name="next")
    made = shop.merchants.CreateApiKey(asked, metadata=shop.metadata, timeout=TIMEOUT)
    request = orders.GetOrderRequest(name=shop.order_name("R-1"))
    for key in (shop.key, made.secret):
        shop.orders.GetOrder(request, metadata=bearer(key), timeout=TIMEOUT)
    revoke = pb.RevokeApiKeyRequest(name=made.api_key.name)
    revoked = shop.merchants.RevokeApiKey(revoke, metadata=shop.metadata, timeout=TIMEOUT).api_key
    assert revoked.HasField("revoke_time")
    give_up = time.monotonic() + 10
    codes: list[object] = []
    while not codes and time.monotonic() < give_up:
        time.sleep(0.2)
        try:
            shop.orders.GetOrder(request, metadata=bearer(made.secret), timeout=TIMEOUT)
        except grpc.RpcError as error:
            codes.append(error.code())
    assert codes == [grpc.StatusCode.UNAUTHENTICATED]
    shop.orders.GetOrder(request, metadata=shop.metadata, timeout=TIMEOUT)


def test_keys_are_listed_without_themselves_oldest_first(shop: Shop) -> None:
    asked = pb.CreateApiKeyRequest(parent=shop.name, scope=merchant_pb2.API_KEY_SCOPE_READ, display_name="dashboard")
    made = shop.merchants.CreateApiKey(asked, metadata=shop.metadata, timeout=TIMEOUT)
    listed = shop.merchants.ListApiKeys(
        pb.ListApiKeysRequest(parent=shop.name), metadata=shop.metadata, timeout=TIMEOUT
    )
    assert [key.scope for key in listed.api_keys] == [1, 2]
    assert listed.api_keys[1] == made.api_key
    assert made.secret.encode() not in listed.SerializeToString()


def test_a_key_stops_at_its_expiry(shop: Shop) -> None:
    asked = pb.CreateApiKeyRequest(parent=shop.name, scope=merchant_pb2.API_KEY_SCOPE_WRITE)
    asked.expire_time.FromNanoseconds(time.time_ns() + 700_000_000)
    secret = shop.merchants.CreateApiKey(asked, metadata=shop.metadata, timeout=TIMEOUT).secret
    request = orders.ListOrdersRequest(parent=shop.name)
    shop.orders.ListOrders(request, metadata=bearer(secret), timeout=TIMEOUT)
    time.sleep(0.8)
    with pytest.raises(grpc.RpcError) as caught:
        shop.orders.ListOrders(request, metadata=bearer(secret), timeout=TIMEOUT)
    assert caught.value.code() == grpc.StatusCode.UNAUTHENTICATED


def test_the_secret_of_webhooks_is_never_told_and_stays_when_the_team_changes(shop: Shop) -> None:
    secret = "whsec_" + base64.b64encode(bytes(range(24))).decode()
    care = merchant_pb2.CareTeam(email="care@lantern.test", webhook_url="https://lantern.test/hook")
    care.webhook_secret.plaintext = secret
    told = _update(shop, ["care"], care=care)
    assert told.care.webhook_secret.ciphertext
    assert secret.encode() not in told.SerializeToString() + _read(shop).SerializeToString()
    care.ClearField("webhook_secret")
    care.locale = "de"
    assert _update(shop, ["care"], care=care).care.webhook_secret == told.care.webhook_secret
    with pytest.raises(grpc.RpcError) as caught:
        _update(shop, ["care"], care=merchant_pb2.CareTeam(webhook_url="https://lantern.test/hook", locale="xx-Nope"))
    assert str(caught.value.details()).startswith("merchant.care.locale: ")
