"""The next step of one line: what happens next, by when, and what the buyer has to do. Never empty, never vague."""

from dataclasses import replace

from wismo.orders.v1 import line_pb2, order_pb2, payment_pb2
from wording import next_steps_on_screen, next_steps_physical
from wording.problems import next_word, open_problem
from wording.reader import Reader
from wording.step import NextStep, nothing_to_do

_KINDS = {
    line_pb2.LINE_KIND_PHYSICAL: next_steps_physical.physical,
    line_pb2.LINE_KIND_DOWNLOAD: next_steps_on_screen.download,
    line_pb2.LINE_KIND_ACCESS: next_steps_on_screen.access,
    line_pb2.LINE_KIND_TRIAL: next_steps_on_screen.trial,
}
_DONE = frozenset({line_pb2.LINE_STATE_DELIVERED, line_pb2.LINE_STATE_RETURNED, line_pb2.LINE_STATE_TRIAL_ENDED})
_NOT_WAITING_FOR_MONEY = frozenset(
    {
        line_pb2.LINE_STATE_DELIVERED,
        line_pb2.LINE_STATE_RETURNING,
        line_pb2.LINE_STATE_RETURNED,
        line_pb2.LINE_STATE_READY,
        line_pb2.LINE_STATE_GRANTED,
    }
)


def next_step(order: order_pb2.Order, line: line_pb2.OrderLine, reader: Reader) -> NextStep:
    """The next step of ``line`` in ``order`` at the reader's present moment. Defined for every kind and every state."""
    if line.state == line_pb2.LINE_STATE_CANCELLED:
        return NextStep(
            reader.gettext("This was cancelled and is no longer part of your order."), "", nothing_to_do(reader)
        )
    if line.state == line_pb2.LINE_STATE_REVOKED:
        return NextStep(
            reader.gettext("This is no longer available to you."),
            "",
            reader.gettext("If you think that this is a mistake, please write to us."),
            "contact",
        )
    if line.state not in _NOT_WAITING_FOR_MONEY:
        if order.payment_state == payment_pb2.PAYMENT_STATE_FAILED:
            return _payment_failed(reader)
        if order.payment_state == payment_pb2.PAYMENT_STATE_PENDING:
            return _payment_pending(order, reader)
    step = _KINDS.get(line.kind, next_steps_physical.physical)(order, line, reader)
    problem = None if line.state in _DONE else open_problem(order, line)
    word = next_word(problem, reader) if problem else ""
    return replace(step, by=f"{step.by} {word}".strip()) if word else step


def _payment_failed(reader: Reader) -> NextStep:
    return NextStep(
        reader.gettext("Your payment did not go through, so we cannot go on yet."),
        "",
        reader.gettext("Please try the payment again. If it does not work, write to us and we will find a way."),
        "pay",
        must_act=True,
    )


def _payment_pending(order: order_pb2.Order, reader: Reader) -> NextStep:
    happens = reader.gettext("As soon as your payment arrives, we will go on with your order.")
    if order.pay_url:
        return NextStep(
            happens, "", reader.gettext("Please complete the payment if you have not yet."), "pay", must_act=True
        )
    return NextStep(
        happens, "", reader.gettext("If you have already paid, you need not do anything: it can take a few days.")
    )
