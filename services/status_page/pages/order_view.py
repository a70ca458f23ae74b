"""An order as its page shows it: everything in the buyer's words, times and language, ready for the template."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale

from chassis.localisation import Language
from status_page.downloads.rights import Right
from status_page.pages.entitlement_view import AccessView, DownloadView, access_view, download_view
from status_page.pages.line_view import LineView, line_view
from status_page.pages.moments import Moment, day, moment
from status_page.pages.parcel_view import ParcelView, Pickup, parcel_view, pickup_view
from status_page.pages.pending import waits
from status_page.pages.redaction import redacted
from status_page.pages.secrets import SealedSecrets
from status_page.projection.rows import Taken
from status_page.questions.thread import QuestionsView, questions_view
from status_page.web.shops import Shop, web_address
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import order_pb2
from wording import Reader, amounts, headline, timeline_entry

_NOT_FOR_BUYERS = frozenset(
    {
        events.CHANGE_KIND_MESSAGE_BOUNCED,
        events.CHANGE_KIND_RESEND_REQUESTED,
        events.CHANGE_KIND_CHARGE_NOTICE_ACCEPTED,
        events.CHANGE_KIND_PREFERENCES_UPDATED,
    }
)
"""What happened to messages, not to the order: the care team sees it, and the buyer need not."""


@dataclass(frozen=True, slots=True)
class ProblemView:
    """A problem or delay, open or over."""

    id: str
    delay: bool
    what_happened: str
    what_we_do: str
    lines: str
    next_word: Moment | None
    resolution: str
    resolved: Moment | None


@dataclass(frozen=True, slots=True)
class MoneyView:
    """A refund or a credit."""

    kind: str
    amount: str
    what: str
    reason: str
    at: Moment | None
    expected: Moment | None


@dataclass(frozen=True, slots=True)
class Happened:
    """An entry of the timeline."""

    at: Moment
    sentence: str
    note: str
    sequence: int


@dataclass(frozen=True, slots=True)
class OrderView:
    """The whole page. ``full`` says whether it shows more than progress."""

    full: bool
    path: str
    """Where the page lives, without a slash at its end."""
    reference: str
    headline: str
    next_word: Moment | None
    """When the next word was promised, an answer too. A time in the past is one that we have missed."""
    placed: Moment | None
    total: str
    pay_url: str
    problems: tuple[ProblemView, ...]
    resolved: tuple[ProblemView, ...]
    lines: tuple[LineView, ...]
    parcels: tuple[ParcelView, ...]
    collections: tuple[Pickup, ...]
    money: tuple[MoneyView, ...]
    timeline: tuple[Happened, ...]
    questions: QuestionsView
    address: tuple[str, ...]
    zone_name: str

    @property
    def download_origins(self) -> tuple[str, ...]:
        """Origins of remote files: a form that starts one leads there."""
        downloads = (line.download for line in self.lines if line.download)
        return tuple(sorted({file.origin for one in downloads for file in one.files if file.origin}))


def order_view(
    order: order_pb2.Order,
    taken: Taken,
    shop: Shop,
    language: Language,
    now: datetime,
    secrets: SealedSecrets,
    *,
    full: bool,
) -> OrderView:
    """The view of an order. Secrets are holes in it, and only when ``full``."""
    reader = reader_of(order, shop, language, now)
    shown = order if full else redacted(order, reader)
    return _view(shown, taken, shop, reader, secrets, full=full)


def reader_of(order: order_pb2.Order, shop: Shop, language: Language, now: datetime) -> Reader:
    """The buyer as the one who reads: in the buyer's zone, else in the shop's."""
    zone = next(name for name in (order.buyer.time_zone, shop.time_zone, "UTC") if _is_zone(name))
    return Reader(language, zone, now)


def _view(
    order: order_pb2.Order, taken: Taken, shop: Shop, reader: Reader, secrets: SealedSecrets, *, full: bool
) -> OrderView:
    downloads: dict[str, DownloadView] = {}
    accesses: dict[str, AccessView] = {}
    for download in order.downloads:
        right = Right(download, taken, reader.now, shop.download_renewals)
        downloads[download.line_id] = download_view(right, reader, secrets)
    for access in order.accesses:
        accesses[access.line_id] = access_view(access, reader, secrets)
    titles = {line.line_id: line.title for line in order.lines}
    problems = [_problem(problem, titles, reader) for problem in order.problems]
    return OrderView(
        full=full,
        path=f"/orders/{shop.id}/{order.reference}",
        reference=order.reference,
        headline=headline(order, reader),
        next_word=_next_word(order, reader),
        placed=day(order.placed_at, reader) if order.HasField("placed_at") else None,
        total=amounts.money(order.total, reader) if order.HasField("total") else "",
        pay_url=web_address(order.pay_url),
        problems=tuple(one for one in problems if one.resolved is None),
        resolved=tuple(one for one in problems if one.resolved is not None),
        lines=tuple(
            line_view(
                line,
                order,
                reader,
                download=downloads.get(line.line_id),
                access=accesses.get(line.line_id),
            )
            for line in order.lines
        ),
        parcels=tuple(
            parcel_view(parcel, number, order, reader, secrets) for number, parcel in enumerate(order.parcels, 1)
        ),
        collections=tuple(
            pickup_view(one.pickup_point, reader, secrets)
            for one in order.collections
            if one.HasField("pickup_point") and not one.HasField("collected_at")
        ),
        money=_money(order, reader),
        timeline=_timeline(order, reader),
        questions=questions_view(order, reader),
        address=_address(order, reader),
        zone_name=_zone_name(reader.language, reader.zone, reader.now.date()),
    )


def _next_word(order: order_pb2.Order, reader: Reader) -> Moment | None:
    promised = [order.next_update_at] if order.HasField("next_update_at") else []
    promised += [one.reply_by for one in order.questions if waits(one) and one.HasField("reply_by")]
    return moment(min(promised, key=lambda at: at.seconds), reader) if promised else None


def _problem(problem: order_pb2.Problem, titles: dict[str, str], reader: Reader) -> ProblemView:
    concerned = [titles[line_id] for line_id in problem.line_ids if line_id in titles]
    return ProblemView(
        id=problem.problem_id,
        delay=problem.delay,
        what_happened=problem.what_happened,
        what_we_do=problem.what_we_do,
        lines=reader.language.list(concerned) if concerned else "",
        next_word=moment(problem.next_update_at, reader) if problem.HasField("next_update_at") else None,
        resolution=problem.resolution,
        resolved=moment(problem.resolved_at, reader) if problem.HasField("resolved_at") else None,
    )


def _money(order: order_pb2.Order, reader: Reader) -> tuple[MoneyView, ...]:
    refunds = [
        MoneyView(
            kind="refund",
            amount=amounts.money(one.amount, reader),
            what="",
            reason=one.reason,
            at=moment(one.refunded_at, reader) if one.HasField("refunded_at") else None,
            expected=day(one.expected_by, reader) if one.HasField("expected_by") else None,
        )
        for one in order.refunds
    ]
    credits_ = [
        MoneyView(
            kind="credit",
            amount=amounts.money(one.amount, reader) if one.HasField("amount") else "",
            what=one.description,
            reason=one.reason,
            at=moment(one.given_at, reader) if one.HasField("given_at") else None,
            expected=None,
        )
        for one in order.credits
    ]
    return (*refunds, *credits_)


def _timeline(order: order_pb2.Order, reader: Reader) -> tuple[Happened, ...]:
    """Newest first; what tells the buyer nothing is left out."""
    happened = []
    for entry in reversed(order.timeline):
        if entry.kind in _NOT_FOR_BUYERS:
            continue
        sentence = timeline_entry(entry, order, reader)
        if sentence is not None:
            happened.append(Happened(moment(entry.occurred_at, reader), sentence, entry.note, entry.sequence))
    return tuple(happened)


def _address(order: order_pb2.Order, reader: Reader) -> tuple[str, ...]:
    address = order.buyer.shipping_address
    country = _country(reader.language.tag, address.country)
    town = " ".join(part for part in (address.postcode, address.city) if part)
    parts = (address.recipient, *address.lines, town, address.region, country)
    return tuple(part for part in parts if part)


@lru_cache(maxsize=1024)
def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # Unknown, malformed, or the name of a folder of zones.
        return False
    return True


@lru_cache(maxsize=4096)
def _zone_name(language: Language, zone: str, day: date) -> str:
    return language.zone_name(zone, datetime.combine(day, time(12), UTC))


@lru_cache(maxsize=4096)
def _country(language: str, code: str) -> str:
    """The country's name in the buyer's language; a code that nobody knows stays as it is."""
    return str(Locale.parse(language, sep="-").territories.get(code.upper(), code))
