from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.message import Message

from wismo.cli.documents import Value, read
from wismo.cli.exits import UsageProblem
from wismo.cli.friendly import Reader, moment, span
from wismo.client import InvalidInput
from wismo.orders.v1.fulfilment_event_pb2 import DownloadReady, ParcelProgressed, ParcelShipped, ReadyForCollection
from wismo.orders.v1.line_pb2 import LINE_KIND_PHYSICAL
from wismo.orders.v1.merchant_pb2 import Merchant, Policies
from wismo.orders.v1.order_pb2 import Order
from wismo.orders.v1.payment_pb2 import PAYMENT_STATE_PAID
from wismo.orders.v1.tracking_pb2 import TRACKING_STATUS_OUT_FOR_DELIVERY

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def reader() -> Reader:
    return Reader("order.yaml", now=lambda: NOW)


def filled(message: Message, text: str) -> Reader:
    result = reader()
    result.fill(message, read(text, "order.yaml"), "order")
    result.finish()
    return result


def complaints(message: Message, text: str) -> dict[str, str]:
    with pytest.raises(InvalidInput) as raised:
        filled(message, text)
    return dict(raised.value.fields)


def of_command_line(**fields: str) -> Value:
    return Value({key: Value(text) for key, text in fields.items()})


def test_an_order_is_read_with_the_words_that_people_use() -> None:
    order = Order()
    filled(
        order,
        """
        ref: R-1
        payment: paid
        total: 24.90 EUR
        buyer: {email: ada@buyers.test, name: Ada, language: ru, address: {street: Main St. 1, zip: "10115"}}
        lines:
          - {id: book, kind: physical, title: A book, quantity: 2, expected: in 2 days..in 3 days}
        """,
    )
    assert (order.reference, order.payment_state) == ("R-1", PAYMENT_STATE_PAID)
    assert (order.total.units, order.total.nanos, order.total.currency_code) == (24, 900_000_000, "EUR")
    assert order.buyer.shipping_address.postcode == "10115"
    assert list(order.buyer.shipping_address.lines) == ["Main St. 1"]
    line = order.lines[0]
    assert (line.line_id, line.kind, line.quantity) == ("book", LINE_KIND_PHYSICAL, 2)
    assert line.expected.earliest.ToDatetime(tzinfo=UTC) == NOW + timedelta(days=2)
    assert line.expected.latest.ToDatetime(tzinfo=UTC) == NOW + timedelta(days=3)


def test_json_and_the_contract_s_own_names_are_read_too() -> None:
    order = Order()
    filled(order, '{\n\t"reference": "R-1",\n\t"lines": [{"lineId": "a", "kind": "LINE_KIND_PHYSICAL"}]}')
    assert order.lines[0].line_id == "a"
    assert order.lines[0].kind == LINE_KIND_PHYSICAL


def test_all_mistakes_are_told_at_once_each_with_what_would_be_right() -> None:
    told = complaints(
        Order(),
        """
        buyer: {email: a@b.test, nam: Ada}
        lines:
          - {kind: fysical, titel: T, quantity: many, expected: 2026-11-24, price: cheap, pickup: perhaps, state: x}
        """,
    )
    assert told["order.buyer.nam"].startswith("is not known; known are email")
    assert "did you mean physical?" in told["order.lines[0].kind"]
    assert told["order.lines[0].titel"] == "is not known; did you mean title?"
    assert told["order.lines[0].quantity"] == "'many' is no whole number"
    assert "has no time zone" in told["order.lines[0].expected"]
    assert "write for example 19.90 EUR" in told["order.lines[0].price"]
    assert "neither true nor false" in told["order.lines[0].pickup"]
    assert told["order.lines[0].state"] == "is worked out by Wismo and cannot be set"


def test_each_field_remembers_the_line_it_stands_on() -> None:
    places = filled(Order(), "reference: R-1\nlines:\n  - id: a\n    kind: physical\n").places
    assert places["order.reference"] == "order.yaml:1"
    assert places["order.lines[0].kind"] == "order.yaml:4"


def test_a_field_of_a_command_line_may_hold_several() -> None:
    shipped = ParcelShipped()
    result = reader()
    result.fill(shipped, of_command_line(parcel_id="P-1", lines="book:2, mug", handed_over="yes", expected="+2d"), "e")
    result.finish()
    assert [(line.line_id, line.quantity) for line in shipped.lines] == [("book", 2), ("mug", 0)]
    assert shipped.handed_over
    assert shipped.expected.latest.ToDatetime(tzinfo=UTC) == NOW + timedelta(days=2)


def test_a_comma_in_a_file_is_only_a_comma() -> None:
    merchant = Merchant()
    filled(merchant, "contact: {postal_address: ['Acme, Hauptstr. 1']}\npolicies: {silence_limit: 36h}")
    assert list(merchant.contact.postal_address) == ["Acme, Hauptstr. 1"]
    assert merchant.policies.silence_limit.seconds == 36 * 3_600


