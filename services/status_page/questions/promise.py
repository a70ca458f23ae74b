"""By when an answer is promised: counted as `orders` counts it, so that page, mail and desk name one time."""

from datetime import UTC, datetime, timedelta

from chassis.logs import get_logger
from chassis.worktime import BadCalendar, Calendar
from status_page.pages.pending import open_question
from wismo.orders.v1 import merchant_pb2, order_pb2

_log = get_logger(__name__)

ANSWER_WITHIN = timedelta(hours=24)


def reply_by(order: order_pb2.Order | None, merchant: merchant_pb2.Merchant, now: datetime) -> datetime:
    """The time that is named to somebody who asks now. An open wait keeps its time: nothing that is added moves it."""
    waiting = open_question(order) if order is not None else None
    if waiting is not None and waiting.HasField("reply_by"):
        return waiting.reply_by.ToDatetime(UTC)
    policies = merchant.policies
    within = policies.answer_within.ToTimedelta() if policies.HasField("answer_within") else ANSWER_WITHIN
    try:
        return calendar_of(merchant).after(now, within)
    except BadCalendar:
        # A calendar that never opens is the shop's mistake; the buyer is promised the plain time.
        _log.error("no working time can be counted", merchant=merchant.name)
        return now + within


def calendar_of(merchant: merchant_pb2.Merchant) -> Calendar:
    """When the merchant's people work. Raises BadCalendar."""
    policies = merchant.policies
    periods = [(one.iso_weekday, one.opens_minute, one.closes_minute) for one in policies.business_hours]
    return Calendar.from_policy(periods, merchant.time_zone, policies.holidays, policies.closed_days)
