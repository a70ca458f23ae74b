"""Questions, answers and charges, over real gRPC and a real database."""

from datetime import UTC, datetime, timedelta

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask

from tests.integration.orders.shop import SERVICE, TIMEOUT, Metadata, Shop, details, reason
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import line_pb2, merchant_pb2, merchants_service_pb2, order_pb2, question_pb2
from wismo.orders.v1 import orders_service_pb2 as orders
from wismo.orders.v1 import questions_service_pb2 as pb
from wismo.orders.v1.questions_service_pb2_grpc import ChargesServiceStub, QuestionsServiceStub

PAGE, EMAIL, PHONE = (
    question_pb2.QUESTION_CHANNEL_PAGE,
    question_pb2.QUESTION_CHANNEL_EMAIL,
    question_pb2.QUESTION_CHANNEL_PHONE,
)
HOUR = timedelta(hours=1)


def ask(
    shop: Shop,
    text: str,
    request_id: str,
    *,
    reference: str = "R-1",
    channel: "question_pb2.QuestionChannel.ValueType" = PAGE,
    asked_at: datetime | None = None,
    evidence_id: str = "",
    metadata: Metadata = SERVICE,
) -> question_pb2.Question:
    request = pb.AskQuestionRequest(
        order=shop.order_name(reference), text=text, channel=channel, request_id=request_id, evidence_id=evidence_id
    )
    if asked_at is not None:
        request.asked_at.FromDatetime(asked_at)
    return QuestionsServiceStub(shop.channel).AskQuestion(request, metadata=metadata, timeout=TIMEOUT).question


def answer(shop: Shop, text: str, request_id: str, metadata: Metadata = SERVICE) -> question_pb2.Question:
    request = pb.AnswerQuestionRequest(
        order=shop.order_name("R-1"), question_id="q-1", text=text, request_id=request_id
    )
    return QuestionsServiceStub(shop.channel).AnswerQuestion(request, metadata=metadata, timeout=TIMEOUT).question


def listed(shop: Shop, state: "question_pb2.QuestionState.ValueType", size: int = 0) -> list[pb.OrderQuestion]:
    found: list[pb.OrderQuestion] = []
    token = ""
    while True:
        request = pb.ListQuestionsRequest(parent=shop.name, state=state, page_size=size, page_token=token)
        page = QuestionsServiceStub(shop.channel).ListQuestions(request, metadata=shop.metadata, timeout=TIMEOUT)
        found += page.questions
        token = page.next_page_token
        if not token:
            return found


def kinds(order: order_pb2.Order) -> list[str]:
    return [events.ChangeKind.Name(entry.kind).removeprefix("CHANGE_KIND_") for entry in order.timeline]


def test_three_mails_and_a_voice_message_are_one_question_with_four_acknowledgements_and_one_time(shop: Shop) -> None:
    shop.create()
    now = datetime.now(UTC)
    asked = [
        ask(shop, f"Mail {number}", f"a{number}", channel=EMAIL, evidence_id=f"mail-{number}") for number in range(3)
    ]
    asked.append(ask(shop, "Where is it?", "a3", channel=PHONE, asked_at=now, metadata=shop.metadata))
    order = shop.get()
    assert {question.question_id for question in asked} == {"q-1"}
    assert len(order.questions) == 1
    assert {post.evidence_id for post in order.questions[0].posts} == {"mail-0", "mail-1", "mail-2", ""}
    assert kinds(order).count("QUESTION_ASKED") == kinds(order).count("QUESTION_ACKNOWLEDGED") == 4
    first = asked[0].reply_by.ToDatetime(UTC)
    assert now + 23 * HOUR < first < now + 25 * HOUR
    assert order.questions[0].reply_by.ToDatetime(UTC) <= first


def test_the_same_request_again_is_answered_again_and_asks_nothing(shop: Shop) -> None:
    shop.create()
    first = ask(shop, "Where is it?", "a1")
    answer(shop, "On its way.", "b1")
    again = ask(shop, "Where is it?", "a1")
    assert (again.question_id, again.state) == (first.question_id, question_pb2.QUESTION_STATE_ANSWERED)
    assert shop.get().sequence == 4
    with pytest.raises(grpc.RpcError) as caught:
        ask(shop, "Something else", "a1")
    assert reason(caught.value) == "REQUEST_ID_REUSED"


def test_a_question_is_answered_and_asked_again(shop: Shop) -> None:
    shop.create()
    ask(shop, "Where is it?", "a1")
    told = answer(shop, "On its way.", "b1")
    assert told.state == question_pb2.QUESTION_STATE_ANSWERED
    assert [post.text for post in told.posts] == ["Where is it?", "On its way."]
    again = ask(shop, "Still not here.", "a2")
    assert (again.question_id, again.state) == ("q-1", question_pb2.QUESTION_STATE_OPEN)
    assert again.reply_by.ToDatetime(UTC) > datetime.now(UTC) + 23 * HOUR


