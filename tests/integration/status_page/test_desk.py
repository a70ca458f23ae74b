"""The desk as the process that it really is: a real care key, real orders that go down, a page that is killed."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import grpc
import pytest

from tests.fakes.in_memory_care import Context, InMemoryCare
from tests.integration.orders.process import SERVICE_KEY, OrdersProcess, database_name
from tests.integration.orders.shop import ADMIN, TIMEOUT, Shop, open_shop
from tests.integration.status_page.browsing import Answer, Browsing
from tests.integration.status_page.conftest import Stage
from tests.integration.status_page.processes import PageProcess, wait_for
from tests.samples.story import stamp
from wismo.care.v1 import care_service_pb2 as care
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import merchant_pb2, merchants_service_pb2, question_pb2, questions_service_pb2
from wismo.orders.v1.questions_service_pb2_grpc import QuestionsServiceStub


class CareForThePage(InMemoryCare):
    """Lets the page's service key in, and nobody else."""

    def _enter(self, name: str, context: Context) -> None:
        key = str(dict(context.invocation_metadata()).get("authorization", ""))
        assert key == f"Bearer {SERVICE_KEY}"


@pytest.fixture
def known() -> Iterator[CareForThePage]:
    server = CareForThePage()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def orders(stage: Stage) -> OrdersProcess:
    return OrdersProcess(stage.environ["WISMO_MONGO_URL"], stage.bootstrap, database_name())


def care_key(shop: Shop, scope: "merchant_pb2.ApiKeyScope.ValueType") -> tuple[str, str]:
    """A key for a colleague, and its name."""
    asked = merchants_service_pb2.CreateApiKeyRequest(parent=shop.name, scope=scope, display_name="Ada")
    made = shop.merchants.CreateApiKey(asked, metadata=ADMIN, timeout=TIMEOUT)
    return made.secret, made.api_key.name


def hidden(text: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text.partition('<main id="main"')[2]))


def act(browsing: Browsing, path: str, **values: str) -> Answer:
    """Form, look, button."""
    address = path.partition("?")[0]
    looked = browsing.post(address, {**hidden(browsing.get(path).text), **values, "step": "look"}, page=path)
    return browsing.post(address, {**hidden(looked.text), "step": "send"}, page=path)


def test_a_question_is_answered_while_orders_is_down_and_the_answer_arrives_once(
    stage: Stage, orders: OrdersProcess, known: CareForThePage, unique: str
) -> None:
    with orders, grpc.insecure_channel(orders.address) as channel, stage.projector():
        shop = open_shop(channel)
        shop.create(unique)
        name = shop.order_name(unique)
        asked = questions_service_pb2.AskQuestionRequest(
            order=name, text="Where is it?", channel=question_pb2.QUESTION_CHANNEL_PAGE, request_id="ask-1"
        )
        question = QuestionsServiceStub(channel).AskQuestion(asked, metadata=shop.metadata, timeout=TIMEOUT).question
        key, key_name = care_key(shop, merchant_pb2.API_KEY_SCOPE_CARE_AGENT)
        due = datetime.now(UTC) + timedelta(hours=3)
        known.attention = [
            care.Attention(
                order=name,
                kind=care.ATTENTION_KIND_QUESTION,
                subject_id=question.question_id,
                since=stamp(due),
                due_at=stamp(due),
            )
        ]
        with stage.page(WISMO_ORDERS_ADDRESS=orders.address, WISMO_CARE_ADDRESS=known.target) as page:
            wait_for(
                lambda: stage.database["orders"].find_one({"_id": name, "sequence": {"$gte": 3}}) is not None, "it"
            )
            browsing = Browsing(page.url)
            listed = browsing.post("/desk/login", {"key": key, "back": ""}, page="/desk/login")
            assert "Where is it?" in listed.text
            assert browsing.get("/desk/", If_None_Match=listed.headers["ETag"]).status in {200, 304}
            orders.kill()
            path = f"/desk/orders/{unique}/acts/answer?about={question.question_id}"
            sent = act(browsing, path, text="It left this morning.")
            assert "as soon as the orders service answers" in sent.text
            orders.start()
            wait_for(lambda: stage.database["outbox"].count_documents({}) == 0, "the outbox is empty", 60)
            wait_for(lambda: "Answered question" in browsing.get(f"/desk/orders/{unique}").text, "the answer")
            entries = [
                entry for entry in shop.get(unique).timeline if entry.kind == events.CHANGE_KIND_QUESTION_ANSWERED
            ]
            assert len(entries) == 1
            revoked = merchants_service_pb2.RevokeApiKeyRequest(name=key_name)
            shop.merchants.RevokeApiKey(revoked, metadata=ADMIN, timeout=TIMEOUT)
            minute_ago = datetime.now(UTC) - timedelta(seconds=61)
            stage.database["desk_sessions"].update_many({}, {"$set": {"checked_at": minute_ago}})
            wait_for(
                lambda: browsing.get("/desk/").url.startswith(f"{page.url}/desk/login"), "the key is no longer good"
            )


def test_a_page_that_is_killed_in_the_middle_of_a_job_goes_on_with_it_and_tells_nobody_twice(
    stage: Stage, orders: OrdersProcess, known: CareForThePage
) -> None:
    count = 70
    with orders, grpc.insecure_channel(orders.address) as channel, stage.projector():
        shop = open_shop(channel)
        for number in range(count):
            shop.create(f"J-{number:03}")
        key, _ = care_key(shop, merchant_pb2.API_KEY_SCOPE_CARE_AGENT)
        wait_for(lambda: stage.database["orders"].count_documents({"merchant": shop.name}) == count, "orders", 60)
        environ = {"WISMO_ORDERS_ADDRESS": orders.address, "WISMO_CARE_ADDRESS": known.target}
        page = PageProcess(stage.folder / "killed.log", **stage.environ, **environ)
        try:
            page.start(WISMO_CRASH_AT="status_page.desk.jobs.before_advance")
            browsing = Browsing(page.url)
            browsing.post("/desk/login", {"key": key, "back": ""}, page="/desk/login")
            path = "/desk/many?by=title&value=Northern%20Lights,%20hardback"
            soon = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
            words = {"trouble": "delay", "what_happened": "A strike.", "what_we_do": "We wait."}
            act(browsing, path, next_update_at=soon, **words)
            wait_for(lambda: "SIGKILL" in page.log.read_text(), "the worker dies")
        finally:
            page.end()
        assert stage.database["desk_jobs"].count_documents({"state": "running", "done": 0}) == 1
        with stage.page(**environ):
            wait_for(lambda: stage.database["desk_jobs"].find_one({"state": "done"}) is not None, "the job", 90)
            wait_for(lambda: stage.database["outbox"].count_documents({}) == 0, "the outbox is empty", 90)
        for number in (0, 49, 50, count - 1):
            kinds = [entry.kind for entry in shop.get(f"J-{number:03}").timeline]
            assert kinds.count(events.CHANGE_KIND_DELAY_ANNOUNCED) == 1
        job = stage.database["desk_jobs"].find_one({}) or {}
        assert (job["done"], job["total"]) == (count, count)
