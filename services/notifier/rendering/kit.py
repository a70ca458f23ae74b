"""What the facts of a message are made from: one order, one merchant, one reader, and the keys to open a secret."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money

import wording
from notifier.rendering.links import Links
from wismo.care.v1 import notice_pb2
from wismo.orders.v1 import entitlement_pb2, line_pb2, merchant_pb2, order_pb2, parcel_pb2, question_pb2
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1.secret_pb2 import Secret
from wording import Reader


@dataclass(frozen=True)
class Kit:
    """Everything at hand while one message is rendered. ``order`` is the newest one.

    What the message tells is a ``change``, or a ``notice`` of the watchdog; the other one is empty.
    """

    change: events.FulfilmentEvent
    notice: notice_pb2.Notice
    order: order_pb2.Order
    merchant: merchant_pb2.Merchant
    reader: Reader
    event_at: datetime
    links: Links
    link: str
    button: str
    """What stands on the message's button, for steps that name it."""
    replies_are_filed: bool
    """Whether a reply to a mail of ours finds its way to the order by itself."""
    open_secret: Callable[[Secret], str] = field(repr=False)
    """Opens a sealed value; may raise CannotOpen. What it returns goes into the message and nowhere else."""

    def gettext(self, message: str, /, **values: object) -> str:
        """The reader's language."""
        return self.reader.gettext(message, **values)

    def line(self, line_id: str) -> line_pb2.OrderLine | None:
        """The line with this id."""
        return next((line for line in self.order.lines if line.line_id == line_id), None)

    def title(self, line_id: str) -> str:
        """What the line is called; its id when the order does not have it."""
        line = self.line(line_id)
        return line.title if line is not None else line_id

    def titles(self, line_ids: Iterable[str]) -> str:
        """What these lines are called, as a sentence has them; empty for none."""
        named = [self.title(line_id) for line_id in line_ids]
        return wording.titles(named, self.reader) if named else ""

    def some(self, line_id: str, quantity: int) -> str:
        """Some of one line: ``2 × Atlas``; a quantity of 0 means all of it."""
        line = self.line(line_id)
        whole = max(1, line.quantity) if line is not None else 1
        return wording.times(quantity or whole, self.title(line_id), self.reader)

    def items(self, quantities: Iterable[line_pb2.LineQuantity]) -> list[str]:
        """Some of several lines."""
        return [self.some(one.line_id, one.quantity) for one in quantities]

    def parcel(self, parcel_id: str) -> parcel_pb2.Parcel:
        """The parcel as it is now; one without any detail when the order does not have it."""
        found = (parcel for parcel in self.order.parcels if parcel.parcel_id == parcel_id)
        return next(found, parcel_pb2.Parcel(parcel_id=parcel_id))

    def question(self, question_id: str) -> question_pb2.Question:
        """The question as it is now; an empty one when the order does not have it."""
        found = (one for one in self.order.questions if one.question_id == question_id)
        return next(found, question_pb2.Question(question_id=question_id))

    def trial(self, line_id: str) -> entitlement_pb2.Trial:
        """The trial of a line as it is now; an empty one when the order does not have it."""
        found = (one for one in self.order.trials if one.line_id == line_id)
        return next(found, entitlement_pb2.Trial(line_id=line_id))

    def problem(self, problem_id: str) -> order_pb2.Problem:
        """The problem or delay as it is now; an empty one when the order does not have it."""
        found = (one for one in self.order.problems if one.problem_id == problem_id)
        return next(found, order_pb2.Problem(problem_id=problem_id))

    def day(self, message: object, field_name: str) -> str:
        """A field that is a time, as a day; empty when it is not set."""
        stamp = _stamp(message, field_name)
        return self.reader.day(stamp) if stamp is not None else ""

    def moment(self, message: object, field_name: str) -> str:
        """A field that is a time, as a day and a time of day; empty when it is not set."""
        stamp = _stamp(message, field_name)
        return self.reader.moment(stamp) if stamp is not None else ""

    def when(self, moment: datetime) -> str:
        """An instant, as a day and a time of day."""
        return self.reader.language.datetime(moment, self.reader.zone, now=self.reader.now)

    def expected(self, expectation: line_pb2.Expectation) -> str:
        """``by 25 November``; empty when nothing is expected."""
        return wording.expected_when(expectation, self.reader)

    def money(self, amount: Money) -> str:
        """An amount as the language writes it."""
        return wording.money(amount, self.reader)


def _stamp(message: object, field_name: str) -> Timestamp | None:
    has_field = getattr(message, "HasField", None)
    if has_field is None or not has_field(field_name):
        return None
    stamp = getattr(message, field_name)
    assert isinstance(stamp, Timestamp)
    return stamp
