import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import grpc
import pytest

from tests.fakes.status_page_site import records_of
from tests.integration.orders.process import OrdersProcess, database_name
from tests.integration.orders.shop import Shop, open_shop
from tests.integration.status_page.browsing import Browsing
from tests.integration.status_page.conftest import Stage
from tests.integration.status_page.processes import PageProcess, wait_for
from tests.samples.mixed import ACCESS_CODE, mixed_order
from wismo.orders.v1 import entitlement_pb2
from wismo.orders.v1 import fulfilment_event_pb2 as events


def test_hand_made_events_become_a_page_behind_a_signed_link(stage: Stage, unique: str) -> None:
    story = mixed_order(unique)
    with stage.page() as page, stage.projector():
        stage.tell(story)
        wait_for(lambda: stage.sequence(story) == 7, "the order")
        browsing = Browsing(page.url)
        shown = browsing.get(stage.link(story))
        assert shown.url == f"{page.url}/orders/lantern/{unique}"
        assert ACCESS_CODE in shown.text
        assert browsing.get(f"/orders/lantern/{unique}", If_None_Match=shown.headers["ETag"]).status == 304
        assert browsing.get("/readyz").status == 200


def test_a_download_is_counted_by_several_processes_together(stage: Stage, unique: str) -> None:
    story = mixed_order(unique)
    (stage.folder / "downloads/lantern").mkdir()
    (stage.folder / "downloads/lantern/atlas-2.1-setup.exe").write_bytes(b"x" * 1000)
    with stage.page() as page, stage.page() as other, stage.projector():
        stage.tell(story)
        wait_for(lambda: stage.sequence(story) == 7, "the order")
        path = f"/orders/lantern/{unique}"
        statuses: list[int] = []

        def press(base: str) -> None:
            browsing = Browsing(base)
            browsing.get(stage.link(story))
            statuses.append(browsing.post(f"{path}/downloads/atlas/atlas-win", {}).status)

        threads = [threading.Thread(target=press, args=((page, other)[n % 2].url,)) for n in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses) == [200] * 3 + [409] * 17
        assert stage.database["outbox"].count_documents({"kind": "download_taken"}) == 3


def test_look_ups_are_throttled_over_all_processes(stage: Stage) -> None:
    with stage.page() as page, stage.page() as other:
        statuses = [
            Browsing((page, other)[n % 2].url).post("/", {"reference": "R-1", "contact": f"{n}@x.test"}).status
            for n in range(12)
        ]
        assert statuses == [200] * 10 + [429] * 2
        assert stage.database["limits_counters"].count_documents({}) >= 1


def test_a_database_that_is_away_is_said_to_be_and_comes_back_by_itself(stage: Stage) -> None:
    # A port at which nobody listens; the page starts all the same once it has been prepared.
    with stage.page() as page:
        assert Browsing(page.url).get("/readyz").status == 200
        assert page.stop() == 0
    away = PageProcess(stage.folder / "away.log", **{**stage.environ, "WISMO_MONGO_URL": "mongodb://127.0.0.1:9"})
    super(PageProcess, away).start()
    try:
        wait_for(lambda: "waiting for the database" in away.log.read_text(), "the page says what it waits for")
        assert away.stop() == 0
    finally:
        away.end()


@pytest.fixture
def orders(stage: Stage) -> OrdersProcess:
    return OrdersProcess(stage.environ["WISMO_MONGO_URL"], stage.bootstrap, database_name())


def made(orders: OrdersProcess, shop: Shop, reference: str) -> str:
    """An order at the real orders service whose download is ready; its name."""
    shop.create(reference)
    file = entitlement_pb2.DownloadFile(file_id="atlas-win", file_name="a.exe", local_path="lantern/a.exe")
    ready = events.DownloadReady(line_id="atlas", files=[file], allowed_count=1)
    shop.record(events.FulfilmentEvent(download_ready=ready), "ready", reference)
    return shop.order_name(reference)


