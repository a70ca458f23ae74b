"""Merchants to be created: who they are, who answers their buyers, and what they promise them."""

from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta

from wismo.client.errors import InvalidInput
from wismo.client.events.envelope import ids
from wismo.client.values import merchant_name, secret, span
from wismo.client.vocabulary import CarrierMilestone, LineKind, LineState, number
from wismo.orders.v1.merchant_pb2 import (
    Brand,
    BusinessPeriod,
    CareTeam,
    ContactBlock,
    Merchant,
    Policies,
    Sender,
    SilenceRule,
)


def new_merchant(
    merchant: str,
    display_name: str,
    *,
    sender_email: str,
    contact_email: str,
    contact_phone: str,
    postal_address: Sequence[str],
    sender_name: str = "",
    reply_to: str = "",
    opening_hours: str = "",
    colour: str = "",
    logo_url: str = "",
    shop_url: str = "",
    default_locale: str = "",
    time_zone: str = "",
    policies: Policies | None = None,
    care: CareTeam | None = None,
) -> Merchant:
    """A shop to create. ``merchant``: 2 to 40 of a-z, 0-9 and hyphen. E-mail, phone (E.164) and postal address are in
    every message.

    ``colour`` as `#rrggbb`; ``logo_url`` https; ``policies``: unset durations take their defaults (24 h without a
    word, …); ``care``: who answers buyers, unset: the contact's address.
    """
    return Merchant(
        name=merchant_name(merchant),
        display_name=display_name,
        sender=Sender(email=sender_email, display_name=sender_name, reply_to=reply_to),
        brand=Brand(colour=colour, logo_url=logo_url, shop_url=shop_url),
        contact=ContactBlock(
            email=contact_email, phone=contact_phone, postal_address=postal_address, opening_hours=opening_hours
        ),
        default_locale=default_locale,
        time_zone=time_zone,
        policies=policies,
        care=care,
    )


def care_team(
    *,
    email: str = "",
    escalation_email: str = "",
    webhook_url: str = "",
    webhook_secret: str | None = None,
    locale: str = "",
) -> CareTeam:
    """Who answers buyers. ``email``: where questions and alerts go, and whose replies are filed as answers;
    ``escalation_email``: where what stayed open goes.

    ``webhook_url``: where alerts are posted after Standard Webhooks, signed with ``webhook_secret`` (`whsec_` and 24 to
    64 bytes in base64), which is sealed. ``locale``: the team's language.
    """
    return CareTeam(
        email=email,
        escalation_email=escalation_email,
        webhook_url=webhook_url,
        webhook_secret=secret(webhook_secret),
        locale=locale,
    )


def policies(
    *,
    silence_limit: timedelta | None = None,
    silence_rules: Iterable[SilenceRule] = (),
    answer_within: timedelta | None = None,
    escalate_after: timedelta | None = None,
    charge_notice: timedelta | None = None,
    first_scan_within: timedelta | None = None,
    scan_gap: timedelta | None = None,
    unused_after: timedelta | None = None,
    expiry_notice: timedelta | None = None,
    follow_up_after: timedelta | None = None,
    no_follow_up: bool = False,
    business_hours: Iterable[BusinessPeriod] = (),
    holidays: str = "",
    closed_days: Iterable[date | str] = (),
    message_window: timedelta | None = None,
    carrier_milestones: Iterable[CarrierMilestone | str] = (),
    download_renewals: int | None = None,
    link_lifetime: timedelta | None = None,
) -> Policies:
    """What a shop promises its buyers; whatever is left out takes the contract's default.

    ``silence_limit``: the longest time without a word, ``silence_rules`` for some lines. ``answer_within``: for
    questions, counted in ``business_hours`` (see ``open_on``; none: around the clock) without ``holidays`` (`DE`,
    `DE-BE`) and ``closed_days``. The others are described at `Policies` in merchant.proto.
    """
    result = Policies(
        silence_limit=span(silence_limit, "silence_limit"),
        silence_rules=silence_rules,
        answer_within=span(answer_within, "answer_within"),
        escalate_after=span(escalate_after, "escalate_after"),
        charge_notice=span(charge_notice, "charge_notice"),
        first_scan_within=span(first_scan_within, "first_scan_within"),
        scan_gap=span(scan_gap, "scan_gap"),
        unused_after=span(unused_after, "unused_after"),
        expiry_notice=span(expiry_notice, "expiry_notice"),
        follow_up_after=span(follow_up_after, "follow_up_after"),
        no_follow_up=no_follow_up,
        business_hours=business_hours,
        holidays=holidays,
        closed_days=[day if isinstance(day, str) else day.isoformat() for day in closed_days],
        message_window=span(message_window, "message_window"),
        download_renewals=download_renewals,
        link_lifetime=span(link_lifetime, "link_lifetime"),
    )
    for milestone in ids(carrier_milestones, "carrier_milestones"):
        result.carrier_milestones.append(number(CarrierMilestone, milestone, "carrier_milestones"))
    return result


def silence_rule(
    limit: timedelta, *, line_kind: LineKind | str | None = None, line_state: LineState | str | None = None
) -> SilenceRule:
    """Another limit of silence for lines of this kind and in this state; of several that fit, the shortest counts."""
    rule = SilenceRule(limit=span(limit, "limit"))
    rule.line_kind = number(LineKind, line_kind, "line_kind")
    rule.line_state = number(LineState, line_state, "line_state")
    return rule


def open_on(weekdays: Iterable[int], opens: time, closes: time) -> list[BusinessPeriod]:
    """One span of business hours on each of ``weekdays`` (1 is Monday), in the shop's zone; midnight as ``closes`` ends
    the day. Add lists for lunch breaks and short days: ``open_on(range(1, 6), time(9), time(12)) + open_on(…)``.
    """
    first, last = opens.hour * 60 + opens.minute, (closes.hour * 60 + closes.minute) or 24 * 60
    if last <= first:
        raise InvalidInput.of("closes", f"{closes:%H:%M} is not later than {opens:%H:%M}")
    return [BusinessPeriod(iso_weekday=day, opens_minute=first, closes_minute=last) for day in weekdays]
