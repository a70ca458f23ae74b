"""Merchants as events carry them."""

from datetime import timedelta

from orders.domain.fold import Policy
from orders.use_cases.commands import MerchantSnapshot
from orders.use_cases.ports import MerchantRecord
from orders.use_cases.promises import AnswerPromise, OpeningHours
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
    periods = tuple((item.iso_weekday, item.opens_minute, item.closes_minute) for item in policies.business_hours)
    hours = OpeningHours(periods, merchant.time_zone or "UTC", policies.holidays, tuple(policies.closed_days))
    policy = Policy(download_renewals=renewals, charge_notice=notice)
    return MerchantSnapshot(record.name, record.revision, record.body, policy, AnswerPromise(within, hours))
