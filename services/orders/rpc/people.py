"""What the rules in the protos cannot know: whether a time zone, a language, an e-mail address and a telephone number
exist in form.
"""

from functools import lru_cache
from zoneinfo import available_timezones

import phonenumbers
from babel import Locale, UnknownLocaleError
from email_validator import EmailNotValidError, validate_email

from orders.rpc.policies import policy_violations, webhook_violations
from orders.use_cases.errors import Violation
from wismo.orders.v1 import buyer_pb2, merchant_pb2


def buyer_violations(buyer: buyer_pb2.Buyer, field: str) -> tuple[Violation, ...]:
    """What is wrong with a buyer's contact; `field` is the path to it."""
    found = [*_locale(f"{field}.locale", buyer.locale), *_zone(f"{field}.time_zone", buyer.time_zone)]
    found += [*_email(f"{field}.email", buyer.email), *_phone(f"{field}.phone", buyer.phone)]
    return tuple(found)


def merchant_violations(merchant: merchant_pb2.Merchant, field: str) -> tuple[Violation, ...]:
    """What is wrong with a merchant; `field` is the path to it."""
    found = [
        *_locale(f"{field}.default_locale", merchant.default_locale),
        *_zone(f"{field}.time_zone", merchant.time_zone),
        *_email(f"{field}.sender.email", merchant.sender.email),
        *_email(f"{field}.sender.reply_to", merchant.sender.reply_to),
        *_email(f"{field}.contact.email", merchant.contact.email),
        *_phone(f"{field}.contact.phone", merchant.contact.phone),
        *_email(f"{field}.care.email", merchant.care.email),
        *_email(f"{field}.care.escalation_email", merchant.care.escalation_email),
        *_locale(f"{field}.care.locale", merchant.care.locale),
        *webhook_violations(merchant.care, f"{field}.care"),
        *policy_violations(merchant.policies, f"{field}.policies"),
    ]
    return tuple(found)


def _email(field: str, value: str) -> list[Violation]:
    if not value or _is_email(value):
        return []
    return [Violation(field, "must be an e-mail address to which mail can be sent", "EMAIL")]


def _phone(field: str, value: str) -> list[Violation]:
    if not value or _is_phone(value):
        return []
    return [Violation(field, "must be a telephone number that exists, in E.164, for example +493012345678", "PHONE")]


def _zone(field: str, value: str) -> list[Violation]:
    if not value or value in _zones():
        return []
    return [Violation(field, "must be an IANA time zone, for example Europe/Berlin", "TIME_ZONE")]


def _locale(field: str, value: str) -> list[Violation]:
    if not value or _is_locale(value):
        return []
    return [Violation(field, "must be a language that CLDR knows, as BCP 47, for example de-AT", "LOCALE")]


@lru_cache(maxsize=4096)
def _is_locale(value: str) -> bool:
    try:
        Locale.parse(value, sep="-")
    except (UnknownLocaleError, ValueError):
        return False
    return True


@lru_cache(maxsize=4096)
def _is_phone(value: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(value))
    except phonenumbers.NumberParseException:
        return False


def _is_email(value: str) -> bool:
    try:
        # Reserved domains (.test, .example) are let through: shops try their integration out with them.
        validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
