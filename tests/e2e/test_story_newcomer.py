"""The newcomer: a code whose letters look alike, an afternoon of trying, an angry question, and an answer that owns it.

What must hold: the mail says aloud what the code is made of, an unused access is noticed before the buyer asks, asking
takes one form and no account, and the answer comes with a goodwill of which the page and the mail say why.
"""

import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.stage import (
    PHONE,
    link_in,
    mails_to,
    open_page,
    picture,
    said,
    shop_with,
    wait_for_mail,
    wait_for_text,
    zone_of_noon,
)
from tests.faults.running_stack import RunningStack
from wismo.client import WismoClient, drafts, events

CODE = "Il1O-0oB8-qZ2S"
RAGE = "I have typed this password FORTY times. Your site is broken and nobody answers. I want my money back!"
ANSWER = (
    "The code was right, and our mail made it hard to read: its first sign is a capital i, the second a small L. "
    "It works when you copy it with the button. I am sorry for your afternoon."
)
GIFT = "A second year in the Readers' Room."

pytestmark = pytest.mark.timeout(240)


def test_the_newcomer_with_the_case_sensitive_password(stack: RunningStack, browser: Browser, tmp_path: Path) -> None:
    books = shop_with(stack, "newcomers", drafts.policies(unused_after=timedelta(seconds=12)))
    recipient = "nell@e2e.test"
    with WismoClient(stack.addresses["target"], books.key) as shop:
        buyer = drafts.buyer(recipient, display_name="Nell Brown", locale="en", time_zone=zone_of_noon())
        shop.create_order(drafts.new_order("N-1", buyer, [drafts.access("room", "The Readers' Room, one year")]))
        shop.record(
            "N-1", events.access_granted("room", login_url="https://room.test/in", code=CODE, case_sensitive=True)
        )

        granted = wait_for_mail(stack, recipient, lambda mail: CODE in mail.text)
        aloud = said(granted)
        assert "Capital and small letters are not the same" in aloud
        assert re.search(r"\bI is capital letter I\b", aloud), "look-alikes are spelt out"
        assert re.search(r"\bl is small letter L\b", aloud, re.IGNORECASE)
        assert re.search(r"\b1\. .*\b2\. ", aloud), "numbered steps"

        # Nobody has used the access: the watchdog says so before the buyer has to.
        reminder = wait_for_mail(stack, recipient, lambda mail: "waiting for you" in mail.subject)
        assert CODE in reminder.text

        page = open_page(browser, link_in(granted), PHONE)
        assert page.locator("#code-room").inner_text().strip() == CODE
        assert page.get_by_text("Capital and small letters are different").count() == 1
        page.locator("#question textarea").fill(RAGE)
        page.locator("#question button[type=submit]").click()
        standing = page.locator("#question .standing").inner_text()
        assert "You need not ask a second time" in standing
        picture(page, "question-asked-phone", tmp_path)

        received = wait_for_mail(stack, recipient, lambda mail: "we have your question" in mail.subject)
        assert RAGE in said(received)
        forwarded = wait_for_mail(stack, books.team, lambda mail: "FORTY" in mail.text)
        assert recipient not in forwarded.recipients

        (question,) = shop.get_order("N-1").questions
        assert len(question.posts) == 1
        shop.answer_question("N-1", question.question_id, ANSWER)
        credit = events.credit_given("sorry", description=GIFT, reason="Our mail was hard to read.")
        shop.record("N-1", credit)
        answered = wait_for_mail(stack, recipient, lambda mail: "a capital i, the second a small L" in said(mail))
        given = wait_for_mail(stack, recipient, lambda mail: GIFT in said(mail))
        assert "Our mail was hard to read." in said(given)
        assert answered.message["References"]
        wait_for_text(page, "I am sorry for your afternoon")
        assert GIFT in page.locator("main").inner_text()
        picture(page, "question-answered-phone", tmp_path, full=True)

        # Used at last: nothing more is said about it.
        shop.record("N-1", events.access_used("room"))
        before = len(mails_to(stack, recipient))
        time.sleep(15)
        assert len(mails_to(stack, recipient)) == before
        page.close()
