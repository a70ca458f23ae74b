"""One suite for every store of watches: in memory, and MongoDB on a real server, on a clock that the test moves."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from chassis.mongo import connect
from notifier.adapters.mongo_ledger import MongoLedger
from notifier.adapters.mongo_watchdog import MongoWatchStore
from notifier.planning.plan import Resend
from notifier.sending.ledger import Batch
from tests.contract.notifier.watching import MovedClock, Watched, at, dead, mongo_letters
from tests.fakes.in_memory_ledger import InMemoryLedger
from tests.samples import merchants, mixed
from tests.samples.story import Story, stamp
from wismo.orders.v1 import fulfilment_event_pb2 as events


@pytest.fixture(params=["memory", "mongo"])
def watched(request: pytest.FixtureRequest, unique: str) -> Iterator[Watched]:
    clock = MovedClock()
    if request.param == "memory":
        memory = InMemoryLedger(clock, clock.monotonic)
        kept = memory.watches
        yield Watched(memory, kept, clock, kept.kept.pop, lambda: [one.kind for one in memory.letters])
        return
    client = connect(request.getfixturevalue("mongo_url"), "test")
    name = f"notifier-{unique}"
    try:
        ledger = MongoLedger(client, name, monotonic=clock.monotonic, now=clock)
        ledger.prepare()
        store = MongoWatchStore(client, name, now=clock)
        watches = client[name]["watches"]
        yield Watched(
            ledger, store, clock, lambda order: watches.delete_one({"_id": order}), lambda: mongo_letters(ledger)
        )
    finally:
        client.drop_database(name)
        client.close()


def new_story(reference: str = "R-10042") -> Story:
    """An order of which only the creation was told."""
    merchant = merchants.lantern()
    story = Story(merchant, mixed.new_order(merchant, reference, "robin@buyers.test"))
    story.tell(events.FulfilmentEvent(order_created=events.OrderCreated()))
    return story


def test_an_order_is_watched_from_its_first_event(watched: Watched) -> None:
    watched.hear(*new_story().told)
    swept = watched.store.sweep("", 100)
    assert (swept.looked, swept.orphans) == (1, ())


def test_a_silence_is_broken_before_it_is_too_long_and_only_once(watched: Watched) -> None:
    watched.hear(*new_story().told)
    watched.send()
    said = watched.until(at(hours=24))
    assert [kind for kind, _ in said if kind == "still_with_you"] == ["still_with_you"]
    assert at(hours=20) < next(when for kind, when in said if kind == "still_with_you") <= at(hours=24)


def test_what_is_news_keeps_the_watchdog_quiet(watched: Watched) -> None:
    story = new_story()
    watched.hear(*story.told)
    watched.send()
    watched.until(at(hours=22))
    watched.hear(story.tell(events.FulfilmentEvent(note_to_buyer=events.NoteToBuyer(text="We pack it now."))))
    watched.send()
    assert [kind for kind, _ in watched.until(at(hours=30)) if kind == "still_with_you"] == []


def test_a_broken_silence_is_told_to_orders(watched: Watched) -> None:
    watched.hear(*new_story().told)
    watched.send()
    watched.until(at(hours=24))
    assert watched.letters() == ["still_with_you"]


def test_two_watchdogs_never_look_at_the_same_watch(watched: Watched) -> None:
    watched.hear(*(event for number in range(6) for event in new_story(f"R-{number}").told))
    watched.send()
    watched.clock.to(at(hours=23, minutes=30))
    first, second = watched.store.claim(4, timedelta(seconds=30)), watched.store.claim(4, timedelta(seconds=30))
    assert (len(first.orders), len(second.orders), first.more) == (4, 2, True)
    assert not set(first.orders) & set(second.orders)
    assert watched.store.claim(4, timedelta(seconds=30)).orders == ()
    assert watched.store.speak(first).looked == 4
    assert watched.store.speak(first).looked == 0, "said and done: the claim is gone"


def test_what_a_lost_watchdog_claimed_goes_to_the_next_when_the_lease_ends(watched: Watched) -> None:
    watched.hear(*new_story().told)
    watched.send()
    watched.clock.to(at(hours=23, minutes=30))
    lost = watched.store.claim(4, timedelta(seconds=30))
    watched.clock.on(seconds=31)
    again = watched.store.claim(4, timedelta(seconds=30))
    assert again.orders == lost.orders
    assert len(watched.store.speak(again).notices) == 1
    assert watched.store.speak(lost).looked == 0


def test_a_watch_that_the_planner_has_folded_meanwhile_is_left_alone(watched: Watched) -> None:
    story = new_story()
    watched.hear(*story.told)
    watched.send()
    watched.clock.to(at(hours=23, minutes=30))
    claimed = watched.store.claim(4, timedelta(seconds=30))
    watched.hear(story.tell(events.FulfilmentEvent(note_to_buyer=events.NoteToBuyer(text="We pack it now."))))
    assert watched.store.speak(claimed).looked == 0


def test_how_late_a_watch_is_looked_at_is_known(watched: Watched) -> None:
    watched.hear(*new_story().told)
    watched.clock.on(hours=2)
    assert watched.store.claim(4, timedelta(seconds=30)).lag > timedelta(hours=1)


def test_an_open_order_without_a_watch_is_found_and_mended_with_what_it_was_told(watched: Watched) -> None:
    story = new_story()
    watched.hear(*story.told)
    watched.send()
    watched.hear(story.tell(events.FulfilmentEvent(packing_started=events.PackingStarted())))
    watched.lose(story.order.name)
    swept = watched.store.sweep("", 100)
    assert (swept.orphans, swept.mended) == ((story.order.name,), 1)
    assert watched.store.sweep("", 100).orphans == ()
    assert watched.until(at(hours=20)) == []
    assert [kind for kind, _ in watched.until(at(hours=25))] == ["still_with_you"]


def test_a_sweep_goes_through_all_in_chunks(watched: Watched) -> None:
    watched.hear(*(event for number in range(5) for event in new_story(f"R-{number}").told))
    first = watched.store.sweep("", 3)
    second = watched.store.sweep(first.last, 3)
    assert (first.looked, second.looked, second.last) == (3, 2, "")


def test_policies_that_change_are_applied_to_what_is_open(watched: Watched) -> None:
    stories = [new_story(f"R-{number}") for number in range(5)]
    watched.hear(*(event for story in stories for event in story.told))
    watched.send()
    assert watched.store.recompute(2) is None
    changed = merchants.lantern()
    changed.revision = 2
    changed.policies.silence_limit.FromTimedelta(timedelta(hours=6))
    watched.change(changed)
    parts = [part for part in (watched.store.recompute(2) for _ in range(4)) if part is not None]
    assert [(part.looked, part.finished) for part in parts] == [(2, False), (4, False), (5, True)]
    assert parts[-1].moved >= 5
    assert [kind for kind, _ in watched.until(at(hours=6))].count("still_with_you") == 5


def test_a_message_that_came_back_was_not_heard(watched: Watched) -> None:
    story = new_story()
    watched.hear(*story.told)
    (row,) = watched.send()
    watched.clock.on(minutes=5)
    came_back = events.MessageBounced(message_id=row.id, permanent=True, status="5.1.1")
    story.tell(events.FulfilmentEvent(message_bounced=came_back), later=timedelta(minutes=5))
    watched.hear(story.told[-1])
    said = [kind for kind, _ in watched.until(at(hours=1))]
    assert "alert" in said


def test_a_message_that_cannot_be_delivered_is_told_to_the_team_at_once(watched: Watched) -> None:
    watched.hear(*new_story().told)
    watched.send(dead())
    watched.clock.on(minutes=1)
    assert len(watched.tick().notices) >= 1


def test_a_message_can_be_asked_for_once_more_and_only_of_its_own_order(watched: Watched) -> None:
    story, other = new_story(), new_story("R-2")
    watched.hear(*story.told, *other.told)
    rows = {row.order: row.id for row in watched.send()}
    name, foreign = story.order.name, other.order.name
    wanted = [
        Resend(rows[name], name, 2),
        Resend(rows[foreign], name, 3),
        Resend(f"{name}#00000099/buyer/email", name, 4),
    ]
    assert watched.ledger.record(Batch(resends=wanted)).new == 1
    assert watched.ledger.record(Batch(resends=wanted)).new == 0
    assert [row.id for row in watched.send()] == [f"{rows[name]}/again-00000002"]


def test_nothing_is_said_about_an_erased_buyer(watched: Watched) -> None:
    story = new_story()
    watched.hear(*story.told)
    watched.send()
    watched.clock.on(hours=1)
    erased = story.tell(events.FulfilmentEvent(buyer_erased=events.BuyerErased()))
    erased.order.erase_time.CopyFrom(stamp(watched.clock.time))
    watched.hear(erased)
    assert watched.until(at(hours=72), step=timedelta(minutes=30)) == []
    assert watched.store.sweep("", 10).looked == 0


def test_the_heart_of_the_watchdog_is_heard_from_outside(watched: Watched) -> None:
    assert watched.store.silent_for() is None
    watched.store.beat("one")
    watched.clock.on(seconds=90)
    assert watched.store.silent_for() == timedelta(seconds=90)
    watched.store.beat("two")
    assert watched.store.silent_for() == timedelta()
