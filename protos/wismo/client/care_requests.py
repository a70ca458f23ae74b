"""From a caller's words to the requests of wismo.care.v1; the same for the blocking and the asyncio client."""

from collections.abc import Iterable
from datetime import date

from wismo.care.v1 import care_service_pb2 as care
from wismo.client.care_vocabulary import AttentionKind
from wismo.client.events.envelope import ids
from wismo.client.requests import Requests
from wismo.client.vocabulary import number


def list_attention(
    requests: Requests, kinds: Iterable[AttentionKind | str], page_size: int, page_token: str
) -> care.ListAttentionRequest:
    request = care.ListAttentionRequest(parent=requests.parent(), page_size=page_size, page_token=page_token)
    request.kinds.extend(number(AttentionKind, kind, "kinds") for kind in ids(kinds, "kinds"))
    return request


def care_story(requests: Requests, order: str) -> care.GetCareStoryRequest:
    return care.GetCareStoryRequest(order=requests.order(order))


def message(requests: Requests, order: str, message_id: str) -> care.GetMessageRequest:
    return care.GetMessageRequest(order=requests.order(order), message_id=message_id)


def measures(requests: Requests, first: date | str | None, last: date | str | None) -> care.GetMeasuresRequest:
    return care.GetMeasuresRequest(parent=requests.parent(), from_date=_day(first), to_date=_day(last))


def _day(value: date | str | None) -> str:
    return value or "" if isinstance(value, str | None) else value.isoformat()
