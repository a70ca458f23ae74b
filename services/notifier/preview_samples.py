"""A made-up order, and one change of it for every kind of message."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from google.protobuf.duration_pb2 import Duration

from chassis.sealing import Sealer
from notifier.planning.kinds import MessageKind
from notifier.preview_order import NOW, SampleTexts, at, new_order, sample_merchant, texts
from wismo.orders.v1 import entitlement_pb2 as entitlement
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import line_pb2 as lines
from wismo.orders.v1 import merchant_pb2, order_pb2, parcel_pb2
from wismo.orders.v1 import payment_pb2 as payments
from wismo.orders.v1 import tracking_pb2 as tracking
from wismo.orders.v1.secret_pb2 import Secret

__all__ = ["NOW", "Sample", "samples"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One kind of message with everything that it is rendered from."""

    kind: MessageKind
    change: events.FulfilmentEvent
    order: order_pb2.Order
    merchant: merchant_pb2.Merchant
    name: str


def samples(language: str, sealer: Sealer) -> Iterator[Sample]:
    """One sample for each kind, and further ones for kinds that look very different by what they tell."""
    words = texts(language)
    for (kind, variant), make in _MAKERS.items():
        order, merchant = new_order(words), sample_merchant(words)

        def seal(plaintext: str, order: order_pb2.Order = order) -> Secret:
            closed = sealer.seal(plaintext, order.name)
            return Secret(key_id=closed.key_id, ciphertext=closed.ciphertext)

        change = make(order, words, seal)
        change.occurred_at.CopyFrom(at(0))
        yield Sample(kind, change, order, merchant, kind.value + (f"_{variant}" if variant else ""))


Maker = Callable[[order_pb2.Order, SampleTexts, Callable[[str], Secret]], events.FulfilmentEvent]
Seal = Callable[[str], Secret]


