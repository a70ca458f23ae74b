"""Merchants as events carry them."""

from datetime import timedelta

from chassis.worktime import BadCalendar, Calendar
from orders.domain.fold import Policy
from orders.use_cases.commands import MerchantSnapshot
from orders.use_cases.ports import MerchantRecord
from orders.use_cases.promises import AnswerPromise
from wismo.orders.v1 import merchant_pb2

# When a merchant has not said (merchant.proto names them): how often a buyer may renew a download, how long before a
# charge it is announced, and in what time a question is answered.
_RENEWALS = 1
_CHARGE_NOTICE = timedelta(days=7)
_ANSWER_WITHIN = timedelta(hours=24)


def snapshot(record: MerchantRecord) -> MerchantSnapshot:
    """The merchant with what folding and asking must know of its policies."""
    merchant = merchant_pb2.Merchant.FromString(record.body)
    policies = merchant.policies
    renewals = policies.download_renewals if policies.HasField("download_renewals") else _RENEWALS
    notice = policies.charge_notice.ToTimedelta() if policies.HasField("charge_notice") else _CHARGE_NOTICE
    within = policies.answer_within.ToTimedelta() if policies.HasField("answer_within") else _ANSWER_WITHIN
    return MerchantSnapshot(
        record.name,
        record.revision,
        record.body,
        Policy(download_renewals=renewals, charge_notice=notice),
        AnswerPromise(within, calendar(merchant)),
    )


def calendar(merchant: merchant_pb2.Merchant) -> Calendar:
    """When the merchant works. One that says so in a way that nobody can count with works around the clock: it was
    checked when it was said, and a promise must be made all the same.
    """
    policies = merchant.policies
    periods = [(item.iso_weekday, item.opens_minute, item.closes_minute) for item in policies.business_hours]
    try:
        return Calendar.from_policy(periods, merchant.time_zone, policies.holidays, policies.closed_days)
    except BadCalendar:
        return Calendar.around_the_clock()
