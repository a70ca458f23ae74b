"""`wismo doctor` beside real servers: processes' operations ports, Kafka with groups and lag, the database, SMTP."""

import gc
import json
import threading
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from embedded_stack.servers import DatabaseServer, InboxServer, KafkaServer
from tests.fakes.in_memory_care import InMemoryCare
from tests.fakes.in_memory_orders import InMemoryOrders
from tests.integration.cli.conftest import Run
from wismo.cli.doctor import stores
from wismo.cli.doctor.kafka_clients import opened
from wismo.cli.doctor.web import clock


@pytest.fixture
def web() -> Iterator[str]:
    """Ready at /a/readyz, waiting for its database at /b/readyz and for the watchdog at /c/readyz; `host:port`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            failing = {"b": {"database": "away"}, "c": {"watchdog": "last tick 90 s ago"}}.get(self.path[1], {})
            self.send_response(503 if failing else 200)
            self.end_headers()
            self.wfile.write(json.dumps({"failing": failing}).encode())

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the name is the parent's.
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def configure(folder: Path, **more: object) -> None:
    path = folder / ".wismo/cli.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | more))


def findings(wismo: Run) -> dict[str, dict[str, str]]:
    return {each["what"]: each for each in json.loads(wismo("doctor", "--json").stdout)["findings"]}


def test_page_and_processes_are_asked_whether_they_are_ready(wismo: Run, folder: Path, web: str) -> None:
    configure(folder, page_url=f"http://{web}/a", ops={"notifier": f"{web}/a", "projector": f"{web}/b"})
    found = findings(wismo)
    assert found["status page"]["state"] == found["notifier process"]["state"] == found["clock"]["state"] == "ok"
    assert found["projector process"]["state"] == "fail"
    assert "database" in found["projector process"]["detail"]


def test_the_watchdog_s_heart_is_heard_through_the_notifier(wismo: Run, folder: Path, web: str) -> None:
    configure(folder, ops={"notifier": f"{web}/a"})
    assert findings(wismo)["watchdog"]["state"] == "ok"
    configure(folder, ops={"notifier": f"{web}/b"})
    assert findings(wismo)["watchdog"]["state"] == "warn"
    configure(folder, ops={"notifier": f"{web}/c"})
    found = findings(wismo)["watchdog"]
    assert (found["state"], found["detail"]) == ("fail", "last tick 90 s ago")


def test_the_care_service_is_asked_with_the_merchant_s_key(wismo: Run, folder: Path, server: InMemoryOrders) -> None:
    care = InMemoryCare().start()
    configure(folder, care_target=care.target)
    assert findings(wismo)["care"]["detail"].endswith("nothing needs a human")
    care.stop()
    assert findings(wismo)["care"]["state"] == "fail"
    configure(folder, care_target=server.target)
    assert "is no care service" in findings(wismo)["care"]["detail"]
    configure(folder, care_target="")
    assert findings(wismo)["care"]["state"] == "warn"


def test_a_page_that_is_not_there_is_told_with_what_to_do(wismo: Run, folder: Path) -> None:
    configure(folder, page_url="http://127.0.0.1:1")
    found = findings(wismo)["status page"]
    assert (found["state"], bool(found["advice"])) == ("fail", True)


def test_servers_behind_are_asked_without_leaving_a_trace(
    wismo: Run, folder: Path, kafka_server: KafkaServer, database_server: DatabaseServer, inbox: InboxServer
) -> None:
    configure(folder, kafka_bootstrap=kafka_server.bootstrap, mongo_url=database_server.url, smtp_url=inbox.smtp_url)
    found = findings(wismo)
    assert found["MongoDB"]["state"] == found["SMTP"]["state"] == "ok"
    assert found["Kafka"]["state"] in {"ok", "warn"}


def test_stores_that_are_away_are_told_as_such(wismo: Run, folder: Path) -> None:
    configure(folder, kafka_bootstrap="127.0.0.1:1", mongo_url="mongodb://127.0.0.1:1", smtp_url="smtp://127.0.0.1:1")
    found = findings(wismo)
    assert {found[name]["state"] for name in ("Kafka", "MongoDB", "SMTP")} == {"fail"}


def test_the_lag_of_a_group_is_what_it_has_not_committed(kafka_bootstrap: str, unique: str) -> None:
    topic, group = f"{unique}.orders", f"{unique}-group"
    names = stores.Names(topic, topic, topic, (group, f"{unique}-idle"))
    _topic(kafka_bootstrap, topic)
    with opened(KafkaProducer, bootstrap=kafka_bootstrap, acks="all") as producer:
        for number in range(7):
            producer.send(topic, str(number).encode()).get(10)
    with opened(KafkaConsumer, bootstrap=kafka_bootstrap, group_id=group, enable_auto_commit=False) as reader:
        reader.assign([TopicPartition(topic, 0)])
        reader.commit({TopicPartition(topic, 0): OffsetAndMetadata(3, "", -1)})
    found = {each.what: each for each in stores.kafka(kafka_bootstrap, names=names)}
    assert found[f"group {group}"].detail == "4 events behind"
    assert "nothing yet" in found[f"group {unique}-idle"].detail
    assert found["dead letters"].detail.startswith("7 in")


def test_a_client_that_is_closed_while_it_connects_leaves_no_socket(kafka_bootstrap: str) -> None:
    class Hasty:
        """Begins a connection with its last breath, as a client does whose metadata is due when it is closed."""

        def __init__(self, kafka_client: Any, **config: Any) -> None:
            self.network = kafka_client(**config)

        def close(self) -> None:
            (broker,) = self.network.cluster.bootstrap_brokers()
            self.network.maybe_connect(broker.node_id)
            self.network.close()

    gc.collect()  # What earlier clients forgot is not this one's.
    with warnings.catch_warnings(record=True, action="always") as told:
        with opened(Hasty, bootstrap=kafka_bootstrap):
            pass
        gc.collect()
    assert [str(each.message) for each in told if each.category is ResourceWarning] == []


def test_a_client_that_finds_no_broker_leaves_no_thread() -> None:
    before = threading.active_count()
    with pytest.raises(KafkaError), opened(KafkaConsumer, bootstrap="127.0.0.1:1", bootstrap_timeout_ms=200):
        pass
    assert threading.active_count() == before


@pytest.mark.parametrize(("seconds", "state"), [(1, "ok"), (-30, "warn"), (30, "warn"), (900, "fail")])
def test_a_clock_that_is_off_is_told_before_events_are_refused(seconds: int, state: str) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert clock(now, now + timedelta(seconds=seconds)).state == state


def _topic(bootstrap: str, name: str) -> None:
    with opened(KafkaAdminClient, bootstrap=bootstrap) as admin:
        admin.create_topics([NewTopic(name, num_partitions=1, replication_factor=1)], wait_for_metadata=True)
