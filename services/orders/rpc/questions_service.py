"""QuestionsService: what buyers ask, and the answers to it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from google.protobuf.message import Message

from orders.rpc.calls import Access, Call, Rpc, Unary
from orders.rpc.mapping import Reading
from orders.rpc.page_tokens import make_token, page_size, read_token
from orders.use_cases.credentials import Role
from orders.use_cases.errors import Invalid, Violation
from orders.use_cases.orders import own_order
from orders.use_cases.ports import QuestionPlace, QuestionQuery
from orders.use_cases.questions import Questions
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import order_pb2, question_pb2
from wismo.orders.v1 import questions_service_pb2 as pb

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Which question an asking belongs to is decided in its transaction; until then it is called so.
_UNDECIDED = "q"


@dataclass(frozen=True, slots=True)
class QuestionCalls:
    """The calls on questions."""

    questions: Questions
    reading: Reading

    def rpcs(self) -> dict[str, Rpc]:
        """The calls by name, with who may make them."""
        return {
            "AskQuestion": Unary(pb.AskQuestionRequest, Access.FACTS, self.ask, _field),
            "AnswerQuestion": Unary(pb.AnswerQuestionRequest, Access.FACTS, self.answer, _field),
            "ListQuestions": Unary(pb.ListQuestionsRequest, Access.READ, self.list),
        }

    async def ask(self, request: pb.AskQuestionRequest, call: Call) -> pb.AskQuestionResponse:
        own_order(call.principal, request.order)
        if request.evidence_id and call.principal.role is not Role.SERVICE:
            why = "is set by the status page only, which keeps the original; leave it out"
            raise Invalid(f"evidence_id: {why}", violations=(Violation("evidence_id", why, "EVIDENCE_NOT_YOURS"),))
        asked = events.QuestionAsked(
            question_id=_UNDECIDED, text=request.text, channel=request.channel, evidence_id=request.evidence_id
        )
        at = request.asked_at if request.HasField("asked_at") else None
        event = self.reading.event(events.FulfilmentEvent(question_asked=asked, occurred_at=at), request.order)
        mark = self.reading.mark("ask", _without_id(request), request.request_id)
        answer = await self.questions.ask(call.principal, request.order, event, mark)
        order = order_pb2.Order.FromString(answer.body)
        about = next(entry.subject_id for entry in order.timeline if entry.sequence == answer.sequence)
        return pb.AskQuestionResponse(question=_question(order, about))

    async def answer(self, request: pb.AnswerQuestionRequest, call: Call) -> pb.AnswerQuestionResponse:
        own_order(call.principal, request.order)
        answered = events.QuestionAnswered(question_id=request.question_id, text=request.text)
        event = self.reading.event(events.FulfilmentEvent(question_answered=answered), request.order)
        mark = self.reading.mark("answer", _without_id(request), request.request_id)
        answer = await self.questions.answer(call.principal, request.order, event, mark)
        order = order_pb2.Order.FromString(answer.body)
        return pb.AnswerQuestionResponse(question=_question(order, request.question_id))

    async def list(self, request: pb.ListQuestionsRequest, call: Call) -> pb.ListQuestionsResponse:
        asked = pb.ListQuestionsRequest(parent=request.parent, state=request.state).SerializeToString(
            deterministic=True
        )
        after = None
        if request.page_token:
            microseconds, key = read_token(request.page_token, asked, 2)
            after = (_EPOCH + timedelta(microseconds=int(microseconds)), str(key))
        limit = page_size(request.page_size)
        query = QuestionQuery(request.parent, limit + 1, int(request.state), after)
        places = await self.questions.page(call.principal, query)
        token = ""
        if len(places) > limit:
            due, key = places[limit - 1].place
            token = make_token((round((due - _EPOCH) / timedelta(microseconds=1)), key), asked)
        return pb.ListQuestionsResponse(questions=[_placed(one) for one in places[:limit]], next_page_token=token)


def _placed(one: QuestionPlace) -> pb.OrderQuestion:
    order = order_pb2.Order.FromString(one.body)
    return pb.OrderQuestion(order=order.name, question=_question(order, one.question_id))


def _question(order: order_pb2.Order, question_id: str) -> question_pb2.Question:
    return next(question for question in order.questions if question.question_id == question_id)


def _without_id(request: pb.AskQuestionRequest | pb.AnswerQuestionRequest) -> Message:
    """What the request asks for, whatever its id."""
    body = type(request)()
    body.CopyFrom(request)  # type: ignore[arg-type]  # Of its own type.
    body.request_id = ""
    return body


def _field(field: str) -> str:
    """The domain's path, as a path from the request."""
    if field in {"occurred_at", "question_asked"}:
        return "asked_at" if field == "occurred_at" else "order"
    return field.removeprefix("question_asked.").removeprefix("question_answered.")
