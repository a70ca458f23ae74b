"""Facts of questions: what was said so far, by when the answer comes, and who must give it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from notifier.rendering.formats import phone
from notifier.rendering.kit import Kit
from wismo.care.v1 import obligation_pb2 as obligations
from wismo.orders.v1 import question_pb2 as questions
from wording.reader import instant

Facts = dict[str, Any]

# A wait of many askings is told by its newest ones; the page and the desk have them all.
_AT_MOST = 8


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said in a question: by whom and when, as one line, and the text."""

    who: str
    text: str


def question_received(kit: Kit) -> Facts:
    """What was asked in this wait, and by when the answer comes."""
    change = kit.change.question_acknowledged
    question = kit.question(change.question_id)
    asked = _said(kit, _waiting(question))
    return {"said": asked, "more_than_once": len(asked) > 1, "reply_by": kit.moment(change, "reply_by")}


def question_answered(kit: Kit) -> Facts:
    """The answer, and what was said before it."""
    change = kit.change.question_answered
    question = kit.question(change.question_id)
    before = list(question.posts)
    if before and not before[-1].from_buyer:
        before.pop()
    return {"answer": change.text, "said": _said(kit, before)}


def answer_late(kit: Kit) -> Facts:
    """The promise that was missed, the new one, and what was asked."""
    question = kit.question(kit.notice.question_id)
    return {
        "missed": kit.moment(kit.notice, "missed_at"),
        "reply_by": kit.moment(kit.notice, "next_update_at"),
        "said": _said(kit, _waiting(question)),
    }


def question_forwarded(kit: Kit) -> Facts:
    """For the care team: who asks what, by when the answer is promised, and how it is given."""
    question = kit.question(kit.notice.question_id)
    buyer = kit.order.buyer
    waiting = _waiting(question)
    return {
        "who": buyer.display_name or buyer.email,
        "email": buyer.email,
        "phone": phone(buyer.phone) if buyer.phone else "",
        "said": _said(kit, question.posts),
        "times": len(waiting),
        "reply_by": kit.moment(question, "reply_by"),
        "missed": [kit.reader.moment(one) for one in question.missed_reply_by],
        "reminder": kit.notice.step != obligations.OBLIGATION_STEP_DUE and bool(kit.notice.step),
        "reply_files": kit.replies_are_filed,
        "answer_link": kit.links.answer_question(kit.notice.question_id),
    }


def said_by_buyer(kit: Kit, question_id: str) -> list[Said]:
    """What the buyer said since the last answer."""
    return _said(kit, _waiting(kit.question(question_id)))


def _waiting(question: questions.Question) -> list[questions.QuestionPost]:
    posts = list(question.posts)
    answered = max((at for at, post in enumerate(posts) if not post.from_buyer), default=-1)
    return [post for post in posts[answered + 1 :] if post.from_buyer] or [post for post in posts if post.from_buyer]


def _said(kit: Kit, posts: Iterable[questions.QuestionPost]) -> list[Said]:
    return [Said(_who(kit, post), post.text) for post in list(posts)[-_AT_MOST:]]


def _who(kit: Kit, post: questions.QuestionPost) -> str:
    when = kit.when(instant(post.occurred_at))
    if not post.from_buyer:
        return kit.gettext("%(who)s, %(when)s", who=kit.merchant.display_name, when=when)
    match post.channel:
        case questions.QUESTION_CHANNEL_EMAIL:
            return kit.gettext("By mail, %(when)s", when=when)
        case questions.QUESTION_CHANNEL_PHONE:
            return kit.gettext("By phone, %(when)s", when=when)
        case questions.QUESTION_CHANNEL_PAGE:
            return kit.gettext("On the order page, %(when)s", when=when)
        case _:
            return when
