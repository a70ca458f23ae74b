from dataclasses import replace
from pathlib import Path

import pytest

from chassis.crash_points import crash_points_in
from chassis.kafka import BatchConsumer, KafkaDeadLetters, Producer, Record, Rejected, TopicSpec, ensure_topics
from status_page.bootstrap import DEAD_LETTERS, GROUP
from status_page.projection.reading import ORDER_EVENTS
from tests.fakes.status_page_site import records_of
from tests.integration.status_page.conftest import Stage
from tests.integration.status_page.processes import ServiceProcess, wait_for
from tests.samples.mixed import mixed_order

SERVICES = Path(__file__).parents[3] / "services" / "status_page"
PROJECTOR_POINTS = [
    point.name for point in crash_points_in(SERVICES) if point.name.startswith("status_page.projector.")
]


def test_what_is_published_is_on_the_page_and_the_page_never_goes_back(stage: Stage, unique: str) -> None:
    stories = [mixed_order(f"{unique}-{number}") for number in range(20)]
    with stage.projector() as projector:
        stage.tell(*stories)
        wait_for(lambda: all(stage.sequence(story) == 7 for story in stories), "every order at its last event")
        stage.publish(*records_of(stories[0], [0, 1, 2]))
        last = mixed_order(f"{unique}-last")
        stage.tell(last)
        wait_for(lambda: stage.sequence(last) == 7, "what came after the repeats")
        assert stage.sequence(stories[0]) == 7
        assert projector.stop() == 0


@pytest.mark.parametrize("point", PROJECTOR_POINTS)
def test_killed_at_any_point_it_goes_on_where_it_was(stage: Stage, unique: str, point: str) -> None:
    stories = [mixed_order(f"{unique}-{number}") for number in range(5)]
    projector = stage.projector()
    stage.tell(*stories)
    projector.start(WISMO_CRASH_AT=point)
    assert projector.wait(60) == -9
    with projector:
        wait_for(lambda: all(stage.sequence(story) == 7 for story in stories), "every order at its last event")


def test_the_crash_points_are_where_they_hurt() -> None:
    assert [point.name for point in crash_points_in(SERVICES)] == [
        "status_page.desk.jobs.before_advance",
        "status_page.downloads.after_count",
        "status_page.inbound.after_keeping_the_fact",
        "status_page.outbox.before_forgetting",
        "status_page.projector.after_write",
        "status_page.projector.before_commit",
        "status_page.projector.before_write",
        "status_page.questions.after_keeping",
        "status_page.trials.after_keeping",
    ]


def test_a_poison_record_is_dead_lettered_and_stops_nothing(stage: Stage, unique: str) -> None:
    story = mixed_order(unique)
    key = story.order.name.encode()
    with stage.projector():
        stage.publish(Record(ORDER_EVENTS, key, b"\xff\xffno event"), *records_of(story))
        wait_for(lambda: stage.sequence(story) == 7, "the order after the poison")
    with BatchConsumer(stage.bootstrap, f"reader-{unique}", [DEAD_LETTERS]) as reader:
        letters: list[Record] = []

        def found() -> bool:
            letters.extend(letter for letter in reader.poll() if letter.key == key)
            return bool(letters)

        wait_for(found, "the dead letter")
    headers = dict(letters[0].headers)
    assert headers["__dlq.errors.topic"] == ORDER_EVENTS.encode()
    assert headers["__dlq.errors.group"] == b"status-page"
    assert headers["__dlq.errors.message"] == b"no OrderEvent"
    # Nothing of the record itself is kept beyond its topic.
    assert letters[0].value in {b"", None}


def test_the_read_model_is_made_anew_from_the_log(stage: Stage, unique: str) -> None:
    stories = [mixed_order(f"{unique}-{number}") for number in range(3)]
    projector = stage.projector()
    with projector:
        stage.tell(*stories)
        wait_for(lambda: all(stage.sequence(story) == 7 for story in stories), "the orders")
        rebuild = ServiceProcess(stage.folder / "rebuild.log", "rebuild", "--drop", **stage.environ)
        rebuild.start()
        assert rebuild.wait() == 1, "a projector is running"
        assert stage.sequence(stories[0]) == 7
        assert projector.stop() == 0
        rebuild.start()
        assert rebuild.wait() == 0
        assert stage.sequence(stories[0]) == 0
        projector.start()
        wait_for(lambda: all(stage.sequence(story) == 7 for story in stories), "the orders, once more", 60)


def test_a_dead_record_is_replayed_while_the_projector_runs(stage: Stage, unique: str) -> None:
    """An older version could not handle it: it lies in a topic of its own, and has a dead letter."""
    story, missed = mixed_order(unique), f"{unique}-missed"
    ensure_topics(stage.bootstrap, [TopicSpec(missed, 1)])
    with Producer(stage.bootstrap, "tests") as producer:
        for offset, record in enumerate(replace(one, topic=missed) for one in records_of(story)[-2:]):
            producer.publish(record)
            lies = replace(record, partition=0, offset=offset)
            KafkaDeadLetters(producer, DEAD_LETTERS, GROUP).publish(Rejected(lies, "handler raised KeyError"))

    def ask(*arguments: str) -> tuple[int, list[str]]:
        command = ServiceProcess(stage.folder / f"{arguments[0]}.log", "dead", *arguments, **stage.environ)
        command.log.unlink(missing_ok=True)
        command.start()
        code = command.wait(60)
        return code, [line for line in command.log.read_text().splitlines() if line.startswith(missed)]

    with stage.projector() as projector:
        stage.tell(mixed_order(f"{unique}-2"))
        code, listed = ask("records")
        assert code == 0
        assert [line.split("\t")[0] for line in listed] == [f"{missed}:0:0", f"{missed}:0:1"]
        assert ask("replay-records", f"{missed}:0:1") == (0, [f"{missed}:0:1\tprojected again"])
        assert stage.sequence(story) == 7
        assert ask("replay-records", f"{missed}:0:0") == (0, [f"{missed}:0:0\tprojected again"])
        assert stage.sequence(story) == 7, "the older one changes nothing"
        assert ask("records") == (0, [])
        assert projector.stop() == 0
    assert ask("replay-records")[0] == 2
    assert ask("records", "--all")[0] == 2
