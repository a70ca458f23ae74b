"""Merchants as events carry them."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from orders.domain.policy import Policy
from orders.domain.transits import Transit
from orders.use_cases.commands import MerchantSnapshot
from orders.use_cases.ports import MerchantRecord
from orders.use_cases.promises import AnswerPromise, OpeningHours
from wismo.orders.v1 import merchant_pb2

# When a merchant has not said (merchant.proto names them): how often a buyer may renew a download, how long before a
# charge it is announced, and in what time a question is answered.
_RENEWALS = 1
_CHARGE_NOTICE = timedelta(days=7)
_ANSWER_WITHIN = timedelta(hours=24)


Transits = Callable[[str, str, str], Transit | None]
"""How long parcels take, by merchant, carrier and country."""


def snapshot(record: MerchantRecord, transits: Transits) -> MerchantSnapshot:
    """The merchant with what folding and asking must know of its policies, and what was learnt of its parcels."""
    merchant = merchant_pb2.Merchant.FromString(record.body)
    policies = merchant.policies
    renewals = policies.download_renewals if policies.HasField("download_renewals") else _RENEWALS
    notice = policies.charge_notice.ToTimedelta() if policies.HasField("charge_notice") else _CHARGE_NOTICE
    within = policies.answer_within.ToTimedelta() if policies.HasField("answer_within") else _ANSWER_WITHIN
    periods = tuple((item.iso_weekday, item.opens_minute, item.closes_minute) for item in policies.business_hours)
    hours = OpeningHours(periods, merchant.time_zone or "UTC", policies.holidays, tuple(policies.closed_days))
    policy = Policy(renewals, notice, partial(transits, record.name))
    return MerchantSnapshot(record.name, record.revision, record.body, policy, AnswerPromise(within, hours))
