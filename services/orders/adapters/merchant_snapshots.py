"""Merchants as events carry them."""

from orders.domain.fold import Policy
from orders.use_cases.commands import MerchantSnapshot
from orders.use_cases.ports import MerchantRecord
from wismo.orders.v1 import merchant_pb2

# When a merchant has not said how often a buyer may renew a download (merchant.proto names it).
_RENEWALS = 1


def snapshot(record: MerchantRecord) -> MerchantSnapshot:
    """The merchant with what folding must know of its policies."""
    policies = merchant_pb2.Merchant.FromString(record.body).policies
    renewals = policies.download_renewals if policies.HasField("download_renewals") else _RENEWALS
    return MerchantSnapshot(record.name, record.revision, record.body, Policy(download_renewals=renewals))
