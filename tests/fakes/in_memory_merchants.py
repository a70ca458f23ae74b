# ruff: noqa: N802 - The names are those of the RPCs.
"""Merchants and their API keys in memory, for InMemoryOrders."""

from abc import abstractmethod

import grpc
from google.protobuf.message import Message

from tests.fakes.refusals import Refusal
from wismo.orders.v1 import merchants_service_pb2 as merchants
from wismo.orders.v1.merchant_pb2 import API_KEY_SCOPE_WRITE, ApiKey, Merchant
from wismo.orders.v1.merchants_service_pb2_grpc import MerchantsServiceServicer

Context = grpc.ServicerContext
ADMIN_KEY = "admin-0123456789"


class InMemoryMerchants(MerchantsServiceServicer):
    """`merchants` and `keys` by resource name."""

    def __init__(self) -> None:
        super().__init__()
        self.merchants: dict[str, Merchant] = {}
        self.keys: dict[str, ApiKey] = {}

    @abstractmethod
    def _enter(self, call: str, context: Context) -> None:
        """Note the call; refuse it without a valid key, or when a refusal was asked for."""

    @abstractmethod
    def _key(self, context: Context) -> str:
        """The API key of the call."""

    def CreateMerchant(
        self, request: merchants.CreateMerchantRequest, context: Context
    ) -> merchants.CreateMerchantResponse:
        self._enter("CreateMerchant", context)
        if self._key(context) != ADMIN_KEY:
            Refusal(grpc.StatusCode.PERMISSION_DENIED, "the admin key is needed", "ADMIN_ONLY").abort(context)
        if request.merchant.name in self.merchants:
            Refusal(grpc.StatusCode.ALREADY_EXISTS, "exists already", "MERCHANT_EXISTS").abort(context)
        merchant = Merchant()
        merchant.CopyFrom(request.merchant)
        merchant.revision = 1
        self.merchants[merchant.name] = merchant
        return merchants.CreateMerchantResponse(merchant=merchant)

    def GetMerchant(self, request: merchants.GetMerchantRequest, context: Context) -> merchants.GetMerchantResponse:
        self._enter("GetMerchant", context)
        if request.name not in self.merchants:
            Refusal(grpc.StatusCode.NOT_FOUND, f"{request.name} does not exist", "NOT_FOUND").abort(context)
        return merchants.GetMerchantResponse(merchant=self.merchants[request.name])

    def UpdateMerchant(
        self, request: merchants.UpdateMerchantRequest, context: Context
    ) -> merchants.UpdateMerchantResponse:
        self._enter("UpdateMerchant", context)
        merchant = self.merchants[request.merchant.name]
        for path in request.update_mask.paths:
            value = getattr(request.merchant, path)
            if isinstance(value, Message):
                getattr(merchant, path).CopyFrom(value)
            else:
                setattr(merchant, path, value)
        merchant.revision += 1
        return merchants.UpdateMerchantResponse(merchant=merchant)

    def ListMerchants(
        self, request: merchants.ListMerchantsRequest, context: Context
    ) -> merchants.ListMerchantsResponse:
        self._enter("ListMerchants", context)
        return merchants.ListMerchantsResponse(merchants=self.merchants.values())

    def CreateApiKey(self, request: merchants.CreateApiKeyRequest, context: Context) -> merchants.CreateApiKeyResponse:
        self._enter("CreateApiKey", context)
        key = ApiKey(
            name=f"{request.parent}/apiKeys/k{len(self.keys) + 1}",
            display_name=request.display_name,
            scope=request.scope,
        )
        if request.HasField("expire_time"):
            key.expire_time.CopyFrom(request.expire_time)
        key.create_time.GetCurrentTime()
        self.keys[key.name] = key
        return merchants.CreateApiKeyResponse(api_key=key, secret=f"wk_{request.parent.rpartition('/')[2]}_secret")

    def ListApiKeys(self, request: merchants.ListApiKeysRequest, context: Context) -> merchants.ListApiKeysResponse:
        self._enter("ListApiKeys", context)
        return merchants.ListApiKeysResponse(api_keys=self.keys.values())

    def RevokeApiKey(self, request: merchants.RevokeApiKeyRequest, context: Context) -> merchants.RevokeApiKeyResponse:
        self._enter("RevokeApiKey", context)
        self.keys[request.name].revoke_time.GetCurrentTime()
        return merchants.RevokeApiKeyResponse(api_key=self.keys[request.name])

    def IdentifyKey(self, request: merchants.IdentifyKeyRequest, context: Context) -> merchants.IdentifyKeyResponse:
        """The fake has one key of each merchant's, so the caller's is the newest that was made, else one for WRITE."""
        self._enter("IdentifyKey", context)
        merchant = f"merchants/{self._key(context).split('_')[1]}"
        own = [key for key in self.keys.values() if key.name.startswith(f"{merchant}/")]
        key = own[-1] if own else ApiKey(name=f"{merchant}/apiKeys/k0", scope=API_KEY_SCOPE_WRITE)
        return merchants.IdentifyKeyResponse(api_key=key, merchant=merchant)
