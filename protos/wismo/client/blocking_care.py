"""The care service's blocking client: who was told what, what is owed to whom, and how well promises are kept."""

from collections.abc import Iterable, Iterator
from datetime import date

from wismo.care.v1.care_service_pb2 import Attention, GetCareStoryResponse, GetMeasuresResponse
from wismo.care.v1.care_service_pb2_grpc import CareServiceStub
from wismo.care.v1.message_pb2 import Message
from wismo.client import care_requests as build
from wismo.client.blocking_calls import BlockingCalls
from wismo.client.care_vocabulary import AttentionKind
from wismo.client.results import Page


class CareClient(BlockingCalls):
    """Reads only. ``with CareClient("notifier.example:50052", "wk_…", tls=True) as care: …``

    ``target`` is the notifier's address, not that of the orders service. Any key of the merchant does, whatever its
    scope. The other arguments, promises and errors are those of WismoClient.
    """

    def list_attention(
        self, *, kinds: Iterable[AttentionKind | str] = (), page_size: int = 50, page_token: str = ""
    ) -> Page[Attention]:
        """One page of what needs a human, the earliest due first; no ``kinds``: all of them."""
        request = build.list_attention(self._requests, kinds, page_size, page_token)
        answer = self._call(CareServiceStub(self.channel).ListAttention, request)
        return Page(list(answer.items), answer.next_page_token)

    def attention(self, *, kinds: Iterable[AttentionKind | str] = (), page_size: int = 200) -> Iterator[Attention]:
        """Everything that needs a human, fetched page by page as it is asked for."""
        kinds = list(kinds)
        token = ""
        while True:
            page = self.list_attention(kinds=kinds, page_size=page_size, page_token=token)
            yield from page.items
            token = page.next_page_token
            if not token:
                return

    def care_story(self, order: str) -> GetCareStoryResponse:
        """What was told about one order, and what is and was owed to its buyer."""
        return self._call(CareServiceStub(self.channel).GetCareStory, build.care_story(self._requests, order))

    def message(self, order: str, message_id: str) -> Message:
        """One message exactly as it was sent; secrets in it are masked."""
        request = build.message(self._requests, order, message_id)
        return self._call(CareServiceStub(self.channel).GetMessage, request).message

    def measures(self, *, first: date | str | None = None, last: date | str | None = None) -> GetMeasuresResponse:
        """How well the merchant cares, day by day in its own zone, and how it is now. Default: the last 30 days."""
        return self._call(CareServiceStub(self.channel).GetMeasures, build.measures(self._requests, first, last))
