"""A message's subject, plain text and HTML, from the row's parts, the newest order and its merchant."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from markupsafe import Markup

from chassis.localisation import negotiate
from chassis.sealing import Sealed, Sealer
from chassis.signed_links import LinkSigner
from notifier.channels.compose import Content
from notifier.channels.headers import one_line
from notifier.planning.kinds import MessageKind
from notifier.rendering.colours import WHITE, brand_colour, readable_on, text_on
from notifier.rendering.facts import FACTS_OF
from notifier.rendering.formats import known_zone, phone
from notifier.rendering.kit import Kit
from notifier.rendering.lines import line_views
from notifier.rendering.markup import json_ld
from notifier.rendering.pieces import Pieces, catalog, pieces
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import merchant_pb2, order_pb2
from wismo.orders.v1.secret_pb2 import Secret
from wording import Reader

ORDER_PURPOSE = "order"
# merchant.proto: the default of `link_lifetime`.
LINK_LIFETIME = timedelta(days=180)
_DARK_CARD = "#1a2129"
_TONES = {
    "calm": "background:#e6eef8;color:#1d4273",
    "good": "background:#e2f3e7;color:#17562c",
    "attention": "background:#fcefd6;color:#7a4500",
    "quiet": "background:#eceef1;color:#4a5562",
}
_DOWNLOADS = frozenset({MessageKind.DOWNLOAD_READY, MessageKind.DOWNLOAD_RENEWED})


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing to tell: what changed, and when that was recorded."""

    kind: MessageKind
    change: events.FulfilmentEvent
    event_at: datetime


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in words. ``language`` goes into Content-Language. The repr shows nothing: there may be a secret in
    it.
    """

    content: Content = field(repr=False)
    language: str


class Renderer:
    """Renders messages. Opens sealed values only while it does so, and keeps nothing of them."""

    def __init__(self, sealer: Sealer, signer: LinkSigner, page_url: str) -> None:
        self._sealer = sealer
        self._signer = signer
        self._page_url = page_url.rstrip("/")

    def render(
        self, tellings: Sequence[Telling], order: order_pb2.Order, merchant: merchant_pb2.Merchant, now: datetime
    ) -> Rendered:
        """The message that tells these things, at least one, in the buyer's language.

        Raises CannotOpen when a sealed value cannot be opened. Several tellings become one message with a section each.
        """
        reader = _reader(order, merchant, now)
        templates = pieces(reader.language.tag)
        link = self._link(order, merchant, tellings[-1].event_at)
        shell = _shell(order, merchant, reader, link, downloads=tellings[0].kind in _DOWNLOADS and len(tellings) == 1)

        def open_secret(secret: Secret) -> str:
            return self._sealer.open(Sealed(secret.key_id, secret.ciphertext), order.name)

        sections = []
        for telling in tellings:
            kit = Kit(
                telling.change, order, merchant, reader, telling.event_at, link, shell["button_label"], open_secret
            )
            sections.append((telling.kind, FACTS_OF[telling.kind](kit)))
        subject = _subject(templates, sections, shell, reader)
        text = _part(templates, sections, shell, subject, reader, html=False)
        html = _part(templates, sections, shell, subject, reader, html=True)
        return Rendered(Content(subject, text, html), reader.language.html_tag)

    def _link(self, order: order_pb2.Order, merchant: merchant_pb2.Merchant, since: datetime) -> str:
        lifetime = merchant.policies.link_lifetime.ToTimedelta() or LINK_LIFETIME
        # Counted from the event, so that every attempt renders the very same link.
        token = self._signer.sign(
            purpose=ORDER_PURPOSE,
            subject=order.name,
            version=order.link_version,
            expires_at=since.astimezone(UTC) + lifetime,
        )
        return f"{self._page_url}/o/{token}"


def _reader(order: order_pb2.Order, merchant: merchant_pb2.Merchant, now: datetime) -> Reader:
    everything = catalog()
    tag = negotiate([order.buyer.locale, merchant.default_locale], everything.locales, "en")
    return Reader(everything.language(tag), known_zone(order.buyer.time_zone, merchant.time_zone), now)


def _shell(
    order: order_pb2.Order, merchant: merchant_pb2.Merchant, reader: Reader, link: str, *, downloads: bool
) -> dict[str, Any]:
    """What every message has around its own words."""
    brand = brand_colour(merchant.brand.colour)
    contact = merchant.contact
    return {
        "merchant": merchant.display_name,
        "reference": order.reference,
        "link": link,
        "button_link": f"{link}#downloads" if downloads else link,
        "button_label": reader.gettext("Open your downloads") if downloads else reader.gettext("See your order"),
        "lang": reader.language.html_tag,
        "dir": reader.language.direction,
        "brand": brand,
        "on_brand": text_on(brand),
        "accent": readable_on(brand, WHITE),
        "accent_dark": readable_on(brand, _DARK_CARD),
        "logo_url": merchant.brand.logo_url,
        "shop_url": merchant.brand.shop_url,
        "lines": line_views(order, reader),
        "tones": _TONES,
        "json_ld": json_ld(order, merchant, link),
        "zone_name": reader.language.zone_name(reader.zone, reader.now),
        "contact": {
            "email": contact.email,
            "phone": contact.phone,
            "phone_shown": phone(contact.phone),
            "postal_address": list(contact.postal_address),
            "opening_hours": contact.opening_hours,
        },
    }


def _subject(
    templates: Pieces, sections: list[tuple[MessageKind, dict[str, Any]]], shell: dict[str, Any], reader: Reader
) -> str:
    if len(sections) > 1:
        return one_line(reader.gettext("News about your order %(reference)s", reference=shell["reference"]))
    kind, facts = sections[0]
    return one_line(templates.subject(kind).render(shell | facts))


def _part(
    templates: Pieces,
    sections: list[tuple[MessageKind, dict[str, Any]]],
    shell: dict[str, Any],
    subject: str,
    reader: Reader,
    *,
    html: bool,
) -> str:
    macros = templates.macros(html=html, context=shell)
    told, preheader = [], ""
    for kind, facts in sections:
        body = templates.body(kind, html=html)
        context = shell | facts | {"m": macros}
        words = {name: " ".join(templates.block(body, name, context).split()) for name in ("title", "lead")}
        heading = macros.title if len(sections) == 1 else macros.section_title
        preheader = preheader or words["lead"]
        lead = Markup(words["lead"]) if html else words["lead"]  # noqa: S704  # Rendered by a template that escapes.
        title = Markup(words["title"]) if html else words["title"]  # noqa: S704  # Likewise.
        told += [heading(title), macros.p(lead), templates.block(body, "more", context)]
    if len(sections) > 1:
        told.insert(0, macros.title(reader.gettext("There is news about your order")))
    content = "".join(told)
    if not html:
        rendered = templates.layout_text.render(shell | {"content": content})
        return _without_wide_gaps(rendered)
    return templates.layout_html.render(
        shell
        | {
            "subject": subject,
            "preheader": Markup(preheader),  # noqa: S704  # As above.
            "content": Markup(content),  # noqa: S704  # As above.
            "masthead": Markup(templates.masthead_html.render(shell)),  # noqa: S704  # As above.
            "lines_table": Markup(templates.lines_html.render(shell)),  # noqa: S704  # As above.
            "foot": Markup(templates.foot_html.render(shell)),  # noqa: S704  # As above.
        }
    )


def _without_wide_gaps(text: str) -> str:
    """At most one empty line at a time, and none at the ends."""
    lines: list[str] = []
    for line in (one.rstrip() for one in text.strip().splitlines()):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines) + "\n"
