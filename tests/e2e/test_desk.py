"""The desk's list on a bad day: everything that needs a human comes to it by itself, and is worked off by keyboard.

All of it is found by the watchdog of the running product, on policies of seconds. With WISMO_UPDATE_DOCS=1 the pictures
of the desk are taken anew.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.stage import (
    DESKTOP,
    PHONE,
    Shop,
    desk_of,
    open_page,
    picture,
    shop_with,
    wait_for_mail,
    wait_for_text,
    zone_of_noon,
)
from tests.faults.running_stack import RunningStack, wait_until
from wismo.client import CareClient, Expected, WismoClient, drafts, events
from wismo.orders.v1.line_pb2 import OrderLine
from wismo.orders.v1.order_pb2 import Order

pytestmark = pytest.mark.timeout(240)

KINDS = ("question", "dark", "problem", "parcel", "date", "charge")


def order(reference: str, name: str, line: OrderLine) -> Order:
    recipient = f"{name.split(maxsplit=1)[0].lower()}@e2e.test"
    buyer = drafts.buyer(recipient, display_name=name, locale="en", time_zone=zone_of_noon())
    return drafts.new_order(reference, buyer, [line], placed_at=datetime.now(UTC))


def a_bad_day(shop: WismoClient, now: datetime) -> None:
    """One order for each kind of matter."""
    soon = now + timedelta(seconds=8)
    shop.create_order(order("B-101", "Ada Finch", drafts.physical("book", "Night Birds of the North, hardback")))
    shop.ask_question("B-101", "Where is my book? I was told Tuesday.", channel="email")
    shop.create_order(order("B-102", "Sam Reed", drafts.access("room", "The Readers' Room, one year")))
    shop.create_order(order("B-103", "Nell Brown", drafts.physical("lamp", "Reading lamp, brass")))
    problem = events.problem_reported(
        "shade",
        what_happened="The lamp came from its maker with a scratched shade.",
        what_we_do="A new shade is on its way to us.",
        # The team is reminded two hours before it would break its word.
        next_update_at=soon + timedelta(hours=2),
        line_ids=["lamp"],
    )
    shop.record("B-103", problem)
    shop.create_order(order("B-104", "Kim Larsen", drafts.physical("atlas", "A Pocket Atlas of Moths")))
    shop.record(
        "B-104",
        events.parcel_shipped("P-1", carrier="royal-mail", tracking_number="RM123456785GB", handed_over=False),
    )
    shop.create_order(
        order("B-105", "Lee Okafor", drafts.download("map", "Map of the Fens", expected=Expected(soon, soon)))
    )
    shop.create_order(order("B-106", "Tia Moss", drafts.trial("course", "Drawing birds, an evening course")))
    shop.record(
        "B-106",
        events.trial_started(
            "course",
            ends_at=now + timedelta(hours=20),
            price_after=(Decimal("19.00"), "GBP"),
            allowance_unit="lessons",
            allowance_total=10,
            occurred_at=now - timedelta(days=14),
        ),
    )
    shop.record("B-106", events.allowance_used("course", 4))


@pytest.fixture(scope="module")
def harbour(stack: RunningStack) -> Shop:
    return shop_with(
        stack,
        "harbour",
        drafts.policies(
            silence_rules=[drafts.silence_rule(timedelta(seconds=16), line_kind="access")],
            first_scan_within=timedelta(seconds=6),
        ),
    )


def test_everything_that_needs_a_human_comes_to_the_desk_by_itself(
    stack: RunningStack, browser: Browser, harbour: Shop, tmp_path: Path
) -> None:
    with (
        WismoClient(stack.addresses["target"], harbour.key) as shop,
        CareClient(stack.addresses["care_target"], harbour.key) as care,
    ):
        a_bad_day(shop, datetime.now(UTC))

        def found() -> set[str]:
            return {kind for kind in KINDS if list(care.attention(kinds=[kind]))}

        wait_until(lambda: found() == set(KINDS), 90, "one matter of each kind")
    desk = desk_of(browser, stack, harbour)
    wait_for_text(desk, "B-106")
    text = desk.locator("main").inner_text()
    assert all(f"B-10{number}" in text for number in range(1, 7)), text
    picture(desk, "desk-now", tmp_path)

    # By keyboard alone: down the list, into the first order, back.
    desk.keyboard.press("j")
    desk.keyboard.press("Enter")
    desk.locator("main.story").wait_for()
    desk.keyboard.press("u")
    desk.get_by_role("heading", name="What needs a human now").wait_for()
    desk.close()
    phone = desk_of(browser, stack, harbour, PHONE)
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], "nothing sticks out on a phone"
    picture(phone, "desk-now-phone", tmp_path)
    phone.close()
    for reference in ("B-102", "B-103", "B-104"):
        wait_for_mail(stack, harbour.team, lambda mail, reference=reference: reference in mail.text)  # type: ignore[misc]  # Bound now.


def test_how_well_a_shop_cares_is_plotted_and_can_be_taken_along(
    stack: RunningStack, browser: Browser, harbour: Shop, tmp_path: Path
) -> None:
    with (
        WismoClient(stack.addresses["target"], harbour.key) as shop,
        CareClient(stack.addresses["care_target"], harbour.key) as care,
    ):
        shop.create_order(order("B-108", "Ivy Lund", drafts.physical("pen", "Fountain pen, green")))
        wait_until(lambda: care.measures().total.orders >= 1, 30, "an order that is counted")
    desk = desk_of(browser, stack, harbour)
    desk.get_by_role("link", name="Measures").click()
    desk.get_by_role("heading", name="How well you care").wait_for()
    assert desk.locator("figure svg").count() >= 3
    picture(desk, "desk-measures", tmp_path, full=True)
    with desk.expect_download() as taken:
        desk.get_by_role("link", name="CSV").click()
    lines = Path(taken.value.path()).read_text(encoding="utf-8").splitlines()
    assert len(lines) >= 2
    desk.close()


def test_the_demo_has_a_desk_with_something_to_do(stack: RunningStack, browser: Browser, tmp_path: Path) -> None:
    """What a newcomer finds behind the keys that `make run` prints."""
    known = stack.addresses
    lantern = Shop("lantern", known["api_key"], known["care_keys"]["agent"], "team@lantern.test", "head@lantern.test")
    desk = desk_of(browser, stack, lantern)
    wait_for_text(desk, "L-1004")
    desk.get_by_role("link", name="Is the lamp").first.click()
    desk.locator("main.story").wait_for()
    assert "two metres" in desk.locator("main").inner_text()
    picture(desk, "desk-story", tmp_path)
    desk.close()
    reader = open_page(browser, f"{known['page_url']}/desk/login", DESKTOP)
    reader.locator("#key").fill(known["care_keys"]["reader"])
    reader.get_by_role("button", name="Log in").click()
    reader.goto(f"{known['page_url']}/desk/orders/L-1004")
    assert reader.get_by_role("link", name="Answer").count() == 0, "a reader only looks"
    reader.close()