def test_business_hours_are_written_as_people_do() -> None:
    policies = Policies()
    filled(policies, "business_hours: [Mon-Fri 9:00-12:30, sat 10:00-14:00, {iso_weekday: 7, closes_minute: 60}]")
    hours = [(each.iso_weekday, each.opens_minute, each.closes_minute) for each in policies.business_hours]
    assert hours == [*((day, 540, 750) for day in range(1, 6)), (6, 600, 840), (7, 0, 60)]
    around_the_clock = Policies()
    filled(around_the_clock, "business_hours: daily 0:00-24:00")
    assert len(around_the_clock.business_hours) == 7


@pytest.mark.parametrize("hours", ["9 to 5", "fri-mon 9:00-17:00", "mon 17:00-9:00", "mon 9:00-25:00", "xyz 9:00-9:30"])
def test_hours_that_mean_nothing_are_told_with_an_example(hours: str) -> None:
    assert "mon-fri 9:00-17:00" in complaints(Policies(), f"business_hours: [{hours}]")["order.business_hours"]


def test_a_care_team_and_its_rules_have_short_words() -> None:
    merchant = Merchant()
    filled(
        merchant,
        "care: {email: c@x.test, escalation: l@x.test, secret: whsec_x}\n"
        "policies: {silence_rules: [{kind: trial, state: trial running, limit: 48h}], closed_days: [2026-12-24]}",
    )
    assert (merchant.care.escalation_email, merchant.care.webhook_secret.plaintext) == ("l@x.test", "whsec_x")
    (rule,) = merchant.policies.silence_rules
    assert (rule.line_kind, rule.line_state, rule.limit.seconds) == (4, 15, 172_800)
    assert list(merchant.policies.closed_days) == ["2026-12-24"]


def test_lines_may_be_a_mapping_of_id_to_quantity() -> None:
    shipped = ParcelShipped()
    filled(shipped, "parcel_id: P-1\nlines: {book: 2, mug: 1}")
    assert [(line.line_id, line.quantity) for line in shipped.lines] == [("book", 2), ("mug", 1)]


def test_secrets_points_and_files_have_short_forms() -> None:
    ready, collection = DownloadReady(), ReadyForCollection()
    filled(ready, "line_id: a\nlicence_key: AB-1\nexpires_after_first: 14d\nfiles: {id: f, name: f.exe, path: f.exe}")
    filled(collection, "pickup_point: The shop")
    assert ready.licence_key.plaintext == "AB-1"
    assert ready.files[0].file_name == "f.exe"
    assert ready.expires_after_first.seconds == 14 * 86_400
    assert collection.pickup_point.display_name == "The shop"


def test_words_of_an_enum_may_be_written_as_people_do() -> None:
    progressed = ParcelProgressed()
    filled(progressed, "status: Out for delivery")
    assert progressed.status == TRACKING_STATUS_OUT_FOR_DELIVERY


def test_nothing_is_guessed_about_plain_texts() -> None:
    order = Order()
    filled(
        order, "reference: 0042\nbuyer: {name: no, email: 'null'}\nlines:\n  - {id: 1e3, kind: physical, title: yes}"
    )
    assert order.reference == "0042"
    assert order.buyer.display_name == "no"
    assert order.lines[0].line_id == "1e3"
    assert order.lines[0].title == "yes"


def test_null_is_as_if_it_were_not_there() -> None:
    order = Order()
    filled(order, '{"reference": "R-1", "total": null}')
    assert not order.HasField("total")


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("now", timedelta(0)),
        ("in 3 days", timedelta(days=3)),
        ("+90min", timedelta(minutes=90)),
        ("-2h", timedelta(hours=-2)),
        ("2 hours ago", timedelta(hours=-2)),
        ("in 1.5 h", timedelta(minutes=90)),
        ("2026-11-24T11:00:00+01:00", timedelta(0)),
        ("2026-11-24T10:00:00Z", timedelta(0)),
    ],
)
def test_times_are_iso_or_counted_from_now(text: str, moved: timedelta) -> None:
    assert moment(text, NOW) == NOW + moved


@pytest.mark.parametrize("text", ["tomorrow", "2026-11-24", "2026-11-24T10:00:00", "3 days", ""])
def test_a_time_that_is_not_exact_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="write for example"):
        moment(text, NOW)


def test_spans_have_units() -> None:
    assert [span(text) for text in ("90s", "24h", "14d", "2 weeks")] == [
        timedelta(seconds=90),
        timedelta(days=1),
        timedelta(days=14),
        timedelta(days=14),
    ]
    with pytest.raises(ValueError, match="write for example 24h"):
        span("24")


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        ("{", "a.json", r"a\.json: this is no JSON: .*line 1"),
        ("a: [1", "a.yaml", r"a\.yaml:1:\d+: "),
        ("a: 1\nb: 2\na: 3", "a.yaml", r"a\.yaml:3: a is there twice"),
        ("", "a.yaml", "is empty"),
        ("? [a, b]\n: c", "a.yaml", "must be a plain word"),
    ],
)
def test_a_document_that_cannot_be_read_says_where(text: str, name: str, why: str) -> None:
    with pytest.raises(UsageProblem, match=why):
        read(text, name)


def test_signs_beyond_the_first_plane_survive_json() -> None:
    value = read('{"title": "\\ud83d\\udcd6 book"}', "a.json")
    assert isinstance(value.content, dict)
    assert value.content["title"].content == "📖 book"
