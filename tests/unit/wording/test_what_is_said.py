"""What a buyer reads: spot checks of the sentences that matter most."""

import pytest

import wording
from tests.unit.wording.conftest import at
from wismo.orders.v1 import (
    entitlement_pb2,
    fulfilment_event_pb2,
    line_pb2,
    order_pb2,
    parcel_pb2,
    payment_pb2,
    tracking_pb2,
)
from wording import Reader


def test_the_lines_of_a_mixed_order_each_have_their_own_next_step(mixed: order_pb2.Order, reader: Reader) -> None:
    steps = [wording.next_step(mixed, line, reader) for line in mixed.lines]
    assert len({step.happens for step in steps}) == 4
    assert len({str(step) for step in steps}) == 4
    assert [step.action for step in steps] == ["track", "download", "log_in", ""]


def test_a_mixed_order_in_english(mixed: order_pb2.Order, english: Reader) -> None:
    book, app, club, plus = (str(wording.next_step(mixed, line, english)) for line in mixed.lines)
    assert book == "DHL brings it to you. Expected by 25 November (our promise). You need not do anything."
    assert app.startswith("You can download it now. It stays open until 23 December, 13:00. Each file can be")
    assert "capital and small letters are not the same" in club
    assert plus == (
        "Your trial runs until 7 December. Left: 7 of 10 (maps). After that, €12.00 will be charged every 30 days. "
        "If you do not want to continue, cancel before that day and nothing will be charged."
    )


def test_a_mixed_order_in_russian(mixed: order_pb2.Order, russian: Reader) -> None:
    book, app, club, plus = (str(wording.next_step(mixed, line, russian)) for line in mixed.lines)
    assert book == "Посылку вам везёт DHL. Ожидается до 25 ноября (наше обещание). От вас ничего не требуется."
    assert "Каждый файл можно скачать 5 раз." in app
    assert "большие и маленькие буквы" in club
    assert "Потом раз в 30 дней будет списываться 12,00" in plus


def test_an_unpaid_order_asks_for_the_payment_before_anything_else(mixed: order_pb2.Order, reader: Reader) -> None:
    mixed.payment_state = payment_pb2.PAYMENT_STATE_FAILED
    step = wording.next_step(mixed, mixed.lines[0], reader)
    assert step.action == "pay"
    assert step.must_act


def test_what_is_held_up_says_who_acts_and_when_the_next_word_comes(mixed: order_pb2.Order, english: Reader) -> None:
    book = mixed.lines[0]
    book.state = line_pb2.LINE_STATE_HELD_UP
    mixed.parcels[0].status = tracking_pb2.TRACKING_STATUS_EXCEPTION
    mixed.parcels[0].reason = tracking_pb2.EXCEPTION_REASON_DAMAGED
    mixed.problems.add(problem_id="x", line_ids=["book"]).next_update_at.CopyFrom(at(1))
    assert str(wording.next_step(mixed, book, english)) == (
        "The parcel was damaged on the way. Expected by 25 November (our promise). "
        "The next word from us comes by 24 November, 13:00. "
        "We are dealing with it. You need not do anything."
    )
    assert wording.headline(mixed, english) == "Something is holding up part of your order"


def test_the_shop_s_own_words_on_a_problem_come_before_ours(mixed: order_pb2.Order, english: Reader) -> None:
    book = mixed.lines[0]
    book.state = line_pb2.LINE_STATE_HELD_UP
    mixed.problems.add(
        problem_id="x",
        what_happened="The van broke down near Leipzig.",
        what_we_do="A second van is on its way.",
        acting_party=tracking_pb2.ACTING_PARTY_CARRIER,
    )
    step = wording.next_step(mixed, book, english)
    assert step.happens == "The van broke down near Leipzig."
    assert step.you == "A second van is on its way."


def test_an_open_problem_adds_when_the_next_word_comes_and_a_resolved_one_does_not(
    mixed: order_pb2.Order, english: Reader
) -> None:
    app = mixed.lines[1]
    app.state = line_pb2.LINE_STATE_PREPARING
    problem = mixed.problems.add(problem_id="x", delay=True)
    problem.next_update_at.CopyFrom(at(1))
    assert "The next word from us comes by 24 November, 13:00." in wording.next_step(mixed, app, english).by
    problem.resolved_at.CopyFrom(at(0))
    assert wording.next_step(mixed, app, english).by == ""


def test_only_the_buyer_is_asked_to_act_when_only_the_buyer_can(english: Reader) -> None:
    unpaid = wording.exception_reason(tracking_pb2.EXCEPTION_REASON_DUTIES_UNPAID, english)
    assert unpaid.buyer_must_act
    assert unpaid.then.startswith("Please pay")
    ours = wording.exception_reason(
        tracking_pb2.EXCEPTION_REASON_DUTIES_UNPAID, english, tracking_pb2.ACTING_PARTY_MERCHANT
    )
    assert not ours.buyer_must_act
    assert "You need not do anything" in ours.then


def test_an_unknown_status_is_shown_as_on_its_way(english: Reader) -> None:
    assert wording.tracking_status(tracking_pb2.TRACKING_STATUS_UNKNOWN, english) == "On its way"
    assert wording.tracking_status(999, english) == "On its way"  # type: ignore[arg-type]  # A value of a newer release.


