"""A message's subject, plain text and HTML, from the row's parts, the newest order and its merchant."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from chassis.sealing import Sealed, Sealer
from chassis.signed_links import LinkSigner
from notifier.channels.compose import Content
from notifier.planning.kinds import OPTIONAL, TO_TEAM, MessageKind
from notifier.rendering.facts import FACTS_OF
from notifier.rendering.kit import Kit
from notifier.rendering.links import Links
from notifier.rendering.masking import MASK, without_tokens
from notifier.rendering.parts import html_part, subject_line, text_part
from notifier.rendering.pieces import pieces
from notifier.rendering.shell import Button, buyers_reader, buyers_shell, teams_reader, teams_shell
from wismo.care.v1 import notice_pb2
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import merchant_pb2, order_pb2
from wismo.orders.v1 import question_pb2 as questions
from wismo.orders.v1.secret_pb2 import Secret
from wording import Reader

# merchant.proto: the default of `link_lifetime`.
LINK_LIFETIME = timedelta(days=180)
_DOWNLOADS = frozenset(
    {
        MessageKind.DOWNLOAD_READY,
        MessageKind.DOWNLOAD_RENEWED,
        MessageKind.DOWNLOAD_UNUSED,
        MessageKind.DOWNLOAD_EXPIRING,
    }
)


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing to tell: what changed, or the watchdog's notice, and when that was recorded."""

    kind: MessageKind
    change: events.FulfilmentEvent | notice_pb2.Notice
    event_at: datetime


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in words. The repr shows nothing of them: there may be a secret in it."""

    content: Content = field(repr=False)
    language: str
    """For Content-Language."""
    kept: Content = field(default=Content("", "", ""), repr=False)
    """The same with its secrets and the tokens of its links masked: what may be kept and shown to others."""
    auto_replied: bool = False
    """Whether it answers a mail of the buyer's by itself (RFC 3834, section 5)."""
    unsubscribe: str = field(default="", repr=False)
    """Where one POST ends messages of this kind (RFC 8058); empty for all that are not optional."""


class Renderer:
    """Renders messages. Opens sealed values only while it does so, and keeps nothing of them."""

    def __init__(self, sealer: Sealer, signer: LinkSigner, page_url: str, *, replies_are_filed: bool = False) -> None:
        """``replies_are_filed`` says whether a reply to a mail finds its way to the order by itself."""
        self._sealer = sealer
        self._signer = signer
        self._page_url = page_url
        self._replies_are_filed = replies_are_filed

    def render(
        self, tellings: Sequence[Telling], order: order_pb2.Order, merchant: merchant_pb2.Merchant, now: datetime
    ) -> Rendered:
        """The message that tells these things, at least one: to the buyer, or to the merchant's team by its kind.

        Raises CannotOpen when a sealed value cannot be opened. Several tellings become one message with a section each.
        """
        to_team = tellings[0].kind in TO_TEAM
        reader = teams_reader(merchant, now) if to_team else buyers_reader(order, merchant, now)
        lifetime = merchant.policies.link_lifetime.ToTimedelta() or LINK_LIFETIME
        links = Links(self._signer, self._page_url, order, tellings[-1].event_at, lifetime)
        opened: list[str] = []

        def open_secret(secret: Secret) -> str:
            opened.append(self._sealer.open(Sealed(secret.key_id, secret.ciphertext), order.name))
            return opened[-1]

        message = _Message(tellings, order, merchant, reader, links, replies_are_filed=self._replies_are_filed)
        content = message.say(open_secret)
        kept = message.say(lambda _: MASK) if opened else content
        return Rendered(
            content,
            reader.language.html_tag,
            kept=without_tokens(kept, links.tokens),
            auto_replied=_answers_a_mail(tellings[0], order),
            unsubscribe=links.optional_off() if message.is_optional else "",
        )


@dataclass(frozen=True)
class _Message:
    """One message that can be said in full, or with its secrets masked."""

    tellings: Sequence[Telling]
    order: order_pb2.Order
    merchant: merchant_pb2.Merchant
    reader: Reader
    links: Links
    replies_are_filed: bool = field(kw_only=True)

    @property
    def is_optional(self) -> bool:
        """Whether the buyer could do without every part of it."""
        return all(one.kind in OPTIONAL for one in self.tellings)

    def say(self, open_secret: Callable[[Secret], str]) -> Content:
        templates = pieces(self.reader.language.tag)
        shell = self._shell()
        sections = [(one.kind, FACTS_OF[one.kind](self._kit(one, shell, open_secret))) for one in self.tellings]
        subject = subject_line(templates, sections, shell, self.reader)
        return Content(
            subject,
            text_part(templates, sections, shell, self.reader),
            html_part(templates, sections, shell, subject, self.reader),
        )

    def _kit(self, telling: Telling, shell: dict[str, Any], open_secret: Callable[[Secret], str]) -> Kit:
        return Kit(
            change=events.FulfilmentEvent() if isinstance(telling.change, notice_pb2.Notice) else telling.change,
            notice=telling.change if isinstance(telling.change, notice_pb2.Notice) else notice_pb2.Notice(),
            order=self.order,
            merchant=self.merchant,
            reader=self.reader,
            event_at=telling.event_at,
            links=self.links,
            link=shell["link"],
            button=shell["button_label"],
            replies_are_filed=self.replies_are_filed,
            open_secret=open_secret,
        )

    def _shell(self) -> dict[str, Any]:
        first = self.tellings[0]
        if first.kind in TO_TEAM:
            return teams_shell(self.order, self.merchant, self.reader, self._care_button(first))
        link = self.links.order()
        stop_link = self.links.optional_off() if self.is_optional else ""
        return buyers_shell(self.order, self.merchant, self.reader, link, self._button(first, link), stop_link)

    def _button(self, telling: Telling, link: str) -> Button:
        if len(self.tellings) == 1 and telling.kind in _DOWNLOADS:
            return Button(self.reader.gettext("Open your downloads"), f"{link}#downloads")
        return Button(self.reader.gettext("See your order"), link)

    def _care_button(self, telling: Telling) -> Button:
        asked = isinstance(telling.change, notice_pb2.Notice) and telling.change.question_id
        gettext = self.reader.gettext
        label = gettext("Answer in the care desk") if asked else gettext("Open in the care desk")
        return Button(label, self.links.care_order())


def _answers_a_mail(telling: Telling, order: order_pb2.Order) -> bool:
    if telling.kind != MessageKind.QUESTION_RECEIVED or not isinstance(telling.change, events.FulfilmentEvent):
        return False
    question_id = telling.change.question_acknowledged.question_id
    asked = [post for one in order.questions if one.question_id == question_id for post in one.posts if post.from_buyer]
    return bool(asked) and asked[-1].channel == questions.QUESTION_CHANNEL_EMAIL
