"""The year: every order's life with the watchdog on, and the same lives with it off, counted as they end."""

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from notifier.care import BUYER, AttentionKind, PlannedNotice
from notifier.care.measures import Tally, increments
from notifier.care.policies import zone_of
from tests.simulation.disasters import SimulatedPost
from tests.simulation.lives import life
from tests.simulation.one_order import OneOrder
from tests.simulation.oracle import Judgement, darkness
from tests.simulation.oracle_alerts import Alerts
from tests.simulation.people import People, the_shop

LIVED = timedelta(days=45)
"""How long after its order each life is looked at."""
HOUR = 3600.0
_PORTION = 25


@dataclass
class Side:
    """One of the two years. ``months`` hold hours in the dark by the month in which the order was placed."""

    dark_orders: int = 0
    hours_dark: float = 0.0
    hours_in_outages: float = 0.0
    hours_unreachable: float = 0.0
    longest: float = 0.0
    months: dict[int, float] = field(default_factory=lambda: dict.fromkeys(range(1, 13), 0.0))
    messages: list[int] = field(default_factory=list)
    empty: int = 0
    bounces: int = 0
    questions: int = 0

    def add(self, one: OneOrder, judged: Judgement, month: int) -> None:
        """Count one life."""
        hours = (judged.dark + judged.dark_in_outage + judged.dark_unreachable) / HOUR
        self.dark_orders += judged.dark > 0
        self.hours_dark += hours
        self.hours_in_outages += judged.dark_in_outage / HOUR
        self.hours_unreachable += judged.dark_unreachable / HOUR
        self.longest = max(self.longest, judged.longest / HOUR)
        self.months[month] += hours
        self.messages.append(len(one.story.told))
        self.empty += sum(not told.new_fact for told in one.story.told if told.worth_hearing)
        self.bounces += len(one.story.back)
        self.questions += sum(len(question.posts) > 0 for question in one.proto.questions)

    def join(self, other: "Side") -> None:
        """Add another portion of it."""
        self.dark_orders += other.dark_orders
        self.hours_dark += other.hours_dark
        self.hours_in_outages += other.hours_in_outages
        self.hours_unreachable += other.hours_unreachable
        self.longest = max(self.longest, other.longest)
        for month, hours in other.months.items():
            self.months[month] += hours
        self.messages += other.messages
        self.empty += other.empty
        self.bounces += other.bounces
        self.questions += other.questions


@dataclass
class Year:
    """What came of it."""

    orders: int = 0
    events: int = 0
    looks: int = 0
    notices: Counter[str] = field(default_factory=Counter)
    alerts: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    dark: list[str] = field(default_factory=list)
    left_open: int = 0
    with_watchdog: Side = field(default_factory=Side)
    without: Side = field(default_factory=Side)
    measures: Tally = field(default_factory=Tally)

    def join(self, other: "Year") -> None:
        """Add another portion of it."""
        self.orders += other.orders
        self.events += other.events
        self.looks += other.looks
        self.notices.update(other.notices)
        self.alerts.update(other.alerts)
        self.missed += other.missed
        self.early += other.early
        self.dark += other.dark
        self.left_open += other.left_open
        self.with_watchdog.join(other.with_watchdog)
        self.without.join(other.without)
        self.measures.join(other.measures)


def lived(seed: int, number: int, orders: int, *, watchdog: bool) -> tuple[OneOrder, Judgement, int]:
    """One life to its end, and what an outsider says of it; the month in which it began."""
    plan, shop = life(seed, number, orders), the_shop()
    post = SimulatedPost(plan.random, wrong=plan.wrong_address, full=plan.full_mailbox)
    people = People(plan, shop, post)
    one = OneOrder(shop, post, watchdog=watchdog, on_notice=people.hear)
    people.begin(one)
    end = plan.placed_at + LIVED
    one.run(end)
    judged = Judgement()
    darkness(one.story, end, judged)
    if watchdog:
        Alerts(one.story, end, judged).judge()
    return one, judged, plan.placed_at.month


def run(seed: int, orders: int, progress: Callable[[int], None] = lambda _: None, workers: int = 1) -> Year:
    """The whole of it, in portions; the same however many live them. ``progress`` learns how many orders are done."""
    portions = [range(begins, min(begins + _PORTION, orders)) for begins in range(0, orders, _PORTION)]
    year, live = Year(), partial(_portion, seed, orders)
    with ExitStack() as stack:
        done: Iterable[Year] = map(live, portions)
        if workers > 1:
            done = stack.enter_context(ProcessPoolExecutor(workers)).map(live, portions)
        for one in done:
            year.join(one)
            progress(year.orders)
    return year


def _portion(seed: int, orders: int, numbers: range) -> Year:
    year, zone = Year(), zone_of("Europe/Berlin")
    for number in numbers:
        one, judged, month = lived(seed, number, orders, watchdog=True)
        year.orders += 1
        year.events += len(one.story.versions)
        year.looks += one.story.looks
        year.left_open += len(one.watch.obligations)
        year.missed += [f"order {number}: {what}" for what in judged.missed]
        year.early += [f"order {number}: {what}" for what in judged.early]
        if judged.dark:
            year.dark.append(f"order {number}: dark for {judged.dark:.0f} s")
        for _, notice in one.story.notices:
            (year.notices if notice.recipient == BUYER else year.alerts)[_name_of(notice)] += 1
        year.with_watchdog.add(one, judged, month)
        for tally in increments(one.story.observed, zone).values():
            year.measures.join(tally)
        bare, bare_judged, _ = lived(seed, number, orders, watchdog=False)
        year.without.add(bare, bare_judged, month)
    return year


def _name_of(notice: PlannedNotice) -> str:
    if notice.recipient == BUYER:
        return str(notice.kind)
    matter = AttentionKind(notice.notice.attention.kind).name.lower().replace("_", " ")
    return f"{matter}, to {notice.recipient}"
