"""What a buyer asks and cancels, with the real orders service: away, back, and the page killed in between."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import grpc
import pytest

from tests.fakes.status_page_site import LINKS
from tests.integration.orders.process import OrdersProcess, database_name
from tests.integration.orders.shop import Shop, open_shop
from tests.integration.status_page.browsing import Browsing
from tests.integration.status_page.conftest import Stage
from tests.integration.status_page.processes import wait_for
from tests.samples.mixed import mixed_order
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import line_pb2, order_pb2, orders_service_pb2, question_pb2

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def orders(stage: Stage) -> OrdersProcess:
    return OrdersProcess(stage.environ["WISMO_MONGO_URL"], stage.bootstrap, database_name())


def link(stage: Stage, name: str) -> str:
    story = mixed_order("x")
    story.order.name = name
    return stage.link(story)


def path_of(name: str) -> str:
    return "/" + name.replace("merchants/", "orders/", 1).replace("/orders/", "/", 1)


def projected(stage: Stage, name: str, sequence: int = 1) -> None:
    wait_for(lambda: stage.database["orders"].find_one({"_id": name, "sequence": sequence}) is not None, "the order")


def wait_until_told(stage: Stage) -> None:
    wait_for(lambda: stage.database["outbox"].count_documents({}) == 0, "the outbox is empty", 60)
    assert list(stage.database["outbox_refused"].find()) == []


def test_a_question_asked_while_orders_is_away_arrives_once_and_its_promise_stands(
    stage: Stage, orders: OrdersProcess, unique: str
) -> None:
    with orders, grpc.insecure_channel(orders.address) as channel, stage.projector():
        shop = open_shop(channel)
        shop.create(unique)
        name = shop.order_name(unique)
        projected(stage, name)
        with stage.page(WISMO_ORDERS_ADDRESS=orders.address) as page:
            browsing = Browsing(page.url)
            browsing.get(link(stage, name))
            orders.kill()
            path = path_of(name)
            shown = browsing.post(f"{path}/question", {"text": "Where is it?", "page": "a"}, page=path)
            assert "Your question has arrived." in shown.text
            assert shown.text.count("Where is it?") == 1
            promised = shown.text.partition("We answer by")[2].partition('datetime="')[2].partition('"')[0]
            browsing.post(f"{path}/question", {"text": "Where is it?", "page": "a"}, page=path)
            browsing.post(f"{path}/question", {"text": "Hello?", "page": "b"}, page=path)
            assert stage.database["outbox"].count_documents({"kind": "question"}) == 2
            orders.start()
            wait_until_told(stage)
            question = the_question(shop, unique)
            assert [post.text for post in question.posts] == ["Where is it?", "Hello?"]
            assert question.posts[0].channel == question_pb2.QUESTION_CHANNEL_PAGE
            assert question.reply_by.ToDatetime().replace(microsecond=0).isoformat() + "Z" == promised
            wait_for(lambda: len(asked_in(stage, name)) == 2, "the question in the read model")
            after = browsing.get(path).text
            assert (after.count(">Where is it?<"), after.count(">Hello?<")) == (1, 1)


def test_a_trial_cancelled_while_orders_is_away_ends_when_the_button_was_pressed(
    stage: Stage, orders: OrdersProcess, unique: str
) -> None:
    with orders, grpc.insecure_channel(orders.address) as channel, stage.projector():
        shop = open_shop(channel)
        name = with_trial(shop, unique)
        projected(stage, name, 2)
        with stage.page(WISMO_ORDERS_ADDRESS=orders.address) as page:
            until = datetime.now(UTC) + timedelta(days=1)
            token = LINKS.sign(purpose="cancel-trial", subject=f"{name} course", version=1, expires_at=until)
            orders.kill()
            browsing = Browsing(page.url)
            pressed = datetime.now(UTC)
            for _ in range(3):
                done = browsing.post(f"/t/{token}", {}, page="/")
                assert "Your trial is cancelled" in done.text
            orders.start()
            wait_until_told(stage)
        order = shop.get(unique)
        assert abs(order.trials[0].cancelled_at.ToDatetime(UTC) - pressed) < timedelta(seconds=10)
        assert [entry.kind for entry in order.timeline].count(events.CHANGE_KIND_TRIAL_CANCELLED) == 1


@pytest.mark.parametrize(
    "point", ["status_page.questions.after_keeping", "status_page.trials.after_keeping"], ids=["question", "trial"]
)
def test_a_page_killed_after_it_has_kept_something_tells_it_once(
    stage: Stage, orders: OrdersProcess, unique: str, point: str
) -> None:
    with orders, grpc.insecure_channel(orders.address) as channel, stage.projector():
        shop = open_shop(channel)
        name = with_trial(shop, unique)
        projected(stage, name, 2)
        page = stage.page(WISMO_ORDERS_ADDRESS=orders.address)
        path = path_of(name)
        page.start(WISMO_CRASH_AT=point)
        try:
            browsing = Browsing(page.url)
            browsing.get(link(stage, name))
            for _ in range(2):
                with suppress(OSError):  # The answer may be what the crash takes.
                    if "questions" in point:
                        browsing.post(f"{path}/question", {"text": "Where is it?", "page": "a"}, page=path)
                    else:
                        browsing.post(f"{path}/trials/course/cancel", {}, page=f"{path}/trials/course/cancel")
                if not page.is_running():
                    page.start()
        finally:
            wait_until_told(stage)
            page.end()
        order = shop.get(unique)
        kinds = [entry.kind for entry in order.timeline]
        wanted = events.CHANGE_KIND_QUESTION_ASKED if "questions" in point else events.CHANGE_KIND_TRIAL_CANCELLED
        assert kinds.count(wanted) == 1


def with_trial(shop: Shop, reference: str) -> str:
    """An order whose trial runs; its name."""
    draft = shop.draft(reference)
    draft.lines.add(line_id="course", kind=line_pb2.LINE_KIND_TRIAL, title="Spanish course", quantity=1)
    request = orders_service_pb2.CreateOrderRequest(parent=shop.name, order=draft)
    shop.orders.CreateOrder(request, metadata=shop.metadata, timeout=20)
    started = events.TrialStarted(line_id="course")
    started.ends_at.FromDatetime(datetime.now(UTC) + timedelta(days=14))
    shop.record(events.FulfilmentEvent(trial_started=started), "trial", reference)
    return shop.order_name(reference)


def the_question(shop: Shop, reference: str) -> question_pb2.Question:
    [question] = shop.get(reference).questions
    return question


def asked_in(stage: Stage, name: str) -> list[question_pb2.QuestionPost]:
    row = stage.database["orders"].find_one({"_id": name})
    assert row is not None
    return [post for one in order_pb2.Order.FromString(row["order"]).questions for post in one.posts]