def test_what_a_buyer_does_reaches_the_orders_service_once(stage: Stage, orders: OrdersProcess, unique: str) -> None:
    (stage.folder / "downloads/lantern").mkdir()
    (stage.folder / "downloads/lantern/a.exe").write_bytes(b"content")
    with orders, grpc.insecure_channel(orders.address) as channel, stage.projector():
        shop = open_shop(channel)
        name = made(orders, shop, unique)
        with stage.page(WISMO_ORDERS_ADDRESS=orders.address) as page:
            wait_for(lambda: stage.database["orders"].find_one({"_id": name, "sequence": 2}) is not None, "the order")
            browsing = Browsing(page.url)
            story = mixed_order(unique)
            story.order.name = name
            path = "/" + name.replace("merchants/", "orders/", 1).replace("/orders/", "/", 1)
            shown = browsing.get(stage.link(story))
            assert shown.url.endswith(path)
            # Down while the buyer clicks: nothing is lost, and the page does not mind.
            orders.kill()
            assert browsing.post(f"{path}/downloads/atlas/atlas-win", {}, page=path).text == "content"
            assert "as often as it could be" in browsing.get(path).text
            sent = browsing.post("/link", {"reference": unique, "contact": "robin@buyers.test"})
            assert "inbox" in sent.text
            assert browsing.post(f"{path}/renewals/atlas", {}, page=path).status == 200
            assert stage.database["outbox"].count_documents({}) == 3
            orders.start()
            wait_for(lambda: stage.database["outbox"].count_documents({}) == 0, "the outbox is empty", 60)
            assert stage.database["outbox_refused"].count_documents({}) == 0
            wait_for(lambda: "1 download left" in browsing.get(path).text, "the renewed download")
        kinds = [entry.kind for entry in shop.get(unique).timeline]
        for kind in (
            events.CHANGE_KIND_DOWNLOAD_TAKEN,
            events.CHANGE_KIND_DOWNLOAD_RENEWED,
            events.CHANGE_KIND_LINK_REQUESTED,
        ):
            assert kinds.count(kind) == 1


@pytest.mark.parametrize("point", ["status_page.outbox.before_forgetting", "status_page.downloads.after_count"])
def test_a_page_killed_at_its_worst_moment_tells_everything_once(
    stage: Stage, orders: OrdersProcess, unique: str, point: str
) -> None:
    (stage.folder / "downloads/lantern").mkdir()
    (stage.folder / "downloads/lantern/a.exe").write_bytes(b"content")
    with orders, grpc.insecure_channel(orders.address) as channel, stage.projector():
        shop = open_shop(channel)
        name = made(orders, shop, unique)
        path = "/" + name.replace("merchants/", "orders/", 1).replace("/orders/", "/", 1)
        story = mixed_order(unique)
        story.order.name = name
        wait_for(lambda: stage.database["orders"].find_one({"_id": name, "sequence": 2}) is not None, "the order")
        page = stage.page(WISMO_ORDERS_ADDRESS=orders.address)
        page.start(WISMO_CRASH_AT=point)
        with ended(page):
            browsing = Browsing(page.url)
            browsing.get(stage.link(story))
            with suppress(OSError):  # The answer may be what the crash takes.
                browsing.post(f"{path}/downloads/atlas/atlas-win", {}, page=path)
            # gunicorn starts another worker, which dies at the same point; so the page as a whole is started anew.
            wait_for(lambda: dead_workers(page) >= 1, "the worker dies")
        with stage.page(WISMO_ORDERS_ADDRESS=orders.address) as again:
            wait_for(lambda: stage.database["outbox"].count_documents({}) == 0, "the outbox is empty", 60)
            browsing = Browsing(again.url)
            browsing.get(stage.link(story))
            wait_for(lambda: "as often as it could be" in browsing.get(path).text, "the count is shown")
        kinds = [entry.kind for entry in shop.get(unique).timeline]
        assert kinds.count(events.CHANGE_KIND_DOWNLOAD_TAKEN) == 1


@contextmanager
def ended(page: PageProcess) -> Iterator[None]:
    """Ends a page whatever happens."""
    try:
        yield
    finally:
        page.end()


def dead_workers(page: PageProcess) -> int:
    return len(re.findall(r"was sent SIGKILL|SIGKILL! Perhaps", page.log.read_text()))


def test_records_are_told_in_the_order_of_their_story(unique: str) -> None:
    assert [record.offset for record in records_of(mixed_order(unique))] == list(range(7))
