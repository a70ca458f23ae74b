"""Orders that need a human: a question three times asked, a problem without a word, a parcel that stands still."""

from datetime import datetime, timedelta

from google.type.money_pb2 import Money

from tests.samples import merchants
from tests.samples.mixed import grant_access, make_download_ready, new_order, ship_book
from tests.samples.story import Story, stamp
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import line_pb2, merchant_pb2, order_pb2, question_pb2

ASKED = "I ordered on Friday and have heard nothing since. Where is my book, and how do I get into the Readers' Room?"


def open_order(
    reference: str = "R-10042",
    email: str = "robin@buyers.test",
    *,
    merchant: merchant_pb2.Merchant | None = None,
    locale: str = "en",
    name: str = "",
) -> Story:
    """The mixed order with its book on the way and everything else there."""
    shop = merchant or merchants.lantern()
    order = new_order(shop, reference, email, locale)
    if name:
        order.buyer.display_name = name
    order.lines[0].sku = "BOOK-17"
    order.lines[0].price.CopyFrom(Money(currency_code="GBP", units=24))
    story = Story(shop, order)
    for item in order.lines:
        item.state = line_pb2.LINE_STATE_RECEIVED
    story.tell(events.FulfilmentEvent(order_created=events.OrderCreated()))
    make_download_ready(story)
    grant_access(story)
    ship_book(story)
    return story


def ask(story: Story, at: datetime, *, text: str = ASKED, times: int = 1, question_id: str = "q-1") -> None:
    """The buyer asks, and asks again; the answer is promised a day after the first time."""

    def change(order: order_pb2.Order) -> None:
        question = next((one for one in order.questions if one.question_id == question_id), None)
        if question is None:
            question = order.questions.add(
                question_id=question_id,
                state=question_pb2.QUESTION_STATE_OPEN,
                asked_at=stamp(at),
                reply_by=stamp(at + timedelta(days=1)),
            )
        question.posts.add(
            occurred_at=stamp(at + timedelta(hours=len(question.posts))),
            from_buyer=True,
            channel=question_pb2.QUESTION_CHANNEL_EMAIL if len(question.posts) else question_pb2.QUESTION_CHANNEL_PAGE,
            text=text if not question.posts else f"Hello? Is anybody there? ({len(question.posts) + 1})",
        )

    for _ in range(times):
        asked = events.QuestionAsked(question_id=question_id, text=text)
        story.tell(events.FulfilmentEvent(question_asked=asked), change)


def report(story: Story, promised: datetime, *, problem_id: str = "p-1", delay: bool = True) -> None:
    """A delay is announced, with the next word promised for a time."""

    def change(order: order_pb2.Order) -> None:
        order.problems.add(
            problem_id=problem_id,
            delay=delay,
            what_happened="The printer's machine has broken down.",
            what_we_do="We have ordered from a second printer. You need not do anything.",
            next_update_at=stamp(promised),
            reported_at=order.update_time,
        )

    told = events.DelayAnnounced(problem_id=problem_id, what_happened="…", next_update_at=stamp(promised))
    story.tell(events.FulfilmentEvent(delay_announced=told), change)
