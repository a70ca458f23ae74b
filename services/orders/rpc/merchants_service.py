"""MerchantsService: merchants and their API keys."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC

from orders.rpc.calls import Access, Call, Rpc, Unary, invalid
from orders.rpc.contract import Validate
from orders.rpc.page_tokens import make_token, page_size, read_token
from orders.rpc.people import merchant_violations
from orders.rpc.policies import is_known_region
from orders.use_cases.merchants import ApiKeys, Merchants
from orders.use_cases.ports import KeyRecord
from wismo.orders.v1 import merchant_pb2
from wismo.orders.v1 import merchants_service_pb2 as pb


@dataclass(frozen=True, slots=True)
class MerchantCalls:
    """The calls on merchants."""

    merchants: Merchants
    keys: ApiKeys

    def rpcs(self) -> dict[str, Rpc]:
        """The calls by name, with who may make them."""
        return {
            "CreateMerchant": Unary(pb.CreateMerchantRequest, Access.ADMIN, self.create),
            "GetMerchant": Unary(pb.GetMerchantRequest, Access.MANAGE, self.get),
            "UpdateMerchant": Unary(pb.UpdateMerchantRequest, Access.MANAGE, self.update),
            "ListMerchants": Unary(pb.ListMerchantsRequest, Access.ADMIN, self.list),
            "CreateApiKey": Unary(pb.CreateApiKeyRequest, Access.MANAGE, self.create_key),
            "ListApiKeys": Unary(pb.ListApiKeysRequest, Access.MANAGE, self.list_keys),
            "RevokeApiKey": Unary(pb.RevokeApiKeyRequest, Access.MANAGE, self.revoke_key),
            "IdentifyKey": Unary(pb.IdentifyKeyRequest, Access.ANY, self.identify_key),
        }

    async def create(self, request: pb.CreateMerchantRequest, _call: Call) -> pb.CreateMerchantResponse:
        await _know_region(request.merchant)
        return pb.CreateMerchantResponse(merchant=await self.merchants.create(request.merchant))

    async def get(self, request: pb.GetMerchantRequest, call: Call) -> pb.GetMerchantResponse:
        return pb.GetMerchantResponse(merchant=await self.merchants.read(call.principal, request.name))

    async def update(self, request: pb.UpdateMerchantRequest, call: Call) -> pb.UpdateMerchantResponse:
        await _know_region(request.merchant)
        changed = await self.merchants.update(call.principal, request.merchant, list(request.update_mask.paths))
        return pb.UpdateMerchantResponse(merchant=changed)

    async def list(self, request: pb.ListMerchantsRequest, _call: Call) -> pb.ListMerchantsResponse:
        after = str(read_token(request.page_token, b"merchants", 1)[0]) if request.page_token else ""
        limit = page_size(request.page_size)
        found = await self.merchants.page(after, limit + 1)
        token = make_token((found[limit - 1].name,), b"merchants") if len(found) > limit else ""
        return pb.ListMerchantsResponse(merchants=found[:limit], next_page_token=token)

    async def create_key(self, request: pb.CreateApiKeyRequest, call: Call) -> pb.CreateApiKeyResponse:
        expires = request.expire_time.ToDatetime(UTC) if request.HasField("expire_time") else None
        record, secret = await self.keys.create(
            call.principal, request.parent, request.display_name, int(request.scope), expires
        )
        return pb.CreateApiKeyResponse(api_key=_api_key(record), secret=secret)

    async def list_keys(self, request: pb.ListApiKeysRequest, call: Call) -> pb.ListApiKeysResponse:
        return pb.ListApiKeysResponse(
            api_keys=[_api_key(record) for record in await self.keys.of(call.principal, request.parent)]
        )

    async def revoke_key(self, request: pb.RevokeApiKeyRequest, call: Call) -> pb.RevokeApiKeyResponse:
        return pb.RevokeApiKeyResponse(api_key=_api_key(await self.keys.revoke(call.principal, request.name)))

    async def identify_key(self, _request: pb.IdentifyKeyRequest, call: Call) -> pb.IdentifyKeyResponse:
        """The installation's own keys belong to no merchant, and nothing is stored of them."""
        record = call.principal.api_key
        return pb.IdentifyKeyResponse(api_key=_api_key(record) if record else None, merchant=call.principal.merchant)


def merchant_check(validate: Validate) -> Callable[[merchant_pb2.Merchant], None]:
    """A function that raises Invalid for a merchant that breaks the contract; paths as in UpdateMerchantRequest."""

    def check(merchant: merchant_pb2.Merchant) -> None:
        violations = tuple(replace(found, field=f"merchant.{found.field}") for found in validate(merchant))
        violations = violations or merchant_violations(merchant, "merchant")
        if violations:
            raise invalid(violations)

    return check


async def _know_region(merchant: merchant_pb2.Merchant) -> None:
    """Reads a country's holidays in a thread, so that checking the merchant does not hold up everybody's commits."""
    if merchant.policies.holidays:
        await asyncio.to_thread(is_known_region, merchant.policies.holidays)


def _api_key(record: KeyRecord) -> merchant_pb2.ApiKey:
    key = merchant_pb2.ApiKey(
        name=record.name,
        display_name=record.display_name,
        scope=record.scope,  # type: ignore[arg-type]  # Stored as the proto's number.
    )
    key.create_time.FromDatetime(record.created)
    if record.expires is not None:
        key.expire_time.FromDatetime(record.expires)
    if record.revoked is not None:
        key.revoke_time.FromDatetime(record.revoked)
    return key