def test_questions_are_listed_by_due_time_page_by_page(shop: Shop) -> None:
    now = datetime.now(UTC)
    for number, hours in enumerate((3, 9, 6)):
        shop.create(f"R-{number}")
        ask(shop, "?", "a1", reference=f"R-{number}", asked_at=now - hours * HOUR, channel=EMAIL)
    open_state = question_pb2.QUESTION_STATE_OPEN
    by_due = [one.order.rpartition("/")[2] for one in listed(shop, open_state, size=1)]
    assert by_due == ["R-1", "R-2", "R-0"]
    answer(shop, "On its way.", "b1")
    assert [one.order.rpartition("/")[2] for one in listed(shop, open_state)] == ["R-2", "R-0"]
    assert len(listed(shop, question_pb2.QUESTION_STATE_UNSPECIFIED)) == 3


def test_the_merchants_time_to_answer_and_hours_count(shop: Shop) -> None:
    shop.create()
    policies = merchant_pb2.Policies(answer_within=Duration(seconds=2 * 3600))
    request = merchants_service_pb2.UpdateMerchantRequest(
        merchant=merchant_pb2.Merchant(name=shop.name, policies=policies), update_mask=FieldMask(paths=["policies"])
    )
    shop.merchants.UpdateMerchant(request, metadata=shop.metadata, timeout=TIMEOUT)
    at = datetime.now(UTC) - HOUR
    assert ask(shop, "?", "a1", asked_at=at).reply_by.ToDatetime(UTC) == at + 2 * HOUR


def test_what_is_wrong_with_a_question_is_told_by_its_own_fields(shop: Shop) -> None:
    shop.create()
    for code, field, wrong in (
        (grpc.StatusCode.INVALID_ARGUMENT, "asked_at", {"asked_at": datetime.now(UTC) + HOUR}),
        (grpc.StatusCode.INVALID_ARGUMENT, "evidence_id", {"evidence_id": "mail-1", "metadata": shop.metadata}),
    ):
        with pytest.raises(grpc.RpcError) as caught:
            ask(shop, "?", "a1", **wrong)
        assert caught.value.code() is code
        assert details(caught.value).message.startswith(f"{field}: ")
    with pytest.raises(grpc.RpcError) as caught:
        answer(shop, "?", "b1")
    assert (caught.value.code(), reason(caught.value)) == (grpc.StatusCode.FAILED_PRECONDITION, "UNKNOWN_QUESTION")
    assert details(caught.value).message.startswith("question_id: ")


def test_a_backend_asks_whether_it_may_charge(shop: Shop) -> None:
    draft = shop.draft("R-1")
    draft.lines.add(line_id="course", kind=line_pb2.LINE_KIND_TRIAL, title="Course")
    create = orders.CreateOrderRequest(parent=shop.name, order=draft)
    shop.orders.CreateOrder(create, metadata=shop.metadata, timeout=TIMEOUT)
    trial = events.TrialStarted(line_id="course")
    trial.ends_at.FromDatetime(datetime.now(UTC) + 14 * 24 * HOUR)
    shop.record(events.FulfilmentEvent(trial_started=trial), "t1")
    request = pb.CheckChargeRequest(order=shop.order_name("R-1"), line_id="course")
    request.amount.currency_code, request.amount.units = "EUR", 9
    told = ChargesServiceStub(shop.channel).CheckCharge(request, metadata=shop.metadata, timeout=TIMEOUT)
    assert (told.may_charge, told.obstacle) == (False, pb.CHARGE_OBSTACLE_TRIAL_RUNNING)
    assert told.may_charge_at == trial.ends_at
    assert "The trial runs until" in told.explanation


def test_the_desk_and_the_notifier_tell_what_only_they_know(shop: Shop) -> None:
    shop.create()
    still = events.StillWithYou(cause=events.WATCH_CAUSE_SILENCE, message_id="m1")
    still.next_update_at.FromDatetime(datetime.now(UTC) + 24 * HOUR)
    note = events.NoteToBuyer(text="We are on it.")
    for number, event in enumerate(
        (
            events.FulfilmentEvent(still_with_you=still),
            events.FulfilmentEvent(source=events.EVENT_SOURCE_CARE, note_to_buyer=note),
            events.FulfilmentEvent(message_bounced=events.MessageBounced(message_id="m1", permanent=True)),
            events.FulfilmentEvent(preferences_updated=events.PreferencesUpdated()),
        )
    ):
        request = shop.request(event, f"f{number}")
        assert shop.orders.RecordEvent(request, metadata=SERVICE, timeout=TIMEOUT).effect == events.EFFECT_APPLIED
    order = shop.get()
    assert order.watch_promise_at == order.next_update_at == still.next_update_at
    assert order.no_optional_messages
    contact = orders.UpdateBuyerContactRequest(order=order.name, buyer=order.buyer, request_id="c1")
    contact.buyer.email = "robin@elsewhere.test"
    moved = shop.orders.UpdateBuyerContact(contact, metadata=SERVICE, timeout=TIMEOUT).order
    assert moved.link_version == order.link_version + 1
