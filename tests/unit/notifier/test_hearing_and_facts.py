"""What a settled row means: for the watch of its order, and for the orders service."""

from dataclasses import replace
from datetime import timedelta

import pytest

from notifier.adapters.ledger_documents import new_row
from notifier.adapters.watch_documents import document_of, heard_from, heard_to, value_of
from notifier.care import Failed, Told, Watch
from notifier.care.watch import Attention, AttentionKind
from notifier.facts.of_messages import letters_of
from notifier.planning.kinds import MessageKind
from notifier.planning.obsolete_notices import why_notice_obsolete
from notifier.planning.plan import PlannedMessage, Resend, resend
from notifier.sending.ledger import NewMessage
from notifier.sending.rows import Part, Row, State
from notifier.watching.hearing import Bounced, heard_of, must_look_at_once
from tests.samples import mixed
from tests.samples.story import START, after, stamp
from wismo.care.v1.notice_pb2 import Notice
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1.orders_service_pb2 import RecordEventRequest

ORDER = "merchants/lantern/orders/R-10042"


def settled(
    kind: MessageKind, what: Notice | events.FulfilmentEvent, *, state: State = State.SENT, recipient: str = "buyer"
) -> Row:
    notice_of = "SILENCE/heard@1/DUE" if isinstance(what, Notice) else ""
    message = PlannedMessage(kind, ORDER, 3, recipient, "email", notice_of=notice_of)
    row = new_row(NewMessage(message, what.SerializeToString(), START), START)
    return replace(row, state=state, settled_at=START + timedelta(minutes=1), reason="refused")


def facts(*rows: Row) -> list[events.FulfilmentEvent]:
    return [RecordEventRequest.FromString(letter.body).event for letter in letters_of(rows)]


def test_news_is_worth_hearing_and_a_link_is_not() -> None:
    told = heard_of(settled(MessageKind.SHIPPED, events.FulfilmentEvent()))
    link = heard_of(settled(MessageKind.LINK_REQUESTED, events.FulfilmentEvent()))
    assert isinstance(told, Told)
    assert isinstance(link, Told)
    assert (told.worth_hearing, told.new_fact, told.sequences) == (True, True, (3,))
    assert (link.worth_hearing, link.new_fact) == (False, False)


def test_still_with_you_is_heard_without_being_news_and_names_the_next_word() -> None:
    told = heard_of(settled(MessageKind.STILL_WITH_YOU, Notice(cause="heard@1", next_update_at=after(hours=30))))
    assert isinstance(told, Told)
    assert (told.worth_hearing, told.new_fact, told.sequences, told.about) == (True, False, (), "heard@1")
    assert told.promised_at == START + timedelta(hours=30)


def test_a_message_that_took_others_along_tells_all_of_them() -> None:
    row = settled(MessageKind.LINK_REQUESTED, events.FulfilmentEvent())
    note = events.FulfilmentEvent(note_to_buyer=events.NoteToBuyer(text="x", next_update_at=after(hours=5)))
    told = heard_of(replace(row, parts=(Part("p", 4, MessageKind.NOTE, note.SerializeToString()),)))
    assert isinstance(told, Told)
    assert (told.worth_hearing, told.sequences, told.promised_at) == (True, (3, 4), START + timedelta(hours=5))


def test_what_is_not_the_buyers_or_was_skipped_is_not_heard() -> None:
    assert heard_of(settled(MessageKind.ALERT, Notice(), recipient="care")) is None
    assert heard_of(settled(MessageKind.SHIPPED, events.FulfilmentEvent(), state=State.SKIPPED)) is None


@pytest.mark.parametrize("state", [State.DEAD, State.UNKNOWN])
def test_what_failed_is_known_and_looked_at_at_once(state: State) -> None:
    row = settled(MessageKind.SHIPPED, events.FulfilmentEvent(), state=state)
    assert isinstance(heard_of(row), Failed)
    assert must_look_at_once(row)
    assert not must_look_at_once(replace(row, state=State.SENT))


def test_a_row_that_cannot_be_read_is_heard_all_the_same() -> None:
    assert isinstance(heard_of(replace(settled(MessageKind.NOTE, events.FulfilmentEvent()), change=b"\xff")), Told)


