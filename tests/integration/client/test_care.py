"""Questions, charges, keys and the care service, by the blocking and the asyncio client against real gRPC servers."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.fakes.in_memory_care import InMemoryCare
from tests.fakes.in_memory_orders import KEY, InMemoryOrders
from wismo.care.v1.care_service_pb2 import (
    ATTENTION_KIND_DARK,
    ATTENTION_KIND_QUESTION,
    Attention,
    GetCareStoryResponse,
)
from wismo.care.v1.message_pb2 import Message
from wismo.client import (
    NO_RETRY,
    ApiKeyScope,
    AsyncCareClient,
    AsyncWismoClient,
    CareClient,
    InvalidInput,
    NotAllowed,
    NotFound,
    WismoClient,
)
from wismo.client.values import datetime_of
from wismo.orders.v1.questions_service_pb2 import CHARGE_OBSTACLE_NO_NOTICE, CheckChargeResponse

ORDER = "merchants/acme/orders/R-1"


@pytest.fixture
def care_server() -> Iterator[InMemoryCare]:
    running = InMemoryCare().start()
    kinds = {"R-1": ATTENTION_KIND_QUESTION, "R-2": ATTENTION_KIND_DARK}
    running.attention = [Attention(order=f"merchants/acme/orders/{name}", kind=kind) for name, kind in kinds.items()]
    running.stories[ORDER] = GetCareStoryResponse(messages=[Message(message_id="m-1")])
    running.messages[ORDER, "m-1"] = Message(message_id="m-1", text="It is on its way.")
    yield running
    running.stop()


@pytest.fixture
def care(care_server: InMemoryCare) -> Iterator[CareClient]:
    with CareClient(care_server.target, KEY, retry=NO_RETRY) as opened:
        yield opened


def test_a_question_is_asked_answered_and_listed(client: WismoClient) -> None:
    asked_at = datetime.now(UTC) - timedelta(hours=3)
    first = client.ask_question("R-1", "Where is it?", channel="phone", asked_at=asked_at)
    again = client.ask_question("R-1", "Hello?")
    assert (first.question_id, again.question_id, len(again.posts)) == ("q-1", "q-1", 2)
    assert datetime_of(first.asked_at) == asked_at
    assert [each.order for each in client.list_questions(state="open").items] == [ORDER]
    assert client.answer_question("R-1", "q-1", "On Friday.").posts[-1].text == "On Friday."
    assert client.list_questions(state="open").items == []


def test_an_asking_that_is_sent_again_counts_once(client: WismoClient) -> None:
    asked = [client.ask_question("R-1", "Where is it?", request_id="mail-1") for _ in range(2)]
    assert [len(question.posts) for question in asked] == [1, 1]


def test_a_charge_is_checked_before_it_is_made(client: WismoClient, server: InMemoryOrders) -> None:
    assert client.check_charge("R-1", "lessons", ("19.00", "EUR")).may_charge
    no = CheckChargeResponse(obstacle=CHARGE_OBSTACLE_NO_NOTICE, explanation="The buyer was not told.")
    server.charges[ORDER, "lessons"] = no
    assert client.check_charge("R-1", "lessons", ("19.00", "EUR")) == no


def test_a_key_says_whose_it_is_and_what_it_may(client: WismoClient) -> None:
    ends = datetime(2027, 1, 1, tzinfo=UTC)
    client.create_key(display_name="Ada", scope="care-agent", expires_at=ends)
    identity = client.identify_key()
    assert (identity.merchant, identity.display_name) == ("merchants/acme", "Ada")
    assert (identity.scope, identity.expires_at) == (ApiKeyScope.CARE_AGENT, ends)


async def test_the_asyncio_client_has_the_same_calls(client: WismoClient, server: InMemoryOrders) -> None:
    async with AsyncWismoClient(server.target, KEY) as wismo:
        asked = await wismo.ask_question("R-1", "Where is it?", asked_at=datetime.now(UTC))
        await wismo.answer_question("R-1", asked.question_id, "On Friday.")
        assert [each.order for each in (await wismo.list_questions(state="answered")).items] == [ORDER]
        assert (await wismo.check_charge("R-1", "lessons", ("19.00", "EUR"))).may_charge
        assert (await wismo.identify_key()).scope is ApiKeyScope.WRITE


def test_what_needs_a_human_comes_page_by_page(care: CareClient) -> None:
    assert len(list(care.attention(page_size=1))) == 2
    assert [each.order for each in care.attention(kinds=["dark"])] == ["merchants/acme/orders/R-2"]
    with pytest.raises(InvalidInput, match="did you mean dark"):
        care.list_attention(kinds=["darkk"])


def test_a_story_and_its_messages_can_be_read(care: CareClient) -> None:
    (message,) = care.care_story("R-1").messages
    assert care.message("R-1", message.message_id).text == "It is on its way."
    with pytest.raises(NotFound):
        care.care_story("merchants/other/orders/R-1")


def test_measures_are_asked_for_by_day(care: CareClient, care_server: InMemoryCare) -> None:
    care.measures(first=date(2026, 11, 1), last="2026-11-24")
    care.measures()
    assert [(each.from_date, each.to_date) for each in care_server.asked] == [("2026-11-01", "2026-11-24"), ("", "")]


def test_a_wrong_key_may_not_look(care_server: InMemoryCare) -> None:
    with CareClient(care_server.target, "wk_acme_wrong", retry=NO_RETRY) as stranger, pytest.raises(NotAllowed):
        stranger.list_attention()


async def test_the_care_service_has_an_asyncio_client_too(care_server: InMemoryCare) -> None:
    async with AsyncCareClient(care_server.target, KEY, retry=NO_RETRY) as care:
        assert len([each async for each in care.attention(page_size=1)]) == 2
        assert len((await care.care_story("R-1")).messages) == 1
        assert (await care.message("R-1", "m-1")).text
        assert not (await care.measures()).days
