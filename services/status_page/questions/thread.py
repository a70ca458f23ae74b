"""What was asked and answered, as the page shows it: one thread for everything that waits, and one form."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.localisation import mark
from status_page.pages.moments import Moment, moment
from status_page.pages.pending import folds_into, waits
from wismo.orders.v1 import order_pb2, question_pb2
from wording import Reader

_CHANNELS = {
    question_pb2.QUESTION_CHANNEL_EMAIL: mark("by e-mail"),
    question_pb2.QUESTION_CHANNEL_PHONE: mark("by telephone"),
}


@dataclass(frozen=True, slots=True)
class Post:
    """One thing said. ``way`` is empty for what was written on the page."""

    from_buyer: bool
    way: str
    text: str
    at: Moment


@dataclass(frozen=True, slots=True)
class Thread:
    """Posts in order of time, and how it stands."""

    state: Literal["waiting", "late", "answered"]
    posts: tuple[Post, ...]
    reply_by: Moment | None
    """By when the answer comes, while it waits. A time in the past is one that we have missed."""
    missed: Moment | None
    """The promise before it that we have missed last, if there was one."""


@dataclass(frozen=True, slots=True)
class QuestionsView:
    """The thread that is going on, and those that are over."""

    thread: Thread | None
    """The one that the form adds to; None when asking begins a new one."""
    earlier: tuple[Thread, ...]


def questions_view(order: order_pb2.Order, reader: Reader) -> QuestionsView:
    """The view of an order's questions. All that wait are one thread, promised by the earliest of their times."""
    waiting = [one for one in order.questions if waits(one)]
    current = folds_into(order, reader.now)
    ongoing = waiting or ([current] if current is not None else [])
    over = [one for one in order.questions if one not in ongoing]
    return QuestionsView(
        thread=_thread(ongoing, reader) if ongoing else None,
        earlier=tuple(_thread([one], reader) for one in reversed(over)),
    )


def _thread(questions: list[question_pb2.Question], reader: Reader) -> Thread:
    posts = sorted(
        (post for question in questions for post in question.posts),
        key=lambda post: (post.occurred_at.seconds, post.occurred_at.nanos),
    )
    waiting = [one for one in questions if waits(one)]
    promised = _earliest((one.reply_by for one in waiting if one.HasField("reply_by")), reader)
    missed = [one.missed_reply_by[-1] for one in waiting if one.missed_reply_by]
    late = bool(missed) or (promised is not None and promised.past)
    return Thread(
        state="answered" if not waiting else "late" if late else "waiting",
        posts=tuple(_post(post, reader) for post in posts),
        reply_by=promised,
        missed=moment(max(missed, key=lambda at: at.seconds), reader) if missed else None,
    )


def _post(post: question_pb2.QuestionPost, reader: Reader) -> Post:
    way = _CHANNELS.get(post.channel, "") if post.from_buyer else ""
    return Post(post.from_buyer, reader.gettext(way) if way else "", post.text, moment(post.occurred_at, reader))


def _earliest(times: Iterable[Timestamp], reader: Reader) -> Moment | None:
    first = min(times, key=lambda at: at.seconds, default=None)
    return moment(first, reader) if first is not None else None
