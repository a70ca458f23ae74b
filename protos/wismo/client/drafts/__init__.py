"""Orders and merchants to be created: plain functions with typed arguments that return the contract's messages."""

from wismo.client.drafts.merchants import care_team, new_merchant, open_on, policies, silence_rule
from wismo.client.drafts.orders import Amount, access, address, buyer, download, new_order, physical, trial

__all__ = [
    "Amount",
    "access",
    "address",
    "buyer",
    "care_team",
    "download",
    "new_merchant",
    "new_order",
    "open_on",
    "physical",
    "policies",
    "silence_rule",
    "trial",
]
