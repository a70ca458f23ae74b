"""A trial of a course: ten lessons, three of them used, and a charge when it ends."""

from google.type.money_pb2 import Money

from tests.samples import merchants
from tests.samples.mixed import new_order
from tests.samples.story import Story, after
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import line_pb2, merchant_pb2, order_pb2

PRICE = Money(currency_code="GBP", units=29)


def trial_order(
    reference: str = "R-20001",
    email: str = "robin@buyers.test",
    *,
    merchant: merchant_pb2.Merchant | None = None,
    locale: str = "en",
    used: int = 3,
) -> Story:
    """An order whose one line is a trial that runs."""
    shop = merchant or merchants.lantern()
    order = new_order(shop, reference, email, locale)
    del order.lines[:]
    title, unit = ("Курс испанского", "уроки") if locale.startswith("ru") else ("Spanish course", "lessons")
    order.lines.add(line_id="course", kind=line_pb2.LINE_KIND_TRIAL, title=title, quantity=1)
    order.lines[0].state = line_pb2.LINE_STATE_RECEIVED
    story = Story(shop, order)
    story.tell(events.FulfilmentEvent(order_created=events.OrderCreated()))
    started = events.TrialStarted(
        line_id="course",
        ends_at=after(days=14),
        price_after=PRICE,
        allowance_unit=unit,
        allowance_total=10,
        terms_summary="После пробного периода: раз в месяц." if locale.startswith("ru") else "Monthly after the trial.",
    )
    started.billing_period.seconds = 30 * 86400

    def change(order: order_pb2.Order) -> None:
        order.lines[0].state = line_pb2.LINE_STATE_TRIAL_RUNNING
        order.trials.add(
            line_id="course",
            started_at=after(hours=1),
            ends_at=started.ends_at,
            price_after=PRICE,
            billing_period=started.billing_period,
            allowance_unit=unit,
            allowance_total=10,
            allowance_used=used,
            terms_summary=started.terms_summary,
        )

    story.tell(events.FulfilmentEvent(trial_started=started), change)
    return story
