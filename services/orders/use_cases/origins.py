"""Which kinds of change each caller may record, and whose word they count as."""

from dataclasses import replace

from orders.domain.changes.entitlement import DownloadRenewed
from orders.domain.events import Event
from orders.domain.vocabulary import ChangeKind, EventSource
from orders.use_cases.credentials import Principal, Role
from orders.use_cases.errors import Forbidden, Invalid, Violation

# What a buyer does on the status page, which reports it with the service key.
_OF_THE_PAGE = frozenset(
    {ChangeKind.DOWNLOAD_TAKEN, ChangeKind.DOWNLOAD_RENEWED, ChangeKind.LINK_REQUESTED, ChangeKind.QUESTION_ASKED}
)
# Written by a call of their own, which keeps what belongs to them right.
_BY_OTHER_CALLS = {
    ChangeKind.ORDER_CREATED: "CreateOrder",
    ChangeKind.CONTACT_UPDATED: "UpdateBuyerContact",
    ChangeKind.BUYER_ERASED: "EraseBuyer",
}
_OF_A_MERCHANT = frozenset({EventSource.UNSPECIFIED, EventSource.MERCHANT, EventSource.CARRIER})


def admitted(event: Event, principal: Principal) -> Event:
    """The event with the source that its caller gives it. Raises Forbidden or Invalid."""
    kind = event.kind
    field = f"event.{kind.name.lower()}"
    if kind in _BY_OTHER_CALLS:
        raise _forbidden(kind, field, f"it is written by {_BY_OTHER_CALLS[kind]} only; call that instead")
    by_buyer = isinstance(event.change, DownloadRenewed) and event.change.by_buyer
    if principal.role is Role.SERVICE:
        if kind not in _OF_THE_PAGE or (kind is ChangeKind.DOWNLOAD_RENEWED and not by_buyer):
            raise _forbidden(kind, field, "the service key may record only what buyers do on the status page")
        return replace(event, source=EventSource.BUYER)
    if by_buyer:
        raise _forbidden(
            kind, f"{field}.by_buyer", "only the status page records what the buyer did; leave by_buyer unset"
        )
    if kind in _OF_THE_PAGE and kind is not ChangeKind.DOWNLOAD_RENEWED:
        raise _forbidden(kind, field, "only the status page records what the buyer did there")
    if event.source not in _OF_A_MERCHANT:
        raise Invalid(
            "The event has a source that only Wismo sets.",
            violations=(
                Violation(
                    "event.source", "is set by Wismo; use MERCHANT or CARRIER, or leave it unset", "SOURCE_NOT_YOURS"
                ),
            ),
        )
    return event if event.source else replace(event, source=EventSource.MERCHANT)


def _forbidden(kind: ChangeKind, field: str, why: str) -> Forbidden:
    change = kind.name.lower()
    return Forbidden(
        f"This key may not record {change}: {why}.",
        reason="EVENT_NOT_YOURS",
        metadata={"change": change},
        violations=(Violation(field, why, "EVENT_NOT_YOURS"),),
    )
