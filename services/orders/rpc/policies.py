"""What the rules in the protos cannot know of a merchant's policies and care team: whether days, regions and secrets
exist in form, and whether rules contradict each other.
"""

import base64
import binascii
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from chassis.worktime import BadCalendar, public_holidays
from orders.domain.moves import STATES
from orders.domain.vocabulary import LineKind, LineState
from orders.use_cases.errors import Violation
from wismo.orders.v1 import merchant_pb2

_PREFIX = "whsec_"
# Of the key itself, after Standard Webhooks.
_SECRET_BYTES = range(24, 65)
# Any year tells whether the library knows the place.
_YEAR = 2026


def policy_violations(policies: merchant_pb2.Policies, field: str) -> Iterator[Violation]:
    """What is wrong with policies; `field` is the path to them."""
    for index, day in enumerate(policies.closed_days):
        if not _is_day(day):
            why = "must be a day that exists, as ISO 8601, for example 2026-12-24"
            yield Violation(f"{field}.closed_days[{index}]", why, "DATE")
    if policies.holidays and not is_known_region(policies.holidays):
        why = "must be a country or subdivision whose public holidays are known, for example DE or DE-BE"
        yield Violation(f"{field}.holidays", why, "HOLIDAYS")
    seen: dict[tuple[int, int], int] = {}
    for index, rule in enumerate(policies.silence_rules):
        yield from _rule(f"{field}.silence_rules[{index}]", rule, seen.get((rule.line_kind, rule.line_state)))
        seen.setdefault((rule.line_kind, rule.line_state), index)


def webhook_violations(care: merchant_pb2.CareTeam, field: str) -> Iterator[Violation]:
    """What is wrong with how a care team is posted to; `field` is the path to the team."""
    plaintext = care.webhook_secret.plaintext
    if plaintext and not _is_webhook_secret(plaintext):
        why = "must be whsec_ and then 24 to 64 random bytes in base64"
        yield Violation(f"{field}.webhook_secret.plaintext", why, "WEBHOOK_SECRET")
    if care.webhook_url and not (plaintext or care.webhook_secret.ciphertext):
        why = "is missing; what is posted to webhook_url is signed with it"
        yield Violation(f"{field}.webhook_secret", why, "REQUIRED")


@lru_cache(maxsize=1024)
def is_known_region(place: str) -> bool:
    """Whether the holidays of a country or subdivision are known. The first time takes up to a second."""
    try:
        public_holidays(place, _YEAR)
    except BadCalendar:
        return False
    return True


def _rule(field: str, rule: merchant_pb2.SilenceRule, same: int | None) -> Iterator[Violation]:
    if same is not None:
        yield Violation(field, f"is for the same lines as silence_rules[{same}]; keep one of them", "DUPLICATE")
    kind, state = LineKind(rule.line_kind), LineState(rule.line_state)
    if kind and state and state not in STATES[kind]:
        known = ", ".join(one.name for one in sorted(STATES[kind]))
        why = f"no line of kind {kind.name} is ever {state.name}; use one of {known}"
        yield Violation(f"{field}.line_state", why, "NEVER")


def _is_day(day: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True


def _is_webhook_secret(secret: str) -> bool:
    if not secret.startswith(_PREFIX):
        return False
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(key) in _SECRET_BYTES
