"""Merchants and their API keys, for the asyncio client."""

from collections.abc import Iterable
from datetime import datetime

from wismo.client.asynchronous_calls import AsyncCalls
from wismo.client.results import KeyIdentity, NewApiKey, Page
from wismo.client.retry import NO_RETRY
from wismo.client.vocabulary import ApiKeyScope
from wismo.orders.v1 import merchants_service_pb2 as messages
from wismo.orders.v1.merchant_pb2 import ApiKey, Merchant
from wismo.orders.v1.merchants_service_pb2_grpc import MerchantsServiceStub


class AsyncMerchantCalls(AsyncCalls):
    """Creating and listing merchants asks for the admin key; the rest for it, or a key of the merchant with scope
    `write`.
    """

    async def create_merchant(self, merchant: Merchant) -> Merchant:
        """Create a merchant (admin key). After a lost connection AlreadyExists may be the answer to your own first
        try.
        """
        request = messages.CreateMerchantRequest(merchant=merchant)
        return (await self._call(MerchantsServiceStub(self.channel).CreateMerchant, request)).merchant

    async def get_merchant(self, merchant: str | None = None) -> Merchant:
        """A merchant; none named: the key's own."""
        request = messages.GetMerchantRequest(name=self._requests.parent(merchant))
        return (await self._call(MerchantsServiceStub(self.channel).GetMerchant, request)).merchant

    async def update_merchant(self, merchant: Merchant, *, fields: Iterable[str] | None = None) -> Merchant:
        """Change a merchant: the top-level ``fields`` named, for example ``["brand"]``; none named: every one that is
        set.
        """
        request = self._requests.update_merchant(merchant, fields)
        return (await self._call(MerchantsServiceStub(self.channel).UpdateMerchant, request)).merchant

    async def list_merchants(self, *, page_size: int = 50, page_token: str = "") -> Page[Merchant]:
        """One page of all merchants (admin key)."""
        request = messages.ListMerchantsRequest(page_size=page_size, page_token=page_token)
        answer = await self._call(MerchantsServiceStub(self.channel).ListMerchants, request)
        return Page(list(answer.merchants), answer.next_page_token)

    async def create_key(
        self,
        *,
        display_name: str = "",
        scope: ApiKeyScope | str = ApiKeyScope.WRITE,
        expires_at: datetime | None = None,
        merchant: str | None = None,
    ) -> NewApiKey:
        """Make an API key; its secret is never shown again. Never tried again: a second key that nobody knows is a
        risk.
        """
        request = self._requests.create_key(merchant, display_name, scope, expires_at)
        answer = await self._call(MerchantsServiceStub(self.channel).CreateApiKey, request, retry=NO_RETRY)
        return NewApiKey(answer.api_key, answer.secret)

    async def list_keys(self, merchant: str | None = None) -> list[ApiKey]:
        """All keys, revoked ones too, oldest first, without their secrets."""
        request = messages.ListApiKeysRequest(parent=self._requests.parent(merchant))
        return list((await self._call(MerchantsServiceStub(self.channel).ListApiKeys, request)).api_keys)

    async def revoke_key(self, key: str) -> ApiKey:
        """Make a key stop working, within 10 seconds on all servers."""
        request = messages.RevokeApiKeyRequest(name=self._requests.key_name(key))
        return (await self._call(MerchantsServiceStub(self.channel).RevokeApiKey, request)).api_key

    async def identify_key(self) -> KeyIdentity:
        """Whose key this client's own is and what it may do. Any key that works may ask, but for the admin key."""
        request = messages.IdentifyKeyRequest()
        return KeyIdentity.of(await self._call(MerchantsServiceStub(self.channel).IdentifyKey, request))
