"""Sample changes of what is said from person to person: money, problems, notes."""

from notifier.preview.stage import Maker, Stage, at
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import line_pb2 as lines
from wismo.orders.v1 import order_pb2
from wismo.orders.v1 import payment_pb2 as payments
from wismo.orders.v1 import tracking_pb2 as tracking

PAY_URL = "https://pay.lantern.example/R-10042"


def created(_stage: Stage) -> events.FulfilmentEvent:
    return events.FulfilmentEvent(order_created=events.OrderCreated())


def payment(state: payments.PaymentState.ValueType) -> Maker:
    def make(stage: Stage) -> events.FulfilmentEvent:
        stage.order.payment_state = state
        failed = state == payments.PAYMENT_STATE_FAILED
        change = events.PaymentChanged(
            payment_state=state, pay_url="" if state == payments.PAYMENT_STATE_PAID else PAY_URL
        )
        change.reason = stage.words.payment_reason if failed else ""
        return events.FulfilmentEvent(payment_changed=change)

    return make


def delay(stage: Stage) -> events.FulfilmentEvent:
    return events.FulfilmentEvent(
        delay_announced=events.DelayAnnounced(
            problem_id="delay-1",
            line_ids=["book"],
            what_happened=stage.words.delay,
            what_we_do=stage.words.delay_action,
            expected=lines.Expectation(earliest=at(days=5), latest=at(days=7)),
            next_update_at=at(30),
        )
    )


def _report(stage: Stage, *, resolved: bool = False) -> order_pb2.Problem:
    stage.order.problems.add(
        problem_id="damaged-1",
        line_ids=["book"],
        what_happened=stage.words.problem,
        what_we_do=stage.words.problem_action,
        reason=tracking.EXCEPTION_REASON_DAMAGED,
        acting_party=tracking.ACTING_PARTY_MERCHANT,
        next_update_at=at(30),
        reported_at=at(-5),
    )
    if resolved:
        stage.order.problems[0].resolved_at.CopyFrom(at(0))
    return stage.order.problems[0]


def problem(stage: Stage) -> events.FulfilmentEvent:
    one = _report(stage)
    stage.order.lines[0].state = lines.LINE_STATE_HELD_UP
    return events.FulfilmentEvent(
        problem_reported=events.ProblemReported(
            problem_id=one.problem_id,
            line_ids=one.line_ids,
            what_happened=one.what_happened,
            what_we_do=one.what_we_do,
            reason=one.reason,
            acting_party=one.acting_party,
            next_update_at=one.next_update_at,
        )
    )


def problem_updated(stage: Stage) -> events.FulfilmentEvent:
    _report(stage)
    return events.FulfilmentEvent(
        problem_updated=events.ProblemUpdated(
            problem_id="damaged-1", what_happened=stage.words.problem_news, next_update_at=at(50)
        )
    )


def problem_resolved(stage: Stage) -> events.FulfilmentEvent:
    _report(stage, resolved=True)
    return events.FulfilmentEvent(
        problem_resolved=events.ProblemResolved(problem_id="damaged-1", resolution=stage.words.problem_end)
    )


def new_date(_stage: Stage) -> events.FulfilmentEvent:
    expected = lines.Expectation(latest=at(days=6), source=tracking.EXPECTATION_SOURCE_MERCHANT)
    return events.FulfilmentEvent(expectation_revised=events.ExpectationRevised(line_ids=["book"], expected=expected))


def cancelled(stage: Stage) -> events.FulfilmentEvent:
    stage.order.lines[0].state = lines.LINE_STATE_CANCELLED
    stage.order.lines[0].cancelled_quantity = 2
    quantities = [lines.LineQuantity(line_id="book", quantity=2)]
    return events.FulfilmentEvent(
        lines_cancelled=events.LinesCancelled(lines=quantities, reason=stage.words.cancel_reason)
    )


def refunded(stage: Stage) -> events.FulfilmentEvent:
    return events.FulfilmentEvent(
        refunded=events.Refunded(
            refund_id="r1",
            amount=stage.words.price,
            line_ids=["book"],
            reason=stage.words.cancel_reason,
            expected_by=at(days=5),
        )
    )


def credit(stage: Stage) -> events.FulfilmentEvent:
    return events.FulfilmentEvent(
        credit_given=events.CreditGiven(
            credit_id="c1",
            amount=stage.words.credit,
            description=stage.words.credit_what,
            reason=stage.words.credit_why,
        )
    )


def note(stage: Stage) -> events.FulfilmentEvent:
    return events.FulfilmentEvent(note_to_buyer=events.NoteToBuyer(text=stage.words.note, next_update_at=at(48)))


def link(_stage: Stage) -> events.FulfilmentEvent:
    return events.FulfilmentEvent(link_requested=events.LinkRequested())


def contact(stage: Stage) -> events.FulfilmentEvent:
    return events.FulfilmentEvent(contact_updated=events.ContactUpdated(buyer=stage.order.buyer))
