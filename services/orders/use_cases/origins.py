"""Which kinds of change each caller may record, and whose word they count as."""

from dataclasses import replace

from orders.domain.events import Event
from orders.domain.vocabulary import ChangeKind, EventSource
from orders.use_cases.credentials import Principal, Role
from orders.use_cases.errors import Forbidden, Invalid, Violation

# What a buyer does on the status page, which reports it with the service key.
_OF_THE_BUYER = frozenset(
    {
        ChangeKind.DOWNLOAD_TAKEN,
        ChangeKind.DOWNLOAD_RENEWED,
        ChangeKind.LINK_REQUESTED,
        ChangeKind.QUESTION_ASKED,
        ChangeKind.TRIAL_CANCELLED,
        ChangeKind.PREFERENCES_UPDATED,
    }
)
# Of these a merchant may say that they were done, only not that it was the buyer who did.
_OF_THE_MERCHANT_TOO = frozenset({ChangeKind.DOWNLOAD_RENEWED, ChangeKind.TRIAL_CANCELLED})
# What our own services saw: the notifier what it told and was accepted, the page what came back.
_OF_OURS = frozenset(
    {
        ChangeKind.STILL_WITH_YOU,
        ChangeKind.QUESTION_ACKNOWLEDGED,
        ChangeKind.QUESTION_DELAYED,
        ChangeKind.CHARGE_NOTICE_ACCEPTED,
        ChangeKind.MESSAGE_BOUNCED,
    }
)
# What a care team does at the desk, which reports it with the service key and the source CARE.
_OF_THE_CARE_TEAM = frozenset(
    {
        ChangeKind.DELAY_ANNOUNCED,
        ChangeKind.PROBLEM_REPORTED,
        ChangeKind.PROBLEM_UPDATED,
        ChangeKind.PROBLEM_RESOLVED,
        ChangeKind.EXPECTATION_REVISED,
        ChangeKind.NOTE_TO_BUYER,
        ChangeKind.CREDIT_GIVEN,
        ChangeKind.REFUNDED,
        ChangeKind.LINES_CANCELLED,
        ChangeKind.QUESTION_ASKED,
        ChangeKind.QUESTION_ANSWERED,
        ChangeKind.DOWNLOAD_RENEWED,
        ChangeKind.DOWNLOAD_REVOKED,
        ChangeKind.ACCESS_GRANTED,
        ChangeKind.ACCESS_REVOKED,
        ChangeKind.TRIAL_CANCELLED,
        ChangeKind.LINK_REQUESTED,
        ChangeKind.RESEND_REQUESTED,
        ChangeKind.PREFERENCES_UPDATED,
    }
)
# Whose word a merchant's key cannot give, and why.
_NOT_A_MERCHANTS = {
    ChangeKind.DOWNLOAD_TAKEN: "only the status page records what the buyer did there",
    ChangeKind.LINK_REQUESTED: "only the status page records what the buyer did there",
    ChangeKind.PREFERENCES_UPDATED: "only the status page records what the buyer did there",
    ChangeKind.QUESTION_ASKED: "call AskQuestion, which promises the buyer an answer",
    ChangeKind.MESSAGE_BOUNCED: "only the status page, which reads what comes in, records what came back",
    ChangeKind.RESEND_REQUESTED: "only the care desk asks for a message once more",
    ChangeKind.STILL_WITH_YOU: "only the notifier records what it has told; send note_to_buyer to say something",
    ChangeKind.QUESTION_DELAYED: "only the notifier records what it has told; call AnswerQuestion to answer",
    ChangeKind.CHARGE_NOTICE_ACCEPTED: "only the notifier records what it has told; send charge_coming to announce one",
}
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
    if kind in _BY_OTHER_CALLS:
        raise _forbidden(kind, f"it is written by {_BY_OTHER_CALLS[kind]} only; call that instead")
    if principal.role is Role.SERVICE:
        return _from_our_own(event)
    if kind in _NOT_A_MERCHANTS:
        raise _forbidden(kind, _NOT_A_MERCHANTS[kind])
    if kind is ChangeKind.DOWNLOAD_RENEWED and _by_buyer(event):
        raise _forbidden(kind, "only the status page records what the buyer did; leave by_buyer unset", ".by_buyer")
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


def _from_our_own(event: Event) -> Event:
    """With the service key the page speaks for buyers, and for a care team where it says so; page and notifier speak
    for themselves of what they saw.
    """
    kind = event.kind
    if event.source is EventSource.CARE:
        if kind not in _OF_THE_CARE_TEAM:
            raise _forbidden(
                kind, "it is nothing that a care team does; the merchant's backend reports it with its own key"
            )
        return event
    if kind in _OF_OURS:
        return replace(event, source=EventSource.SYSTEM)
    if kind not in _OF_THE_BUYER or (kind in _OF_THE_MERCHANT_TOO and not _by_buyer(event)):
        raise _forbidden(
            kind,
            "the service key may record only what buyers do on the status page, what our own services saw, and, with"
            " source CARE, what a care team does",
        )
    return replace(event, source=EventSource.BUYER)


def _by_buyer(event: Event) -> bool:
    return bool(getattr(event.change, "by_buyer", False))


def _forbidden(kind: ChangeKind, why: str, field: str = "") -> Forbidden:
    change = kind.name.lower()
    return Forbidden(
        f"This key may not record {change}: {why}.",
        reason="EVENT_NOT_YOURS",
        metadata={"change": change},
        violations=(Violation(f"event.{change}{field}", why, "EVENT_NOT_YOURS"),),
    )
