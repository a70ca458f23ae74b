"""The trial that was to be charged early: nobody is surprised, and cancelling takes one link and no login."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.stage import (
    PHONE,
    link_in,
    open_page,
    picture,
    said,
    shop_with,
    wait_for_mail,
    wait_for_part,
    zone_of_noon,
)
from tests.faults.running_stack import RunningStack, wait_until
from wismo.client import WismoClient, drafts, events
from wismo.orders.v1 import questions_service_pb2 as charges

PRICE = (Decimal("19.00"), "GBP")
TERMS = "19 pounds every 30 days after the trial. Cancel before it ends, and nothing is charged."

pytestmark = pytest.mark.timeout(240)


def test_the_trial_that_was_to_be_charged_early(stack: RunningStack, browser: Browser, tmp_path: Path) -> None:
    books = shop_with(stack, "evening", drafts.policies())
    recipient, now = "tia@e2e.test", datetime.now(UTC)
    # The day on which the notice is due: a week and an hour before the end, a moment from now.
    begun, ends = now - timedelta(days=14), now + timedelta(days=7, hours=1, seconds=20)
    with WismoClient(stack.addresses["target"], books.key) as shop:
        buyer = drafts.buyer(recipient, display_name="Tia Moss", locale="en", time_zone=zone_of_noon())
        course = drafts.trial("course", "Drawing birds, an evening course, on trial")
        shop.create_order(drafts.new_order("T-1", buyer, [course], placed_at=begun))
        shop.record(
            "T-1",
            events.trial_started(
                "course",
                ends_at=ends,
                price_after=PRICE,
                billing_period=timedelta(days=30),
                allowance_unit="lessons",
                allowance_total=10,
                terms_summary=TERMS,
                occurred_at=begun,
            ),
        )
        shop.record("T-1", events.allowance_used("course", 4))

        # Two weeks in, the backend would charge; it asks first.
        early = shop.check_charge("T-1", "course", PRICE)
        assert not early.may_charge
        assert early.obstacle == charges.CHARGE_OBSTACLE_TRIAL_RUNNING, early.explanation

        # Nobody announced the charge; the watchdog does, on the seventh day before it.
        notice = wait_for_mail(
            stack, recipient, lambda mail: "a charge of £19.00 is coming" in mail.subject, seconds=60
        )
        assert TERMS in said(notice)
        assert re.search(r"\b6\b", said(notice)), "what is left of the trial"
        assert "List-Unsubscribe" not in notice.message, "a notice of a charge is not optional"

        page = open_page(browser, link_in(notice), PHONE)
        assert "4 of 10 used (lessons)" in page.locator("#line-course").inner_text()
        picture(page, "trial-phone", tmp_path, full=True)
        page.close()

        link = link_in(notice, "/t/")
        page = open_page(browser, link, PHONE)
        page.reload()
        assert not shop.get_order("T-1").trials[0].HasField("cancelled_at"), "looking changes nothing"
        picture(page, "trial-cancel-phone", tmp_path)
        page.get_by_role("button", name="Cancel the trial").click()
        assert "Nothing will be charged" in page.locator(".told").inner_text()
        page.close()

        wait_until(lambda: shop.get_order("T-1").trials[0].HasField("cancelled_at"), 20, "orders knows")
        wait_for_mail(stack, recipient, lambda mail: "cancelled" in mail.subject)
        late = shop.check_charge("T-1", "course", PRICE)
        assert (late.may_charge, late.obstacle) == (False, charges.CHARGE_OBSTACLE_CANCELLED)
        assert late.explanation

        page = open_page(browser, link_in(notice), PHONE)
        wait_for_part(page, "#line-course")
        assert "Nothing will be charged." in page.locator("#line-course").inner_text()
        page.close()
