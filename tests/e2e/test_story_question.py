"""The question that needed two mails: three mails and a voice message are one matter with one promised time.

Each is acknowledged with the same reply-by time, the care team has one question with four pieces of evidence, and
answers it by replying to the mail that brought it.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from embedded_stack.servers.inbox_files import REPLY_DOMAIN, Mail
from tests.e2e.stage import (
    PHONE,
    desk_of,
    do_act,
    link_in,
    mails_to,
    open_page,
    picture,
    reply_to,
    said,
    shop_with,
    wait_for_mail,
    wait_for_text,
    zone_of_noon,
)
from tests.faults.running_stack import RunningStack, wait_until
from wismo.care.v1 import obligation_pb2
from wismo.client import CareClient, WismoClient, drafts
from wismo.orders.v1 import question_pb2

FIRST, SECOND, THIRD = (
    "How does my book get to me? Nothing on your page says so.",
    "I wrote this morning and nobody has answered. Where is my book?",
    "This is the third time that I write. Please, anybody?",
)
VOICE = "Ada Finch here. I have written three times. Please ring me back about the book."
ANSWER = "Your book leaves tomorrow with the afternoon post, by Royal Mail. I am sorry that you had to ask. Alex"

pytestmark = pytest.mark.timeout(240)


def acknowledgements(stack: RunningStack, recipient: str) -> list[Mail]:
    return [mail for mail in mails_to(stack, recipient) if "we have your question" in mail.subject]


def promised(mail: Mail) -> str:
    """The reply-by time that a mail names."""
    found = re.search(r"answers it by (.+?) at the latest", said(mail))
    assert found, said(mail)
    return found.group(1)


def test_three_mails_and_a_voice_message_are_one_question(
    stack: RunningStack, browser: Browser, tmp_path: Path
) -> None:
    books = shop_with(stack, "asking", drafts.policies())
    recipient = "ada@e2e.test"
    with WismoClient(stack.addresses["target"], books.key) as shop:
        buyer = drafts.buyer(recipient, display_name="Ada Finch", locale="en", time_zone=zone_of_noon())
        line = drafts.physical("book", "Night Birds of the North, hardback")
        shop.create_order(drafts.new_order("Q-1", buyer, [line], placed_at=datetime.now(UTC)))
        received = wait_for_mail(stack, recipient, lambda mail: "Q-1" in mail.subject)

        reply_to(stack, received, FIRST)
        wait_until(lambda: len(acknowledgements(stack, recipient)) == 1, 30, "the first is acknowledged")
        reply_to(stack, received, SECOND)
        wait_until(lambda: len(acknowledgements(stack, recipient)) == 2, 30, "the second is acknowledged")
        # The third went to the address alone, as some programs cut it: only its References say what it is about.
        reply_to(stack, acknowledgements(stack, recipient)[0], THIRD, to=f"reply@{REPLY_DOMAIN}")
        wait_until(lambda: len(acknowledgements(stack, recipient)) == 3, 30, "the third is acknowledged")

        desk = desk_of(browser, stack, books)
        desk.goto(f"{stack.addresses['page_url']}/desk/orders/Q-1/acts/call")
        do_act(desk, {"text": VOICE})
        wait_until(lambda: len(acknowledgements(stack, recipient)) == 4, 30, "the call is acknowledged")

        # Four acknowledgements, one promised time.
        times = {promised(mail) for mail in acknowledgements(stack, recipient)}
        assert len(times) == 1, times
        (question,) = shop.get_order("Q-1").questions
        assert question.state == question_pb2.QUESTION_STATE_OPEN
        evidence = {post.text: post.evidence_id for post in question.posts}
        assert set(evidence) == {FIRST, SECOND, THIRD, VOICE}, "quoted text is stripped"
        assert len({evidence[text] for text in (FIRST, SECOND, THIRD)} - {""}) == 3, "each mail is kept"
        with CareClient(stack.addresses["care_target"], books.key) as care:
            owed = [
                one for one in care.care_story("Q-1").obligations if one.kind == obligation_pb2.OBLIGATION_KIND_ANSWER
            ]
            assert len(owed) == 1
            assert owed[0].due_at == question.reply_by
            (matter,) = list(care.attention(kinds=["question"]))
            assert matter.due_at == question.reply_by

        desk.goto(f"{stack.addresses['page_url']}/desk/orders/Q-1")
        picture(desk, "desk-question", tmp_path, full=True)
        desk.close()

        # The team answers by replying to the mail that brought the question.
        forwarded = wait_for_mail(stack, books.team, lambda mail: FIRST in said(mail))
        reply_to(stack, forwarded, ANSWER, sender=books.team)
        answered = wait_for_mail(stack, recipient, lambda mail: "afternoon post" in said(mail))
        assert "wrote:" not in said(answered)
        page = open_page(browser, link_in(answered), PHONE)
        wait_for_text(page, "afternoon post")
        picture(page, "question-thread-phone", tmp_path, full=True)
        page.close()
        (question,) = shop.get_order("Q-1").questions
        assert question.state == question_pb2.QUESTION_STATE_ANSWERED
    assert len(acknowledgements(stack, recipient)) == 4
