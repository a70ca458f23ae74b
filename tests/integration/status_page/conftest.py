"""A broker with the topics, a database of its own for each test, and stories told through Kafka."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pymongo.database import Database

from chassis.kafka import Producer, Record, TopicSpec, ensure_topics
from chassis.mongo import Document, connect
from status_page.bootstrap import DEAD_LETTERS
from status_page.projection.reading import MERCHANT_EVENTS, ORDER_EVENTS
from tests.fakes.status_page_site import LINKS, records_of
from tests.integration.status_page.processes import PageProcess, ServiceProcess
from tests.samples.story import Story


class Stage:
    """Everything that a test of the real page needs."""

    def __init__(self, mongo_url: str, bootstrap: str, name: str, folder: Path, database: Database[Document]) -> None:
        self.environ = {
            "WISMO_MONGO_URL": mongo_url,
            "WISMO_KAFKA_BOOTSTRAP": bootstrap,
            "WISMO_PAGE_DATABASE": name,
            "WISMO_DOWNLOADS_DIR": str(folder / "downloads"),
        }
        self.bootstrap = bootstrap
        self.folder = folder
        self.database = database

    def projector(self) -> ServiceProcess:
        return ServiceProcess(self.folder / "projector.log", "projector", **self.environ)

    def page(self, **environ: str) -> PageProcess:
        return PageProcess(self.folder / "page.log", **self.environ, **environ)

    def publish(self, *records: Record) -> None:
        """Publish as the orders service does: acknowledged before it returns."""
        with Producer(self.bootstrap, "stage") as producer:
            for outcome in producer.publish_many(list(records)):
                assert outcome.published, outcome

    def tell(self, *stories: Story) -> None:
        for story in stories:
            self.publish(*records_of(story))

    def sequence(self, story: Story) -> int:
        """How far the read model is with an order; 0 when it is not there."""
        row = self.database["orders"].find_one({"_id": story.order.name}) or {}
        return int(row.get("sequence", 0))

    def link(self, story: Story, version: int = 1) -> str:
        until = datetime.now(UTC) + timedelta(days=1)
        return "/o/" + LINKS.sign(purpose="order", subject=story.order.name, version=version, expires_at=until)


@pytest.fixture
def stage(mongo_url: str, kafka_bootstrap: str, unique: str, tmp_path: Path) -> Iterator[Stage]:
    topics = [TopicSpec(ORDER_EVENTS, 3), TopicSpec(MERCHANT_EVENTS, 3), TopicSpec(DEAD_LETTERS, 1)]
    ensure_topics(kafka_bootstrap, topics)
    (tmp_path / "downloads").mkdir()
    with connect(mongo_url, "stage") as client:
        yield Stage(mongo_url, kafka_bootstrap, unique, tmp_path, client[unique])
