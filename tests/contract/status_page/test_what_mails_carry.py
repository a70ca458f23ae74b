"""What the notifier writes into mails is what the page reads out of them: tokens, marks, Message-IDs, links."""

import pytest

from notifier.channels.compose import message_id
from notifier.rendering import links
from status_page.inbound.message_names import local_part_of
from status_page.inbound.whose import Meant, Postmarks
from status_page.pages.routes import PURPOSE as ORDER
from status_page.preferences.routes import PURPOSE as OPTIONAL_OFF
from status_page.trials.routes import PURPOSE as CANCEL
from tests.samples.mails import REPLIES, TOKENS

NAME = "merchants/lantern/orders/R-10042"
MARKS = Postmarks(TOKENS, REPLIES)


def test_the_name_of_a_mail_is_found_again_by_its_message_id() -> None:
    name = f"{NAME}!STILL_WITH_YOU/heard@1/DUE/buyer/email"
    assert message_id(name, "wismo.test") == f"<{local_part_of(name)}@wismo.test>"


def test_links_in_mails_are_for_the_purposes_that_the_page_opens() -> None:
    assert (links.ORDER_PURPOSE, links.CANCEL_PURPOSE, links.OPTIONAL_PURPOSE) == (ORDER, CANCEL, OPTIONAL_OFF)


@pytest.mark.parametrize(("letter", "role"), [("b", "buyer"), ("c", "care"), ("e", "care")])
def test_a_token_says_whose_reply_it_waits_for(letter: str, role: str) -> None:
    token = TOKENS.sign(letter, "q-1", "lantern", "R-10042")
    meant = Meant(NAME, role, "q-1")  # type: ignore[arg-type]  # One of the roles.
    assert MARKS.by_address([f"Reply+{token.upper()}@MAIL.test".lower()]) == meant
    assert MARKS.by_references([f"{token}.order@wismo.test"]) == meant
    assert MARKS.by_references([f"{token}@wismo.test"]) is None
    assert MARKS.is_ours([REPLIES.with_token(token)])


def test_an_order_whose_token_is_too_long_has_the_address_without_one() -> None:
    long = TOKENS.sign("b", "", "lantern", "R" * 64)
    address = REPLIES.with_token(long)
    assert address == "reply@mail.test"
    assert MARKS.is_ours([address])
    assert MARKS.by_address([address]) is None
    assert not MARKS.is_ours(["orders@lantern.test", "reply@other.test"])
