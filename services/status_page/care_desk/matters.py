"""What needs a human now, ready to be shown: the notifier's list joined with the page's own orders, in one query."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC

from status_page.care_desk.care_words import ATTENTION, SLUGS, TODO_OF, order_state
from status_page.care_desk.presence import Here, one_each
from status_page.care_desk.rendering import ago, when
from status_page.pages.moments import Moment
from status_page.projection.rows import OrderRow
from wismo.care.v1 import care_service_pb2 as care
from wismo.orders.v1 import order_pb2, question_pb2
from wording import Reader, carrier_name

_EXCERPT = 180


@dataclass(frozen=True, slots=True)
class Matter:
    """One row of the list."""

    reference: str
    kind: str
    slug: str
    todo: str
    buyer: str
    state: str
    about: str
    """What it is about, in the buyer's or our words."""
    due: Moment
    due_in: str
    late: bool
    since: Moment
    rank: int
    asked: int
    """How often the buyer has asked; 0 for what is no question."""
    escalated: bool
    subject: str
    here: tuple[Here, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter with its count."""

    slug: str
    label: str
    count: int


def matters(
    items: Sequence[care.Attention],
    rows: Mapping[str, OrderRow],
    here: Mapping[str, Sequence[Here]],
    reader: Reader,
) -> tuple[Matter, ...]:
    """The rows in the order given. An order that the page does not have yet is shown by its reference alone."""
    orders = {name: order_pb2.Order.FromString(row.order) for name, row in rows.items() if not row.erased}
    return tuple(_matter(item, orders.get(item.order), here.get(item.order, ()), reader) for item in items)


def filters(items: Sequence[care.Attention], reader: Reader) -> tuple[Filter, ...]:
    """All kinds with their counts, those without any too, so that nothing moves when one is empty."""
    counts = Counter(item.kind for item in items)
    return tuple(Filter(slug, reader.gettext(ATTENTION[kind]), counts[kind]) for kind, slug in SLUGS.items())


def about_what(item: care.Attention, order: order_pb2.Order) -> str:
    """What a matter is about: the newest words of the question, the problem, the parcel, the line."""
    subject = item.subject_id
    match item.kind:
        case care.ATTENTION_KIND_QUESTION:
            asked = waiting_posts(order, subject)
            return f"“{excerpt(asked[0].text)}”" if asked else ""
        case care.ATTENTION_KIND_PROBLEM:
            return next((excerpt(one.what_happened) for one in order.problems if one.problem_id == subject), "")
        case care.ATTENTION_KIND_PARCEL:
            parcel = next((one for one in order.parcels if one.parcel_id == subject), None)
            return f"{carrier_name(parcel.carrier)} {parcel.tracking_number}".strip() if parcel else ""
        case _:
            return next((line.title for line in order.lines if line.line_id == subject), "")


def waiting_posts(order: order_pb2.Order, question_id: str) -> list[question_pb2.QuestionPost]:
    """What the buyer has said since the last answer: one wait, however often it was asked."""
    posts: list[question_pb2.QuestionPost] = []
    for question in order.questions:
        if question.question_id == question_id:
            for post in question.posts:
                posts = [*posts, post] if post.from_buyer else []
    return posts


def excerpt(text: str) -> str:
    """The beginning, on one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _EXCERPT else flat[: _EXCERPT - 1].rstrip() + "…"


def _matter(item: care.Attention, order: order_pb2.Order | None, here: Sequence[Here], reader: Reader) -> Matter:
    due = item.due_at.ToDatetime(UTC)
    return Matter(
        reference=item.order.rpartition("/")[2],
        kind=reader.gettext(ATTENTION.get(item.kind, ATTENTION[care.ATTENTION_KIND_DARK])),
        slug=SLUGS.get(item.kind, "dark"),
        todo=reader.gettext(TODO_OF.get(item.kind, TODO_OF[care.ATTENTION_KIND_DARK])),
        buyer=order.buyer.display_name if order else "",
        state=order_state(order, reader.language) if order else "",
        about=about_what(item, order) if order else "",
        due=when(item.due_at, reader),
        due_in=ago(due, reader),
        late=due <= reader.now,
        since=when(item.since, reader),
        rank=item.rank,
        asked=len(waiting_posts(order, item.subject_id)) if order and _asks(item) else 0,
        escalated=item.escalated,
        subject=item.subject_id,
        here=one_each(here),
    )


def _asks(item: care.Attention) -> bool:
    return item.kind == care.ATTENTION_KIND_QUESTION