def _created(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    return events.FulfilmentEvent(order_created=events.OrderCreated())


def _payment(state: payments.PaymentState.ValueType) -> Maker:
    def make(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
        order.payment_state = state
        failed = state == payments.PAYMENT_STATE_FAILED
        change = events.PaymentChanged(
            payment_state=state, pay_url="" if state == payments.PAYMENT_STATE_PAID else PAY_URL
        )
        change.reason = words.payment_reason if failed else ""
        return events.FulfilmentEvent(payment_changed=change)

    return make


PAY_URL = "https://pay.lantern.example/R-10042"
LOGIN_URL = "https://room.lantern.example/enter"


def _backordered(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    order.lines[0].state = lines.LINE_STATE_BACKORDERED
    order.lines[0].backordered_quantity = 2
    expected = lines.Expectation(earliest=at(days=5), latest=at(days=8))
    order.lines[0].expected.CopyFrom(expected)
    return events.FulfilmentEvent(
        lines_backordered=events.LinesBackordered(
            lines=[lines.LineQuantity(line_id="book", quantity=2)], expected=expected, reason=words.backorder_reason
        )
    )


def _ship(order: order_pb2.Order, status: tracking.TrackingStatus.ValueType, **parcel: Any) -> parcel_pb2.Parcel:
    order.lines[0].state = lines.LINE_STATE_SHIPPED
    order.lines[0].shipped_quantity = 2
    order.parcels.append(
        parcel_pb2.Parcel(
            parcel_id="p1",
            carrier="royal-mail" if order.buyer.locale.startswith("en") else "cdek",
            tracking_number="RM123456785GB",
            tracking_url="https://track.example/RM123456785GB",
            lines=[lines.LineQuantity(line_id="book", quantity=2)],
            status=status,
            expected=lines.Expectation(latest=at(days=2), source=tracking.EXPECTATION_SOURCE_CARRIER),
            shipped_at=at(-20),
            **parcel,
        )
    )
    return order.parcels[-1]


def _shipped(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    parcel = _ship(order, tracking.TRACKING_STATUS_PICKED_UP)
    return events.FulfilmentEvent(
        parcel_shipped=events.ParcelShipped(parcel_id="p1", carrier=parcel.carrier, handed_over=True)
    )


def _corrected(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    _ship(order, tracking.TRACKING_STATUS_IN_TRANSIT)
    return events.FulfilmentEvent(
        parcel_corrected=events.ParcelCorrected(parcel_id="p1", tracking_number="RM123456785GB")
    )


def _progress(status: tracking.TrackingStatus.ValueType, state: lines.LineState.ValueType, **change: Any) -> Maker:
    def make(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
        parcel = _ship(order, status, reason=change.get("reason", 0))
        order.lines[0].state = state
        progressed = events.ParcelProgressed(parcel_id="p1", status=status, location=words.town, **change)
        if status == tracking.TRACKING_STATUS_AVAILABLE_FOR_PICKUP:
            progressed.pickup_point.CopyFrom(_point(words, seal))
            parcel.pickup_point.CopyFrom(progressed.pickup_point)
        if status == tracking.TRACKING_STATUS_DELIVERED:
            parcel.delivered_at.CopyFrom(at(0))
            parcel.delivery_mode = progressed.delivery_mode
            progressed.received_by = parcel.received_by = words.neighbour
            order.lines[0].delivered_quantity = 2
        if status == tracking.TRACKING_STATUS_ATTEMPT_FAILED:
            progressed.next_attempt_at.CopyFrom(at(days=1))
        return events.FulfilmentEvent(source=events.EVENT_SOURCE_CARRIER, parcel_progressed=progressed)

    return make


def _point(words: SampleTexts, seal: Seal) -> parcel_pb2.PickupPoint:
    return parcel_pb2.PickupPoint(
        display_name=words.point,
        address={"lines": [words.point_street], "city": words.town},
        opening_hours=words.point_hours,
        keep_until=at(days=7),
        code=seal("4071"),
    )


def _return_started(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    order.lines[0].state = lines.LINE_STATE_RETURNING
    quantities = [lines.LineQuantity(line_id="book", quantity=1)]
    return events.FulfilmentEvent(
        return_started=events.ReturnStarted(lines=quantities, tracking_url="https://track.example/back")
    )


def _return_received(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    order.lines[0].state = lines.LINE_STATE_RETURNED
    quantities = [lines.LineQuantity(line_id="book", quantity=1)]
    return events.FulfilmentEvent(return_received=events.ReturnReceived(lines=quantities))


def _collect(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    order.lines[0].pickup = True
    order.lines[0].state = lines.LINE_STATE_AVAILABLE_FOR_PICKUP
    point = _point(words, seal)
    order.collections.add(line_ids=["book"], pickup_point=point, ready_at=at(0))
    return events.FulfilmentEvent(ready_for_collection=events.ReadyForCollection(pickup_point=point))


def _ready(order: order_pb2.Order, seal: Seal) -> entitlement.Download:
    order.lines[1].state = lines.LINE_STATE_READY
    file = entitlement.DownloadFile(
        file_id="atlas-win",
        file_name="atlas-2.1-setup.exe",
        size_bytes=48_234_496,
        local_path="atlas-2.1-setup.exe",
        platform=entitlement.PLATFORM_WINDOWS,
    )
    order.downloads.add(
        line_id="atlas",
        files=[file],
        licence_key=seal("ATLAS-7Q2M-1IL0-OX58"),
        allowed_count=3,
        expires_at=at(days=30),
        issue=1,
        ready_at=at(0),
    )
    return order.downloads[0]


def _download(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    ready = _ready(order, seal)
    return events.FulfilmentEvent(
        download_ready=events.DownloadReady(
            line_id="atlas",
            files=ready.files,
            licence_key=ready.licence_key,
            allowed_count=3,
            expires_at=ready.expires_at,
        )
    )


def _renewed(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    ready = _ready(order, seal)
    return events.FulfilmentEvent(
        download_renewed=events.DownloadRenewed(line_id="atlas", expires_at=ready.expires_at, by_buyer=True)
    )


def _download_revoked(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    order.lines[1].state = lines.LINE_STATE_REVOKED
    return events.FulfilmentEvent(download_revoked=events.DownloadRevoked(line_id="atlas", reason=words.revoked_reason))


def _access(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    order.lines[2].state = lines.LINE_STATE_GRANTED
    granted = events.AccessGranted(
        line_id="room",
        login_url=LOGIN_URL,
        username=order.buyer.email,
        code=seal("Kl0O-8BIl-q9Zs"),
        case_sensitive=True,
        expires_at=at(days=365),
    )
    order.accesses.add(line_id="room", login_url=LOGIN_URL, case_sensitive=True, expires_at=granted.expires_at)
    return events.FulfilmentEvent(access_granted=granted)


def _access_revoked(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    order.lines[2].state = lines.LINE_STATE_REVOKED
    return events.FulfilmentEvent(access_revoked=events.AccessRevoked(line_id="room", reason=words.revoked_reason))


def _trial(order: order_pb2.Order, words: SampleTexts) -> entitlement.Trial:
    order.lines[2].kind = lines.LINE_KIND_TRIAL
    order.lines[2].state = lines.LINE_STATE_TRIAL_RUNNING
    order.trials.add(
        line_id="room",
        started_at=at(0),
        ends_at=at(days=14),
        price_after=words.price,
        billing_period=Duration(seconds=30 * 86400),
        allowance_unit=words.allowance_unit,
        allowance_total=10,
        allowance_used=3,
        terms_summary=words.terms,
    )
    return order.trials[0]


def _trial_started(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    trial = _trial(order, words)
    return events.FulfilmentEvent(
        trial_started=events.TrialStarted(
            line_id="room",
            ends_at=trial.ends_at,
            price_after=trial.price_after,
            billing_period=trial.billing_period,
            allowance_unit=trial.allowance_unit,
            allowance_total=trial.allowance_total,
            terms_summary=trial.terms_summary,
        )
    )


def _charge_coming(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    trial = _trial(order, words)
    trial.charge_at.CopyFrom(at(days=14))
    trial.charge_amount.CopyFrom(words.price)
    return events.FulfilmentEvent(
        charge_coming=events.ChargeComing(line_id="room", charge_at=at(days=14), amount=words.price)
    )


def _charge_made(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    _trial(order, words).charged_at.CopyFrom(at(0))
    order.lines[2].state = lines.LINE_STATE_SUBSCRIBED
    return events.FulfilmentEvent(
        charge_made=events.ChargeMade(
            line_id="room", amount=words.price, receipt_url="https://pay.lantern.example/receipt"
        )
    )


def _trial_cancelled(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    _trial(order, words).cancelled_at.CopyFrom(at(0))
    order.lines[2].state = lines.LINE_STATE_TRIAL_ENDED
    return events.FulfilmentEvent(trial_cancelled=events.TrialCancelled(line_id="room", by_buyer=True))


def _delay(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    return events.FulfilmentEvent(
        delay_announced=events.DelayAnnounced(
            problem_id="delay-1",
            line_ids=["book"],
            what_happened=words.delay,
            what_we_do=words.delay_action,
            expected=lines.Expectation(earliest=at(days=5), latest=at(days=7)),
            next_update_at=at(30),
        )
    )


def _report(order: order_pb2.Order, words: SampleTexts, *, resolved: bool = False) -> order_pb2.Problem:
    order.problems.add(
        problem_id="damaged-1",
        line_ids=["book"],
        what_happened=words.problem,
        what_we_do=words.problem_action,
        reason=tracking.EXCEPTION_REASON_DAMAGED,
        acting_party=tracking.ACTING_PARTY_MERCHANT,
        next_update_at=at(30),
        reported_at=at(-5),
    )
    if resolved:
        order.problems[0].resolved_at.CopyFrom(at(0))
    return order.problems[0]


def _problem(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    one = _report(order, words)
    order.lines[0].state = lines.LINE_STATE_HELD_UP
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


def _problem_updated(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    _report(order, words)
    return events.FulfilmentEvent(
        problem_updated=events.ProblemUpdated(
            problem_id="damaged-1", what_happened=words.problem_news, next_update_at=at(50)
        )
    )


def _problem_resolved(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    _report(order, words, resolved=True)
    return events.FulfilmentEvent(
        problem_resolved=events.ProblemResolved(problem_id="damaged-1", resolution=words.problem_end)
    )


def _new_date(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    expected = lines.Expectation(latest=at(days=6), source=tracking.EXPECTATION_SOURCE_MERCHANT)
    return events.FulfilmentEvent(expectation_revised=events.ExpectationRevised(line_ids=["book"], expected=expected))


def _cancelled(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    order.lines[0].state = lines.LINE_STATE_CANCELLED
    order.lines[0].cancelled_quantity = 2
    quantities = [lines.LineQuantity(line_id="book", quantity=2)]
    return events.FulfilmentEvent(lines_cancelled=events.LinesCancelled(lines=quantities, reason=words.cancel_reason))


def _refunded(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    return events.FulfilmentEvent(
        refunded=events.Refunded(
            refund_id="r1", amount=words.price, line_ids=["book"], reason=words.cancel_reason, expected_by=at(days=5)
        )
    )


def _credit(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    return events.FulfilmentEvent(
        credit_given=events.CreditGiven(
            credit_id="c1", amount=words.credit, description=words.credit_what, reason=words.credit_why
        )
    )


def _note(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    return events.FulfilmentEvent(note_to_buyer=events.NoteToBuyer(text=words.note, next_update_at=at(48)))


def _ask(order: order_pb2.Order, words: SampleTexts) -> None:
    order.questions.add(question_id="q1", reply_by=at(24), asked_at=at(0))
    order.questions[0].posts.add(occurred_at=at(0), from_buyer=True, text=words.question)


def _question(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    _ask(order, words)
    return events.FulfilmentEvent(question_acknowledged=events.QuestionAcknowledged(question_id="q1", reply_by=at(24)))


def _answer(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    _ask(order, words)
    return events.FulfilmentEvent(question_answered=events.QuestionAnswered(question_id="q1", text=words.answer))


def _link(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    return events.FulfilmentEvent(link_requested=events.LinkRequested())


def _contact(order: order_pb2.Order, words: SampleTexts, seal: Seal) -> events.FulfilmentEvent:
    return events.FulfilmentEvent(contact_updated=events.ContactUpdated(buyer=order.buyer))


_MAKERS: dict[tuple[MessageKind, str], Maker] = {
    (MessageKind.ORDER_RECEIVED, ""): _created,
    (MessageKind.PAYMENT_PROBLEM, ""): _payment(payments.PAYMENT_STATE_FAILED),
    (MessageKind.PAYMENT_PENDING, ""): _payment(payments.PAYMENT_STATE_PENDING),
    (MessageKind.PAYMENT_RECEIVED, ""): _payment(payments.PAYMENT_STATE_PAID),
    (MessageKind.BACKORDERED, ""): _backordered,
    (MessageKind.SHIPPED, ""): _shipped,
    (MessageKind.TRACKING_CORRECTED, ""): _corrected,
    (MessageKind.IN_TRANSIT, ""): _progress(tracking.TRACKING_STATUS_IN_TRANSIT, lines.LINE_STATE_SHIPPED),
    (MessageKind.OUT_FOR_DELIVERY, ""): _progress(
        tracking.TRACKING_STATUS_OUT_FOR_DELIVERY, lines.LINE_STATE_OUT_FOR_DELIVERY
    ),
    (MessageKind.PICKUP_POINT, ""): _progress(
        tracking.TRACKING_STATUS_AVAILABLE_FOR_PICKUP, lines.LINE_STATE_AVAILABLE_FOR_PICKUP
    ),
    (MessageKind.ATTEMPT_FAILED, ""): _progress(
        tracking.TRACKING_STATUS_ATTEMPT_FAILED, lines.LINE_STATE_HELD_UP, reason=tracking.EXCEPTION_REASON_NOT_HOME
    ),
    (MessageKind.HELD_UP, ""): _progress(
        tracking.TRACKING_STATUS_EXCEPTION, lines.LINE_STATE_HELD_UP, reason=tracking.EXCEPTION_REASON_ADDRESS_NOT_FOUND
    ),
    (MessageKind.HELD_UP, "returning"): _progress(tracking.TRACKING_STATUS_RETURNING, lines.LINE_STATE_RETURNING),
    (MessageKind.DELIVERED, ""): _progress(
        tracking.TRACKING_STATUS_DELIVERED, lines.LINE_STATE_DELIVERED, delivery_mode=tracking.DELIVERY_MODE_NEIGHBOUR
    ),
    (MessageKind.PARCEL_RETURNED, ""): _progress(
        tracking.TRACKING_STATUS_RETURNED, lines.LINE_STATE_RETURNED, reason=tracking.EXCEPTION_REASON_NOT_COLLECTED
    ),
    (MessageKind.RETURN_STARTED, ""): _return_started,
    (MessageKind.RETURN_RECEIVED, ""): _return_received,
    (MessageKind.READY_FOR_COLLECTION, ""): _collect,
    (MessageKind.DOWNLOAD_READY, ""): _download,
    (MessageKind.DOWNLOAD_RENEWED, ""): _renewed,
    (MessageKind.DOWNLOAD_REVOKED, ""): _download_revoked,
    (MessageKind.ACCESS_GRANTED, ""): _access,
    (MessageKind.ACCESS_REVOKED, ""): _access_revoked,
    (MessageKind.TRIAL_STARTED, ""): _trial_started,
    (MessageKind.CHARGE_COMING, ""): _charge_coming,
    (MessageKind.CHARGE_MADE, ""): _charge_made,
    (MessageKind.TRIAL_CANCELLED, ""): _trial_cancelled,
    (MessageKind.DELAY, ""): _delay,
    (MessageKind.PROBLEM, ""): _problem,
    (MessageKind.PROBLEM_UPDATED, ""): _problem_updated,
    (MessageKind.PROBLEM_RESOLVED, ""): _problem_resolved,
    (MessageKind.NEW_DATE, ""): _new_date,
    (MessageKind.CANCELLED, ""): _cancelled,
    (MessageKind.REFUNDED, ""): _refunded,
    (MessageKind.CREDIT_GIVEN, ""): _credit,
    (MessageKind.NOTE, ""): _note,
    (MessageKind.QUESTION_RECEIVED, ""): _question,
    (MessageKind.QUESTION_ANSWERED, ""): _answer,
    (MessageKind.LINK_REQUESTED, ""): _link,
    (MessageKind.CONTACT_UPDATED, ""): _contact,
}
