"""Facts of what is said from person to person: thanks, money, problems and their ends, notes, the link."""

from datetime import datetime, timedelta
from typing import Any

import wording
from notifier.rendering.formats import phone, postal_lines
from notifier.rendering.kit import Kit
from wismo.orders.v1 import payment_pb2 as payments
from wording.reader import instant

Facts = dict[str, Any]

# merchant.proto: the default of `silence_limit`.
SILENCE_LIMIT = timedelta(hours=24)


def order_received(kit: Kit) -> Facts:
    """Thanks; by when the next word comes. How each line comes stands in the table that every message has."""
    order = kit.order
    return {
        "total": kit.money(order.total) if order.HasField("total") else "",
        "placed": kit.moment(order, "placed_at"),
        "awaiting_payment": order.payment_state in {payments.PAYMENT_STATE_PENDING, payments.PAYMENT_STATE_FAILED},
        "pay_url": order.pay_url,
        "next_word": _next_word(kit),
    }


def payment(kit: Kit) -> Facts:
    """Where the payment is, why, and where to pay again."""
    change = kit.change.payment_changed
    return {
        "reason": change.reason,
        "pay_url": change.pay_url or kit.order.pay_url,
        "total": kit.money(kit.order.total) if kit.order.HasField("total") else "",
        "next_word": _next_word(kit),
    }


def delay(kit: Kit) -> Facts:
    """What takes longer, why, what we do, until when, and when the next word comes."""
    change = kit.change.delay_announced
    return {
        "titles": kit.titles(change.line_ids),
        "what_happened": change.what_happened,
        "what_we_do": change.what_we_do,
        "expected": kit.expected(change.expected),
        "next_update": kit.moment(change, "next_update_at"),
    }


def problem(kit: Kit) -> Facts:
    """What went wrong, what we do, what the buyer need or need not do, and when the next word comes."""
    change = kit.change.problem_reported
    return {
        "titles": kit.titles(change.line_ids),
        "what_happened": change.what_happened,
        "what_we_do": change.what_we_do,
        "what_now": wording.exception_reason(change.reason, kit.reader, change.acting_party).then,
        "next_update": kit.moment(change, "next_update_at"),
    }


def problem_updated(kit: Kit) -> Facts:
    """What is new, what we do now, and when the next word comes."""
    change = kit.change.problem_updated
    before = kit.problem(change.problem_id)
    return {
        "titles": kit.titles(before.line_ids),
        "what_happened": change.what_happened,
        "what_we_do": change.what_we_do or before.what_we_do,
        "expected": kit.expected(change.expected),
        "next_update": kit.moment(change, "next_update_at"),
    }


def problem_resolved(kit: Kit) -> Facts:
    """How it ended, and what it had been."""
    change = kit.change.problem_resolved
    before = kit.problem(change.problem_id)
    return {
        "titles": kit.titles(before.line_ids),
        "what_happened": before.what_happened,
        "resolution": change.resolution,
    }


def new_date(kit: Kit) -> Facts:
    """What is expected when now."""
    change = kit.change.expectation_revised
    in_parcel = [item.line_id for item in kit.parcel(change.parcel_id).lines] if change.parcel_id else []
    return {"titles": kit.titles(list(change.line_ids) or in_parcel), "expected": kit.expected(change.expected)}


def cancelled(kit: Kit) -> Facts:
    """What was cancelled, why, and by whom."""
    change = kit.change.lines_cancelled
    items = kit.items(change.lines)
    return {
        "items": items,
        "reason": change.reason,
        "by_buyer": change.by_buyer,
        "paid": kit.order.payment_state == payments.PAYMENT_STATE_PAID and not kit.order.refunds,
    }


def refunded(kit: Kit) -> Facts:
    """How much, for what, why, and by when it is there."""
    change = kit.change.refunded
    return {
        "amount": kit.money(change.amount),
        "titles": kit.titles(change.line_ids),
        "reason": change.reason,
        "by_when": kit.day(change, "expected_by"),
    }


def credit_given(kit: Kit) -> Facts:
    """What is given, and why."""
    change = kit.change.credit_given
    return {
        "amount": kit.money(change.amount) if change.HasField("amount") else "",
        "description": change.description,
        "reason": change.reason,
    }


def note(kit: Kit) -> Facts:
    """The merchant's own words, and the next word if one is promised."""
    change = kit.change.note_to_buyer
    return {"text": change.text, "next_update": kit.moment(change, "next_update_at")}


def link_requested(kit: Kit) -> Facts:
    """When it was asked for; the link itself is in every message."""
    return {"asked_at": kit.moment(kit.change, "occurred_at")}


def contact_updated(kit: Kit) -> Facts:
    """The contact as it is now."""
    buyer = kit.order.buyer
    return {
        "email": buyer.email,
        "phone": phone(buyer.phone) if buyer.phone else "",
        "address": postal_lines(buyer.shipping_address),
    }


def next_word(kit: Kit) -> datetime:
    """By when the buyer hears again: the open promise if there is one, else the merchant's limit of silence from the
    event on.
    """
    if kit.order.HasField("next_update_at"):
        return instant(kit.order.next_update_at)
    limit = kit.merchant.policies.silence_limit.ToTimedelta()
    return kit.event_at + (limit or SILENCE_LIMIT)


def _next_word(kit: Kit) -> str:
    return kit.when(next_word(kit))
