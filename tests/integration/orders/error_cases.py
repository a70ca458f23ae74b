"""What callers get wrong, and what the service says to it: the cases of docs/errors.md, in its order.

Each case stands for itself: it has an order of its own, which was created, and whose book was shipped as parcel p1.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from tests.integration.orders.error_case import Case, Request
from tests.integration.orders.question_cases import QUESTION_CASES
from tests.integration.orders.shop import SERVICE, Shop, note, scanned, shipped
from wismo.orders.v1 import buyer_pb2, line_pb2, secret_pb2, tracking_pb2
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import orders_service_pb2 as pb


def _event(event: events.FulfilmentEvent, request_id: str = "request-1") -> Callable[[Shop, str], Request]:
    return lambda shop, reference: shop.request(event, request_id, reference)


def _change(**change: object) -> Callable[[Shop, str], Request]:
    return _event(events.FulfilmentEvent(**change))  # type: ignore[arg-type]  # One field of the oneof, by name.


def _etag(shop: Shop, reference: str) -> Request:
    request = shop.request(note("x"), "request-1", reference)
    request.etag = '"1"'
    return request


def _in_future(shop: Shop, reference: str) -> Request:
    event = note("x")
    event.occurred_at.FromDatetime(datetime.now(UTC) + timedelta(hours=1))
    return shop.request(event, "request-1", reference)


def _unknown_kind(shop: Shop, reference: str) -> Request:
    # Field 99 of FulfilmentEvent, as a newer contract may have it: bytes of two messages joined are the two merged.
    newer = events.FulfilmentEvent.FromString(b"\x9a\x06\x00")
    return shop.request(newer, "request-1", reference)


def _creation(change: Callable[[pb.CreateOrderRequest], None]) -> Callable[[Shop, str], Request]:
    def send(shop: Shop, reference: str) -> Request:
        request = pb.CreateOrderRequest(parent=shop.name, order=shop.draft(f"{reference}-new"), request_id="request-1")
        change(request)
        return request

    return send


def _bad_buyer(request: pb.CreateOrderRequest) -> None:
    request.order.buyer.email = "robin"
    request.order.buyer.phone = "0123"
    request.order.buyer.time_zone = ""


def _bad_places(request: pb.CreateOrderRequest) -> None:
    request.order.buyer.time_zone = "Europe/Nowhere"
    request.order.buyer.locale = "xx-Nope"


def _twice(request: pb.CreateOrderRequest) -> None:
    request.order.lines[1].line_id = request.order.lines[0].line_id


def _no_lines(request: pb.CreateOrderRequest) -> None:
    del request.order.lines[:]


def _another(shop: Shop, reference: str) -> Request:
    draft = shop.draft(reference)
    draft.lines[0].title = "Another book"
    return pb.CreateOrderRequest(parent=shop.name, order=draft)


def _same_but_capitals(shop: Shop, reference: str) -> Request:
    return pb.CreateOrderRequest(parent=shop.name, order=shop.draft(reference.lower()))


def _foreign(shop: Shop, reference: str) -> Request:
    return pb.RecordEventRequest(
        order=f"merchants/another-shop/orders/{reference}", event=note("x"), request_id="request-1"
    )


_LATE = Timestamp(seconds=1_780_000_000)
_PROBLEM = events.ProblemReported(
    problem_id="damage-1", what_happened="It got wet.", what_we_do="We send a new one.", next_update_at=_LATE
)
_DELIVERED = events.FulfilmentEvent(
    source=events.EVENT_SOURCE_CARRIER,
    parcel_progressed=events.ParcelProgressed(parcel_id="p1", status=tracking_pb2.TRACKING_STATUS_DELIVERED),
    occurred_at=Timestamp(seconds=1_793_000_000),
)
_LONG = "x" * 5000

_ORDER_CASES: tuple[Case, ...] = (
    Case("Malformed", "no change in the event", _change()),
    Case("Malformed", "an event of a kind that this version does not know", _unknown_kind),
    Case("Malformed", "no event", lambda s, r: pb.RecordEventRequest(order=s.order_name(r), request_id="request-1")),
    Case("Malformed", "no request_id", _event(note("x"), "")),
    Case("Malformed", "a request_id with a space", _event(note("x"), "request 1")),
    Case(
        "Malformed",
        "an order name without a merchant",
        lambda _s, r: pb.RecordEventRequest(order=f"orders/{r}", event=note("x"), request_id="request-1"),
    ),
    Case("Malformed", "a parcel without identity", _change(parcel_shipped=events.ParcelShipped(carrier="dhl"))),
    Case(
        "Malformed",
        "a quantity below zero",
        _change(
            parcel_shipped=events.ParcelShipped(
                parcel_id="p2", lines=[line_pb2.LineQuantity(line_id="book", quantity=-1)]
            )
        ),
    ),
    Case(
        "Malformed",
        "carrier progress without a status",
        _change(parcel_progressed=events.ParcelProgressed(parcel_id="p1")),
    ),
    Case(
        "Malformed",
        "a tracking address that is no web address",
        _change(parcel_shipped=events.ParcelShipped(parcel_id="p2", tracking_url="javascript:alert(1)")),
    ),
    Case(
        "Malformed",
        "a problem without the time of the next word",
        _change(
            problem_reported=events.ProblemReported(problem_id="d", what_happened="It got wet.", what_we_do="New one.")
        ),
    ),
    Case("Malformed", "an empty note", _change(note_to_buyer=events.NoteToBuyer())),
    Case("Malformed", "a note that is too long", _change(note_to_buyer=events.NoteToBuyer(text=_LONG))),
    Case(
        "Malformed",
        "a secret that claims to be sealed",
        _change(
            access_granted=events.AccessGranted(
                line_id="room",
                login_url="https://room.lantern.test",
                code=secret_pb2.Secret(plaintext="x", key_id="k1", ciphertext=b"x"),
            )
        ),
    ),
    Case("Malformed", "an event an hour in the future", _in_future),
    Case(
        "Malformed",
        "a status of a bounce that RFC 3463 does not have",
        _change(message_bounced=events.MessageBounced(message_id="m1", status="550")),
        metadata=SERVICE,
    ),
    Case("Malformed", "bytes that are no message", lambda _s, _r: b"\xff\xff\xff"),
    Case(
        "Malformed", "a buyer with a bad e-mail address and phone number", _creation(_bad_buyer), method="CreateOrder"
    ),
    Case("Malformed", "a time zone and a language that do not exist", _creation(_bad_places), method="CreateOrder"),
    Case("Malformed", "an order without lines", _creation(_no_lines), method="CreateOrder"),
    Case("Malformed", "two lines with one identity", _creation(_twice), method="CreateOrder"),
    Case("Unknown", "an order that does not exist", lambda s, _r: s.request(note("x"), "request-1", "R-404")),
    Case("Unknown", "a foreign merchant's order", _foreign),
    Case(
        "Unknown",
        "a line that the order does not have",
        _change(parcel_shipped=events.ParcelShipped(parcel_id="p2", lines=[line_pb2.LineQuantity(line_id="film")])),
    ),
    Case("Unknown", "a parcel that was not announced", _event(scanned(1, "p9"))),
    Case(
        "Unknown",
        "a problem that was not reported",
        _change(problem_resolved=events.ProblemResolved(problem_id="none", resolution="All well.")),
    ),
    Case("Repeated", "the same request again", _event(note("One."), "n1"), before=(("n1", note("One.")),)),
    Case("Repeated", "a request_id with another body", _event(note("Two."), "n1"), before=(("n1", note("One.")),)),
    Case("Repeated", "what is known already, with a fresh request_id", _event(shipped())),
    Case("Repeated", "the same scan from the carrier again", _event(scanned(1)), before=(("a", scanned(1)),)),
    Case(
        "Repeated",
        "a parcel of the same identity with another content",
        _change(
            parcel_shipped=events.ParcelShipped(
                parcel_id="p1", carrier="ups", lines=[line_pb2.LineQuantity(line_id="book", quantity=1)]
            )
        ),
    ),
    Case("Repeated", "an order that exists, with another content", _another, method="CreateOrder"),
    Case("Repeated", "a reference that differs only in capital letters", _same_but_capitals, method="CreateOrder"),
    Case("Out of order", "a scan older than the newest one", _event(scanned(1)), before=(("a", scanned(50)),)),
    Case("Out of order", "a scan after delivery, of a time before it", _event(scanned(1)), before=(("d", _DELIVERED),)),
    Case("Out of order", "an etag that is no longer the order's", _etag),
    Case(
        "Against the rules",
        "more of a line than is left",
        _change(
            parcel_shipped=events.ParcelShipped(
                parcel_id="p2", lines=[line_pb2.LineQuantity(line_id="book", quantity=5)]
            )
        ),
    ),
    Case(
        "Against the rules",
        "a download in a parcel",
        _change(parcel_shipped=events.ParcelShipped(parcel_id="p2", lines=[line_pb2.LineQuantity(line_id="atlas")])),
    ),
    Case(
        "Against the rules",
        "packing a line that was cancelled",
        _change(packing_started=events.PackingStarted(line_ids=["room"])),
        before=(
            (
                "c",
                events.FulfilmentEvent(
                    lines_cancelled=events.LinesCancelled(lines=[line_pb2.LineQuantity(line_id="room")])
                ),
            ),
        ),
    ),
    Case("Not yours", "no API key", _event(note("x")), metadata=()),
    Case(
        "Not yours", "an API key that is not known", _event(note("x")), metadata=(("authorization", "Bearer wk_x_y"),)
    ),
    Case(
        "Not yours",
        "what only the status page reports",
        _change(download_taken=events.DownloadTaken(line_id="atlas", file_id="f")),
    ),
    Case(
        "Not yours",
        "what another call writes",
        _change(contact_updated=events.ContactUpdated(buyer=buyer_pb2.Buyer(email="a@b.test"))),
    ),
    Case(
        "Not yours",
        "an event in the buyer's name",
        _event(events.FulfilmentEvent(source=events.EVENT_SOURCE_BUYER, note_to_buyer=events.NoteToBuyer(text="x"))),
    ),
    Case(
        "Not yours",
        "a question, past the call that promises an answer",
        _change(question_asked=events.QuestionAsked(question_id="q-1", text="Where is it?")),
    ),
    Case(
        "Not yours",
        "what only the notifier reports",
        _change(
            still_with_you=events.StillWithYou(cause=events.WATCH_CAUSE_SILENCE, message_id="m1", next_update_at=_LATE)
        ),
    ),
    Case(
        "Not yours",
        "a message once more, which only the care desk asks for",
        _change(resend_requested=events.ResendRequested(message_id="m1")),
    ),
    Case("Not yours", "a merchant's fact with the service key", _event(note("x")), metadata=SERVICE),
    Case(
        "Not yours",
        "what no care team does, in its name",
        _event(
            events.FulfilmentEvent(
                source=events.EVENT_SOURCE_CARE, packing_started=events.PackingStarted(line_ids=["book"])
            )
        ),
        metadata=SERVICE,
    ),
)
_GROUPS = ("Malformed", "Unknown", "Repeated", "Out of order", "Against the rules", "Not yours")
CASES = tuple(sorted((*_ORDER_CASES, *QUESTION_CASES), key=lambda case: _GROUPS.index(case.group)))