@pytest.mark.parametrize(
    ("earliest", "latest", "said"),
    [
        (None, 2.0, "Expected by 25 November (the carrier's estimate)."),
        (2.0, 2.0, "Expected on 25 November (the carrier's estimate)."),
        (2.0, 4.0, "Expected 25–27 November (the carrier's estimate)."),
        (5.0, 9.0, "Expected 28 November – 2 December (the carrier's estimate)."),
        (None, 100.0, "Expected by 3 March 2027 (the carrier's estimate)."),
        (None, -1.0, "It was expected by 22 November (the carrier's estimate)."),
    ],
)
def test_what_is_expected_is_said_with_its_source(
    earliest: float | None, latest: float, said: str, english: Reader
) -> None:
    expectation = line_pb2.Expectation(latest=at(latest), source=tracking_pb2.EXPECTATION_SOURCE_CARRIER)
    if earliest is not None:
        expectation.earliest.CopyFrom(at(earliest))
    assert wording.expected_by(expectation, english) == said


def test_a_date_of_next_year_ends_no_russian_sentence_twice(russian: Reader) -> None:
    trial = entitlement_pb2.Trial(ends_at=at(100))
    line = line_pb2.OrderLine(
        line_id="t", kind=line_pb2.LINE_KIND_TRIAL, state=line_pb2.LINE_STATE_TRIAL_RUNNING, title="T"
    )
    trial.line_id = "t"
    step = wording.next_step(order_pb2.Order(lines=[line], trials=[trial]), line, russian)
    assert step.happens == "Ваш пробный период действует до 3 марта 2027\u202fгода."


def test_nothing_expected_says_nothing(reader: Reader) -> None:
    assert wording.expected_by(line_pb2.Expectation(), reader) == ""


def test_a_code_is_read_aloud_character_by_character(english: Reader, russian: Reader) -> None:
    spelled = wording.spell("0Ol1-Ж", english.language)
    assert [str(one) for one in spelled] == [
        "0 zero",
        "O capital letter O",
        "l small letter l",
        "1 one",
        "- hyphen",
        "Ж capital letter Ж",
    ]
    assert [str(one) for one in wording.spell("l1", russian.language)] == ["l маленькая буква l", "1 один"]


def test_only_what_can_be_mistaken_is_pointed_out_and_once(english: Reader) -> None:
    assert [one.character for one in wording.look_alikes("A0O0", english.language)] == ["0", "O"]


def test_the_steps_to_log_in_say_out_loud_whether_capitals_matter(english: Reader) -> None:
    access = entitlement_pb2.Access(login_url="https://club.example.com", username="ada", case_sensitive=True)
    steps = wording.access_steps(access, english.language)
    assert any("A is not a" in step for step in steps)
    assert any("ada" in step for step in steps)
    assert any("Copy" in step for step in wording.access_steps(access, english.language, copy_button=False))
    access.steps.append("Ask at the desk.")
    assert wording.access_steps(access, english.language) == ("Ask at the desk.",)


def test_parcels_are_counted_only_when_there_are_several(mixed: order_pb2.Order, english: Reader) -> None:
    assert wording.parcel_label(mixed, mixed.parcels[0], english) == "Your parcel"
    mixed.parcels.add(parcel_id="p2")
    assert wording.parcel_label(mixed, mixed.parcels[1], english) == "Parcel 2 of 2"
    mixed.parcels[0].lines.add(line_id="plus", quantity=2)
    assert wording.parcel_contents(mixed, mixed.parcels[0], english) == "Atlas, printed and 2 × Atlas Plus"
    assert wording.parcel_contents(mixed, parcel_pb2.Parcel(), english) == ""


def test_the_timeline_names_the_lines_when_only_some_are_concerned(mixed: order_pb2.Order, english: Reader) -> None:
    entry = order_pb2.TimelineEntry(kind=fulfilment_event_pb2.CHANGE_KIND_DOWNLOAD_READY, line_ids=["app"])
    assert wording.timeline_entry(entry, mixed, english) == "Your download is ready: Atlas for Windows"
    everything = order_pb2.TimelineEntry(kind=fulfilment_event_pb2.CHANGE_KIND_ORDER_CREATED)
    assert wording.timeline_entry(everything, mixed, english) == "We received your order"


def test_a_refund_on_the_timeline_says_how_much(mixed: order_pb2.Order, english: Reader) -> None:
    refund = mixed.refunds.add(refund_id="r1")
    refund.amount.currency_code, refund.amount.units, refund.amount.nanos = "EUR", 5, 500_000_000
    entry = order_pb2.TimelineEntry(kind=fulfilment_event_pb2.CHANGE_KIND_REFUNDED, subject_id="r1")
    assert wording.timeline_entry(entry, mixed, english) == "We sent €5.50 back to you"


def test_a_delivery_says_to_whom(english: Reader) -> None:
    neighbour = wording.delivered_to(tracking_pb2.DELIVERY_MODE_NEIGHBOUR, "Schmidt", english)
    assert neighbour == "It is with a neighbour: Schmidt."
    assert wording.carrier_name("Royal_Mail") == "Royal Mail"
    assert wording.carrier_name("Fast Eddie") == "Fast Eddie"


def test_a_trial_that_runs_is_ready_and_has_not_reached_anybody(english: Reader) -> None:
    course = line_pb2.OrderLine(kind=line_pb2.LINE_KIND_TRIAL, state=line_pb2.LINE_STATE_TRIAL_RUNNING)
    order = order_pb2.Order(lines=[course], state=order_pb2.ORDER_STATE_COMPLETE)
    assert wording.headline(order, english) == "Everything is ready for you"
