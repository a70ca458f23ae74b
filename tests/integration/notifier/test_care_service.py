"""The care service over a real channel and database: what it says, and that merchants are apart in every call."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from chassis.keys import hash_key
from chassis.mongo import connect
from chassis.settings import Address
from notifier.adapters.mongo_care import MongoCareBook
from notifier.adapters.mongo_ledger import MongoLedger
from notifier.adapters.mongo_watchdog import MongoWatchStore
from notifier.channels.compose import Content
from notifier.rendering.kept_content import pack
from notifier.rpc.admission import Admission
from notifier.rpc.care_service import CareService
from notifier.rpc.server import CareServer
from notifier.sending.rows import Sent
from tests.contract.notifier.watching import MovedClock, Watched, at, dead, mongo_letters
from tests.samples import keys, merchants, mixed
from tests.samples.story import Story
from wismo.care.v1 import care_service_pb2 as care
from wismo.care.v1 import care_service_pb2_grpc, message_pb2, obligation_pb2
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import merchant_pb2

LANTERN, SEVERNY, SERVICE = "a-key-of-lantern", "a-key-of-severny", "the-service-key"
MERCHANT, ORDER = "merchants/lantern", "merchants/lantern/orders/R-10042"
MESSAGE = f"{ORDER}#00000001/buyer/email"


class KnownKeys:
    """Stands in for the orders service; counts how often it is asked."""

    asked = 0

    def merchant_of(self, key: str) -> str | None:
        self.asked += 1
        return {LANTERN: "merchants/lantern", SEVERNY: "merchants/severny"}.get(key)


@dataclass
class Desk:
    stub: care_service_pb2_grpc.CareServiceStub
    watched: Watched
    known: KnownKeys

    def ask(self, call: str, request: Any, key: str = LANTERN) -> Any:
        metadata = (("authorization", f"Bearer {key}"),) if key else ()
        return getattr(self.stub, call)(request, timeout=10, metadata=metadata)

    def refused(self, call: str, request: Any, key: str = LANTERN) -> tuple[grpc.StatusCode, str, str]:
        """Code, reason and message."""
        with pytest.raises(grpc.RpcError) as raised:
            self.ask(call, request, key)
        error: Any = raised.value
        details = dict(error.trailing_metadata())["grpc-status-details-bin"]
        info = error_details_pb2.ErrorInfo()
        assert status_pb2.Status.FromString(details).details[0].Unpack(info)
        return error.code(), info.reason, error.details()


@pytest.fixture
def desk(mongo_url: str, unique: str) -> Iterator[Desk]:
    """One order of Lantern's whose arrival was acknowledged, and one of Severny's, on a clock that stands still."""
    clock, name = MovedClock(), f"notifier-{unique}"
    client = connect(mongo_url, "test")
    ledger = MongoLedger(client, name, monotonic=clock.monotonic, now=clock)
    ledger.prepare()
    book = MongoCareBook(client, name)
    book.now = clock  # type: ignore[method-assign]  # The only place where the service reads a clock.
    known = KnownKeys()
    admission = Admission(known, hash_key(SERVICE))
    server = CareServer(Address("127.0.0.1", 0), CareService(book, admission, keys.sealer()).handlers())
    watched = Watched(
        ledger, MongoWatchStore(client, name, now=clock), clock, lambda _: None, lambda: mongo_letters(ledger)
    )
    watched.hear(created(merchants.lantern(), "R-10042"), created(merchants.severny(), "R-7"))
    sealed = pack(Content("Thank you", "Thank you, Robin", "<p>Thank you, Robin</p>"), MESSAGE, keys.sealer())
    watched.send(Sent(sealed))
    try:
        with grpc.insecure_channel(str(server.address)) as channel:
            yield Desk(care_service_pb2_grpc.CareServiceStub(channel), watched, known)
    finally:
        server.stop(0.2)
        client.drop_database(name)
        client.close()


def created(merchant: merchant_pb2.Merchant, reference: str) -> Any:
    order = mixed.new_order(merchant, reference, "robin@buyers.test")
    return Story(merchant, order).tell(events.FulfilmentEvent(order_created=events.OrderCreated()))


# For every call: a request about Lantern's, and the same about what there is none of.
REQUESTS: dict[str, Callable[[str, str], Any]] = {
    "ListAttention": lambda merchant, _: care.ListAttentionRequest(parent=merchant),
    "GetCareStory": lambda _, order: care.GetCareStoryRequest(order=order),
    "GetMessage": lambda _, order: care.GetMessageRequest(order=order, message_id=MESSAGE.replace(ORDER, order)),
    "GetMeasures": lambda merchant, _: care.GetMeasuresRequest(parent=merchant),
}


def test_every_call_has_its_case() -> None:
    (service,) = care.DESCRIPTOR.services_by_name.values()
    assert {method.name for method in service.methods} == set(REQUESTS)


@pytest.mark.parametrize("call", REQUESTS)
def test_anothers_answers_exactly_as_what_does_not_exist(desk: Desk, call: str) -> None:
    mine = REQUESTS[call](MERCHANT, ORDER)
    absent = REQUESTS[call]("merchants/absent1", "merchants/absent1/orders/R-10042")
    assert desk.ask(call, mine)
    assert desk.ask(call, mine, SERVICE)
    foreign, missing = desk.refused(call, mine, SEVERNY), desk.refused(call, absent, SEVERNY)
    assert foreign[:2] == missing[:2] == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
    assert foreign[2].replace("lantern", "absent1") == missing[2]


@pytest.mark.parametrize("call", REQUESTS)
@pytest.mark.parametrize(("key", "reason"), [("", "CREDENTIAL_MISSING"), ("no-such-key", "CREDENTIAL_INVALID")])
def test_nobody_gets_in_without_a_key_that_works(desk: Desk, call: str, key: str, reason: str) -> None:
    code, said, _ = desk.refused(call, REQUESTS[call](MERCHANT, ORDER), key)
    assert (code, said) == (grpc.StatusCode.UNAUTHENTICATED, reason)


@pytest.mark.parametrize(
    ("call", "request_"),
    [
        ("ListAttention", care.ListAttentionRequest(parent="merchants/UPPER")),
        ("ListAttention", care.ListAttentionRequest(parent=MERCHANT, page_size=-1)),
        ("ListAttention", care.ListAttentionRequest(parent=MERCHANT, page_token="bm9uZQ")),
        ("ListAttention", care.ListAttentionRequest(parent=MERCHANT, kinds=[care.ATTENTION_KIND_UNSPECIFIED])),
        ("GetCareStory", care.GetCareStoryRequest(order="R-10042")),
        ("GetMessage", care.GetMessageRequest(order=ORDER)),
        ("GetMeasures", care.GetMeasuresRequest(parent=MERCHANT, from_date="yesterday")),
        ("GetMeasures", care.GetMeasuresRequest(parent=MERCHANT, from_date="2020-01-01", to_date="2026-01-01")),
    ],
)
def test_what_is_wrong_is_named(desk: Desk, call: str, request_: Any) -> None:
    assert desk.refused(call, request_)[:2] == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST")


def test_a_key_is_asked_about_once_in_a_while(desk: Desk) -> None:
    for _ in range(5):
        desk.ask("ListAttention", care.ListAttentionRequest(parent=MERCHANT))
    assert desk.known.asked == 1


def test_a_story_tells_what_is_owed_and_what_was_told(desk: Desk) -> None:
    story = desk.ask("GetCareStory", care.GetCareStoryRequest(order=ORDER))
    assert [message.message_id for message in story.messages] == [MESSAGE]
    assert story.messages[0].state == message_pb2.DELIVERY_STATE_ACCEPTED
    assert story.heard_at.ToDatetime() == at().replace(tzinfo=None)
    assert (story.dark_from.ToDatetime() - story.heard_at.ToDatetime()).total_seconds() == 86400
    kinds = {one.kind for one in story.obligations}
    assert obligation_pb2.OBLIGATION_KIND_SILENCE in kinds


def test_a_message_is_read_as_it_was_sent(desk: Desk) -> None:
    message = desk.ask("GetMessage", care.GetMessageRequest(order=ORDER, message_id=MESSAGE)).message
    assert (message.subject, message.text, message.html) == (
        "Thank you",
        "Thank you, Robin",
        "<p>Thank you, Robin</p>",
    )
    assert (message.kind, message.recipient, message.channel) == ("order_received", "buyer", "email")


def test_what_needs_a_human_comes_page_by_page(desk: Desk) -> None:
    told = [created(merchants.lantern(), f"R-{number}") for number in range(7)]
    desk.watched.hear(*told)
    desk.watched.send(dead())
    desk.watched.clock.on(minutes=1)
    desk.watched.tick()
    seen: list[str] = []
    token = ""
    while True:
        request = care.ListAttentionRequest(parent=MERCHANT, page_size=3, page_token=token)
        answer = desk.ask("ListAttention", request)
        assert len(answer.items) <= 3
        seen += [item.order for item in answer.items]
        token = answer.next_page_token
        if not token:
            break
    assert sorted(seen) == sorted(event.subject for event in told)
    only = care.ListAttentionRequest(parent=MERCHANT, kinds=[care.ATTENTION_KIND_QUESTION])
    assert not desk.ask("ListAttention", only).items
    other = care.ListAttentionRequest(parent=MERCHANT, page_size=3, page_token=token, kinds=[care.ATTENTION_KIND_DARK])
    assert not desk.ask("ListAttention", other).items
    assert not desk.ask("ListAttention", care.ListAttentionRequest(parent="merchants/severny"), SEVERNY).items
    now = desk.ask("GetMeasures", care.GetMeasuresRequest(parent=MERCHANT)).now
    assert (now.failed_messages, now.open_orders) == (7, 8)


def test_measures_are_there_by_day_and_in_all(desk: Desk) -> None:
    desk.watched.clock.on(minutes=30)
    desk.watched.tick()
    measures = desk.ask("GetMeasures", care.GetMeasuresRequest(parent=MERCHANT))
    assert [(day.date, day.orders, day.messages) for day in measures.days] == [("2026-11-20", 1, 1)]
    assert measures.total.orders == 1
    assert (measures.now.open_orders, measures.now.dark_orders) == (1, 0)
    desk.watched.clock.on(hours=30)
    assert desk.ask("GetMeasures", care.GetMeasuresRequest(parent=MERCHANT)).now.dark_orders == 1
