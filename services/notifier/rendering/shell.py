"""What every message has around its own words: whose it is, where its button leads, how the order stands, whom to
write to.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from markupsafe import Markup

from chassis.localisation import negotiate
from notifier.rendering.colours import WHITE, brand_colour, readable_on, text_on
from notifier.rendering.formats import known_zone, phone
from notifier.rendering.lines import line_views
from notifier.rendering.markup import json_ld
from notifier.rendering.pieces import catalog
from wismo.orders.v1 import merchant_pb2, order_pb2
from wording import Reader

_DARK_CARD = "#1a2129"
_TONES = {
    "calm": "background:#e6eef8;color:#1d4273",
    "good": "background:#e2f3e7;color:#17562c",
    "attention": "background:#fcefd6;color:#7a4500",
    "quiet": "background:#eceef1;color:#4a5562",
}


@dataclass(frozen=True, slots=True)
class Button:
    """What stands on the message's button, and where it leads."""

    label: str
    url: str


def buyers_reader(order: order_pb2.Order, merchant: merchant_pb2.Merchant, now: datetime) -> Reader:
    """The buyer: their own language and zone, else the merchant's."""
    return _reader(
        (order.buyer.locale, merchant.default_locale), known_zone(order.buyer.time_zone, merchant.time_zone), now
    )


def teams_reader(merchant: merchant_pb2.Merchant, now: datetime) -> Reader:
    """The merchant's team."""
    return _reader((merchant.care.locale, merchant.default_locale), known_zone(merchant.time_zone), now)


def buyers_shell(
    order: order_pb2.Order, merchant: merchant_pb2.Merchant, reader: Reader, link: str, button: Button, stop_link: str
) -> dict[str, Any]:
    """Around a message to the buyer. ``link`` leads to the order's page, ``stop_link`` out of optional messages."""
    contact = merchant.contact
    return _shell(order, merchant, reader, button) | {
        "team": False,
        "link": link,
        "stop_link": stop_link,
        "lines": line_views(order, reader),
        "json_ld": json_ld(order, merchant, link),
        "contact": {
            "email": contact.email,
            "phone": contact.phone,
            "phone_shown": phone(contact.phone),
            "postal_address": list(contact.postal_address),
            "opening_hours": contact.opening_hours,
        },
    }


def teams_shell(
    order: order_pb2.Order, merchant: merchant_pb2.Merchant, reader: Reader, button: Button
) -> dict[str, Any]:
    """Around a message to the merchant's team: the order at a glance, and no link that would open it as the buyer."""
    return _shell(order, merchant, reader, button) | {
        "team": True,
        "link": "",
        "stop_link": "",
        # What comes next is worded for the buyer; the team sees where each line is.
        "lines": [replace(view, next_step="") for view in line_views(order, reader)],
        "json_ld": Markup(""),
        "contact": {},
    }


def _shell(order: order_pb2.Order, merchant: merchant_pb2.Merchant, reader: Reader, button: Button) -> dict[str, Any]:
    brand = brand_colour(merchant.brand.colour)
    return {
        "merchant": merchant.display_name,
        "reference": order.reference,
        "button_link": button.url,
        "button_label": button.label,
        "lang": reader.language.html_tag,
        "dir": reader.language.direction,
        "brand": brand,
        "on_brand": text_on(brand),
        "accent": readable_on(brand, WHITE),
        "accent_dark": readable_on(brand, _DARK_CARD),
        "logo_url": merchant.brand.logo_url,
        "shop_url": merchant.brand.shop_url,
        "tones": _TONES,
        "zone_name": reader.language.zone_name(reader.zone, reader.now),
    }


def _reader(wanted: tuple[str, ...], zone: str, now: datetime) -> Reader:
    everything = catalog()
    return Reader(everything.language(negotiate(wanted, everything.locales, "en")), zone, now)
