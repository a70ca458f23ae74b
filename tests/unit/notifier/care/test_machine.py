"""Whatever happens to an order, and whenever anybody looks: nothing is said twice, nothing owed is forgotten."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from notifier.care import Kind, reconcile
from notifier.care.facts import facts_of
from notifier.care.owed import RULES
from notifier.care.owed.failure import is_failure
from orders.domain.changes.contact import BuyerErased

from .stories import APP, BOOK, COURSE, DAY, MINUTE, SITE, START, expected, merchant, placed
from .test_any_time import change_at


class Lives(RuleBasedStateMachine):
    """One order with all kinds of lines, lived at random."""

    @initialize(limit=st.sampled_from([2, 12, 24, 72]))
    def place(self, limit: int) -> None:
        shop = merchant(silence_limit=timedelta(hours=limit))
        self.one = placed(expected(BOOK, START + 4 * DAY), APP, SITE, COURSE, shop=shop)
        self.handed_out: list[tuple[Kind, str]] = []

    @rule(number=st.integers(0, 16), hours=st.integers(0, 30))
    def something_happens(self, number: int, hours: int) -> None:
        self.one.record(change_at(number, self.one.now, hours))

    @rule(minutes=st.integers(1, 60 * 50))
    def time_passes(self, minutes: int) -> None:
        self.one.run(self.one.now + minutes * MINUTE)

    @rule(times=st.integers(1, 3))
    def the_watchdog_looks_once_more(self, times: int) -> None:
        for _ in range(times):
            self.one.tick()

    @rule(permanent=st.booleans())
    def the_newest_message_comes_back(self, permanent: bool) -> None:
        known = [one for one in self.one.story.told if one.message_id not in self.one.story.back]
        if known:
            self.one.comes_back(known[-1].message_id, permanent=permanent)

    @rule(again=st.integers(0, 9))
    def the_buyer_is_erased(self, again: int) -> None:
        if again == 0:
            self.one.record(BuyerErased())

    @invariant()
    def nothing_is_said_twice(self) -> None:
        said = [notice.id for _, notice in self.one.story.notices]
        assert len(said) == len(set(said))

    @invariant()
    def at_most_one_message_to_the_buyer_in_a_turn(self) -> None:
        said = [at for at, notice in self.one.story.notices if notice.recipient == "buyer"]
        # Each call of the watchdog is a moment of its own, but for those of `the_watchdog_looks_once_more`.
        assert all(said.count(at) <= 4 for at in said)

    @invariant()
    def nothing_that_is_owed_is_forgotten(self) -> None:
        one = self.one
        if one.proto.HasField("erase_time"):
            assert one.watch.obligations == ()
            return
        watch = reconcile(one.watch, one.proto, one.merchant, one.now).watch
        facts = facts_of(watch, one.proto, one.merchant, one.now)
        known = {(int(ob.kind), ob.cause) for ob in watch.obligations}
        over = {
            (int(kind), cause) for kind, _, cause in (mark.partition(":") for mark in watch.marks) if kind.isdigit()
        }
        owed = {(int(ob.kind), ob.cause) for kind in Kind for ob in RULES[kind].owed(facts)}
        assert owed <= known | over
        silences = [ob for ob in watch.obligations if ob.kind == Kind.SILENCE and not is_failure(ob)]
        assert len(silences) == facts.is_open
        assert len(known) == len(watch.obligations)

    @invariant()
    def what_has_ended_is_handed_out_once(self) -> None:
        ended = [ob.key for ob in self.one.story.ended if ob.kind in {Kind.SILENCE, Kind.ANSWER, Kind.CHARGE_NOTICE}]
        assert len(ended) == len(set(ended))

    @invariant()
    def a_watch_stays_small(self) -> None:
        assert len(self.one.watch.told) <= 16
        assert len(self.one.watch.marks) < 80


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)
