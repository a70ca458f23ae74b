"""Facts of an alert to a merchant's team: what has happened, since when, and what a human should do now."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import wording
from chassis.localisation import mark
from notifier.rendering.facts_question import Said, said_by_buyer
from notifier.rendering.facts_trial import allowance_meter
from notifier.rendering.formats import phone
from notifier.rendering.kit import Kit
from wismo.care.v1 import care_service_pb2 as care
from wismo.orders.v1 import entitlement_pb2 as entitlement

Facts = dict[str, Any]
Attention: TypeAlias = care.AttentionKind.ValueType

# What has happened, as a title and as a sentence, and what a human should do.
ALERTS: Mapping[Attention, tuple[str, str, str]] = {
    care.ATTENTION_KIND_UNSPECIFIED: (
        mark("An order needs you"),
        mark("Something about this order needs a human."),
        mark("Please look at the order in the care desk."),
    ),
    care.ATTENTION_KIND_DARK: (
        mark("A buyer is in the dark"),
        mark("This buyer has heard nothing new for too long. What we can say by ourselves has been said."),
        mark("Please write to the buyer yourself: what is known, what you do about it, and when the next word comes."),
    ),
    care.ATTENTION_KIND_QUESTION: (
        mark("A question is waiting"),
        mark("A buyer waits for an answer."),
        mark("Please answer it in the care desk. If you need longer, tell the buyer by when the answer comes."),
    ),
    care.ATTENTION_KIND_MESSAGE_FAILED: (
        mark("A message did not reach the buyer"),
        mark("A message to this buyer came back or could not be sent, and no other way is left."),
        mark("Please reach the buyer another way, or correct the address in the care desk and send the message again."),
    ),
    care.ATTENTION_KIND_PROBLEM: (
        mark("A problem waits for its next word"),
        mark("A problem is open, and the buyer does not know how it goes on."),
        mark("Please tell the buyer in the care desk what is new and when the next word comes, or that it is settled."),
    ),
    care.ATTENTION_KIND_PARCEL: (
        mark("A parcel has not been scanned"),
        mark("The carrier has reported nothing about a parcel for too long. The buyer was told so."),
        mark("Please ask the carrier where it is, and tell the buyer what you learn."),
    ),
    care.ATTENTION_KIND_CHARGE: (
        mark("A charge must not be made"),
        mark("A charge is coming, and the buyer was not told of it in time, or part of the trial is still unused."),
        mark("Please stop or move the charge, and speak with the buyer first."),
    ),
    care.ATTENTION_KIND_DATE: (
        mark("A promised date has passed"),
        mark("Something was promised for a date, and the buyer does not have it."),
        mark("Please find out where it is, and give the buyer a new date."),
    ),
}


def alert(kit: Kit) -> Facts:
    """What needs a human, whom and what it concerns, since when, and by when a human should have acted."""
    notice, buyer = kit.notice, kit.order.buyer
    attention = notice.attention
    title, what, do = ALERTS.get(attention.kind, ALERTS[care.ATTENTION_KIND_UNSPECIFIED])
    known = wording.last_known(kit.order, kit.reader, line_ids=notice.line_ids, parcel_id=notice.parcel_id)
    parcel = kit.parcel(notice.parcel_id)
    charge = notice.HasField("charge_at")
    return {
        "alert_title": kit.gettext(title),
        "what": kit.gettext(what),
        "do": kit.gettext(do),
        "escalated": attention.escalated,
        "since": kit.moment(attention, "since"),
        "act_by": kit.moment(attention, "due_at"),
        "who": buyer.display_name,
        "email": buyer.email,
        "phone": phone(buyer.phone) if buyer.phone else "",
        "titles": kit.titles(notice.line_ids),
        "known": known.what if known else "",
        "known_at": kit.when(known.when) if known else "",
        "missed": kit.moment(notice, "missed_at"),
        "next_update": kit.moment(notice, "next_update_at"),
        "carrier": wording.carrier_name(parcel.carrier),
        "tracking_number": parcel.tracking_number,
        "tracking_url": parcel.tracking_url,
        "charge_at": kit.moment(notice, "charge_at"),
        "amount": kit.money(notice.amount) if notice.HasField("amount") else "",
        "allowance": allowance_meter(kit, _trial(kit)) if charge else "",
        "problem": kit.problem(attention.subject_id).what_happened,
        "said": _said(kit),
    }


def _trial(kit: Kit) -> entitlement.Trial:
    return kit.trial(next(iter(kit.notice.line_ids), ""))


def _said(kit: Kit) -> list[Said]:
    return said_by_buyer(kit, kit.notice.question_id) if kit.notice.question_id else []
