"""A buyer asks on the page, `orders` takes it, the care team answers."""

import re
from datetime import datetime, timedelta

from tests.fakes.status_page_site import Site
from tests.samples.story import Story, stamp
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import order_pb2, question_pb2, questions_service_pb2


def ask(site: Site, story: Story, text: str, **fields: str) -> str:
    """Send the form that is on the order's page; the page that it leads to."""
    path = site.path(story)
    page = site.browser.get(path).text
    hidden = dict(re.findall(r'name="(token|page)" value="([^"]+)"', page.partition('id="ask"')[2]))
    sent = site.browser.post(f"{path}/question", data={**hidden, "text": text, **fields})
    assert sent.status_code == 303, sent.text
    return site.browser.get(sent.location).text


def arrives(site: Site, story: Story, question_id: str = "q-1", reply: datetime | None = None) -> None:
    """`orders` takes what waits in the outbox, and the projector brings it back."""
    for fact in [one for one in site.outbox.letters if one.kind == "question"]:
        asked = questions_service_pb2.AskQuestionRequest.FromString(fact.body)
        site.outbox.told(fact.id)
        promised = stamp(reply or site.clock.at + timedelta(hours=24))

        def change(
            order: order_pb2.Order,
            asked: questions_service_pb2.AskQuestionRequest = asked,
            promised: object = promised,
        ) -> None:
            question = next((one for one in order.questions if one.question_id == question_id), None)
            if question is None:
                question = order.questions.add(question_id=question_id, asked_at=asked.asked_at, reply_by=promised)
            question.state = question_pb2.QUESTION_STATE_OPEN
            question.ClearField("answered_at")
            question.posts.add(
                occurred_at=asked.asked_at,
                from_buyer=True,
                channel=asked.channel,
                text=asked.text,
                evidence_id=asked.evidence_id,
            )

        change_ = events.QuestionAsked(question_id=question_id, text=asked.text)
        story.tell(events.FulfilmentEvent(question_asked=change_), change)
    site.tell(story)


def answered(site: Site, story: Story, text: str) -> None:
    """The care team answers the newest question."""

    def change(order: order_pb2.Order) -> None:
        question = order.questions[-1]
        question.posts.add(occurred_at=stamp(site.clock.at), text=text)
        question.state = question_pb2.QUESTION_STATE_ANSWERED
        question.answered_at.CopyFrom(stamp(site.clock.at))

    change_ = events.QuestionAnswered(question_id=story.order.questions[-1].question_id, text=text)
    story.tell(events.FulfilmentEvent(question_answered=change_), change)
    site.tell(story)


def thread(page: str) -> str:
    """The card of the question."""
    return page.partition('id="question"')[2].partition("</section>")[0]