def test_orders_learns_of_a_broken_silence() -> None:
    notice = Notice(watch_cause=events.WATCH_CAUSE_SILENCE, next_update_at=after(hours=48), missed_at=after(hours=1))
    (fact,) = facts(settled(MessageKind.STILL_WITH_YOU, notice))
    said = fact.still_with_you
    assert (said.cause, said.next_update_at, said.missed_at) == (
        events.WATCH_CAUSE_SILENCE,
        after(hours=48),
        after(hours=1),
    )
    assert said.message_id == f"{ORDER}!SILENCE/heard@1/DUE/buyer/email"
    assert fact.source == events.EVENT_SOURCE_SYSTEM
    assert fact.occurred_at == after(minutes=1)


def test_orders_learns_of_a_late_answer_and_of_an_accepted_notice_of_a_charge() -> None:
    late = Notice(question_id="q-1", missed_at=after(hours=1), next_update_at=after(hours=9))
    coming = events.FulfilmentEvent(charge_coming=events.ChargeComing(line_id="room", charge_at=after(days=7)))
    ending = Notice(line_ids=["room"], charge_at=after(days=7))
    found = facts(
        settled(MessageKind.ANSWER_LATE, late),
        settled(MessageKind.CHARGE_COMING, coming),
        settled(MessageKind.TRIAL_ENDING, ending),
    )
    assert [fact.WhichOneof("change") for fact in found] == [
        "question_delayed",
        "charge_notice_accepted",
        "charge_notice_accepted",
    ]
    assert found[0].question_delayed.reply_by == after(hours=9)
    assert found[1].charge_notice_accepted.charge_at == after(days=7)


def test_a_fact_has_the_same_request_id_each_time_and_none_is_made_of_what_failed() -> None:
    notice = Notice(watch_cause=events.WATCH_CAUSE_SILENCE, next_update_at=after(hours=48))
    row = settled(MessageKind.STILL_WITH_YOU, notice)
    assert letters_of([row])[0].id == letters_of([row])[0].id
    assert letters_of([replace(row, state=State.DEAD), settled(MessageKind.SHIPPED, events.FulfilmentEvent())]) == []


def test_a_watch_comes_back_from_its_document_as_it_was() -> None:
    told = Told("m", "note", START + timedelta(microseconds=7), sequences=(1, 2), promised_at=START)
    matter = Attention(AttentionKind.DARK, "", START, START, 2, escalated=True)
    watch = Watch((told,), (Failed("f", "note", START, "no"),), attention=(matter,), sequence=4, marks=("a",))
    assert value_of(Watch, document_of(watch)) == watch
    for one in (told, Failed("f", "note", START, "no"), Bounced("m", START)):
        assert heard_from(heard_to(one)) == one


def test_a_resend_names_the_message_and_its_own_event() -> None:
    story = mixed.mixed_order()
    again = events.ResendRequested(message_id=f"{ORDER}#00000001/buyer/email/again-00000002")
    event = story.tell(events.FulfilmentEvent(resend_requested=again))
    (wanted,) = resend(event, event.merchant.policies)
    assert wanted == Resend(again.message_id, ORDER, 8)
    assert wanted.id == f"{ORDER}#00000001/buyer/email/again-00000008"


def test_a_notice_that_news_has_overtaken_is_not_said() -> None:
    story = mixed.mixed_order()
    kind, notice = MessageKind.STILL_WITH_YOU, Notice()
    assert why_notice_obsolete(kind, notice, 7, story.order) is None
    assert why_notice_obsolete(kind, notice, 6, story.order) == "there is newer news by now"
    story.order.erase_time.CopyFrom(stamp(START))
    assert why_notice_obsolete(kind, notice, 7, story.order) == "the buyer's data was erased"


def test_an_optional_message_is_not_sent_to_who_does_not_want_it() -> None:
    order = mixed.mixed_order().order
    assert why_notice_obsolete(MessageKind.FOLLOW_UP, Notice(), 9, order) is None
    order.no_optional_messages = True
    assert why_notice_obsolete(MessageKind.FOLLOW_UP, Notice(), 9, order) == "the buyer wants no optional messages"
