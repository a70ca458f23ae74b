"""A desk made of fakes, with three orders of the lantern and one of another shop."""

from datetime import timedelta
from pathlib import Path

import pytest

from status_page.lookup.limits import limiter
from tests.fakes.care_desk_site import DeskSite, needs
from tests.samples import merchants
from tests.samples.desk_stories import ask, open_order, report
from tests.samples.story import Story, stamp
from wismo.care.v1 import care_service_pb2 as care
from wismo.care.v1 import message_pb2, obligation_pb2

FOREIGN = "S-7"
"""The reference of an order that belongs to the other shop."""
FOREIGN_MESSAGE = "merchants/severny/orders/S-7#1/email"


@pytest.fixture
def site(tmp_path: Path) -> DeskSite:
    """A desk with work on it."""
    site = DeskSite(tmp_path / "downloads")
    with site.app.app_context():
        limiter.reset()
    fill(site)
    return site


def fill(site: DeskSite) -> tuple[Story, ...]:
    """Orders, and what the notifier knows of them."""
    now = site.clock.at
    asked = open_order("R-1", name="Robin Miller")
    ask(asked, now - timedelta(days=1, hours=2), times=3)
    late = open_order("R-2", "ines@buyers.test", name="Inès Dupont")
    report(late, now + timedelta(hours=2))
    still = open_order("R-3", "otto@buyers.test", name="Otto Weiß")
    foreign = open_order(FOREIGN, "anna@buyers.test", merchant=merchants.severny(), locale="ru")
    ask(foreign, now)
    site.tell(asked, late, still, foreign)
    site.care.items = [
        needs(asked.order.name, care.ATTENTION_KIND_QUESTION, now - timedelta(hours=2), subject="q-1", rank=2),
        needs(late.order.name, care.ATTENTION_KIND_PROBLEM, now + timedelta(hours=2), subject="p-1"),
        needs(still.order.name, care.ATTENTION_KIND_PARCEL, now - timedelta(minutes=30), subject="p1", escalated=True),
        needs(foreign.order.name, care.ATTENTION_KIND_QUESTION, now, subject="q-1"),
    ]
    for story in (asked, foreign):
        tell_story(site, story)
    return asked, late, still, foreign


def tell_story(site: DeskSite, story: Story) -> None:
    """The acknowledgement was accepted, and an answer is owed."""
    name, now = story.order.name, site.clock.at
    message = message_pb2.Message(
        message_id=f"{name}#1/email",
        kind="order_received",
        recipient="buyer",
        channel="email",
        state=message_pb2.DELIVERY_STATE_ACCEPTED,
        planned_at=stamp(now - timedelta(days=2)),
        settled_at=stamp(now - timedelta(days=2)),
        attempts=1,
        new_fact=True,
    )
    site.care.stories[name] = care.GetCareStoryResponse(
        heard_at=stamp(now - timedelta(days=2)),
        dark_from=stamp(now - timedelta(days=1)),
        obligations=[
            obligation_pb2.Obligation(
                kind=obligation_pb2.OBLIGATION_KIND_ANSWER,
                cause="question/q-1/1",
                made_at=stamp(now - timedelta(days=1)),
                due_at=stamp(now - timedelta(hours=2)),
                state=obligation_pb2.OBLIGATION_STATE_OPEN,
                steps=[
                    obligation_pb2.ObligationStepDone(
                        step=obligation_pb2.OBLIGATION_STEP_REMIND, done_at=stamp(now - timedelta(hours=8))
                    )
                ],
            )
        ],
        messages=[message],
        attention=[item for item in site.care.items if item.order == name],
    )
    whole = message_pb2.Message()
    whole.CopyFrom(message)
    whole.subject = "Thank you for your order"
    whole.text = "Thank you, Robin. The code is ••••."
    whole.html = '<html><body style="color:red"><script>alert(1)</script><p>Thank you, Robin.</p></body></html>'
    site.care.messages[name, message.message_id] = whole
