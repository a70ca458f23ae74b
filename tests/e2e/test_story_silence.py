"""The package with three parts, and then nothing: what must never happen again, on a clock of seconds.

The shop is silent after "order complete". Wismo is not: the buyer hears an honest "still with you" before the limit,
the team is told when that is no longer enough, and whoever stands above it when nobody acts. One note from the desk
ends it.
"""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from playwright.sync_api import Browser

from tests.e2e.stage import (
    PHONE,
    desk_of,
    do_act,
    link_in,
    mails_to,
    open_page,
    said,
    shop_with,
    wait_for_mail,
    wait_for_text,
    zone_of_noon,
)
from tests.faults.running_stack import RunningStack, wait_until
from wismo.client import CareClient, WismoClient, drafts

LIMIT = timedelta(seconds=24)
NOTE = "Your book is being bound anew: the cover was torn. The download and your code come within the hour. Alex"

pytestmark = pytest.mark.timeout(240)


def test_the_package_with_three_parts_and_silence(stack: RunningStack, browser: Browser) -> None:
    policies = drafts.policies(silence_limit=LIMIT, escalate_after=timedelta(seconds=70))
    books = shop_with(stack, "silent", policies)
    recipient = "sam@e2e.test"
    with WismoClient(stack.addresses["target"], books.key) as shop:
        buyer = drafts.buyer(recipient, display_name="Sam Reed", locale="en", time_zone=zone_of_noon())
        lines = [
            drafts.physical("book", "Night Birds of the North, hardback"),
            drafts.download("software", "Nightjar 2.4"),
            drafts.access("room", "The Readers' Room, one year"),
        ]
        shop.create_order(drafts.new_order("D-1", buyer, lines, placed_at=datetime.now(UTC)))
        received = wait_for_mail(stack, recipient, lambda mail: "D-1" in mail.subject)
        assert all(title in said(received) for title in ("Night Birds", "Nightjar", "Readers' Room"))

        # Nothing happens. The word comes before the limit does.
        still = wait_for_mail(stack, recipient, lambda mail: "nothing new yet" in mail.subject)
        assert still.arrived - received.arrived <= LIMIT, "told before the limit, not after it"
        assert re.search(r"next (message|word)", said(still), re.IGNORECASE), "it says when the next word comes"
        assert "important to us" not in said(still).lower()

        # A second one without anything new: a human must write, and the desk says so.
        alert = wait_for_mail(stack, books.team, lambda mail: "D-1" in said(mail), seconds=60)
        assert recipient not in alert.recipients
        desk = desk_of(browser, stack, books)
        wait_for_text(desk, "D-1")
        # Nobody does: whoever stands above the team is told.
        wait_for_mail(stack, books.head, lambda mail: "D-1" in said(mail), seconds=100)

        desk.goto(f"{stack.addresses['page_url']}/desk/orders/D-1/acts/note")
        do_act(desk, {"text": NOTE})
        wrote = wait_for_mail(stack, recipient, lambda mail: "bound anew" in said(mail))
        with CareClient(stack.addresses["care_target"], books.key) as care:
            wait_until(lambda: not list(care.attention(kinds=["dark"])), 10, "nobody is in the dark any more")
        page = open_page(browser, link_in(wrote), PHONE)
        wait_for_text(page, "bound anew")
        page.close()
        desk.close()

    heard = sorted(mail.arrived for mail in mails_to(stack, recipient))
    gaps = [later - earlier for earlier, later in pairwise(heard)]
    assert max(gaps) <= LIMIT + timedelta(seconds=3), f"the buyer was in the dark for {max(gaps)}"
