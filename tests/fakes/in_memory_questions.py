# ruff: noqa: N802 - The names are those of the RPCs.
"""Questions and charges in memory, for InMemoryOrders: askings of one wait fold, and a repeated request changes
nothing.
"""

from abc import abstractmethod
from datetime import UTC, datetime, timedelta

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from tests.fakes.refusals import Refusal
from wismo.orders.v1 import questions_service_pb2 as questions
from wismo.orders.v1.order_pb2 import Order
from wismo.orders.v1.question_pb2 import QUESTION_STATE_ANSWERED, QUESTION_STATE_OPEN, Question, QuestionPost
from wismo.orders.v1.questions_service_pb2_grpc import ChargesServiceServicer, QuestionsServiceServicer

Context = grpc.ServicerContext
ANSWER_WITHIN = timedelta(hours=24)


class InMemoryQuestions(QuestionsServiceServicer, ChargesServiceServicer):
    """`questions` by order; `charges` holds what CheckCharge answers, by order and line: yes where nothing is said."""

    def __init__(self) -> None:
        super().__init__()
        self.questions: dict[str, list[Question]] = {}
        self.asked: list[questions.AskQuestionRequest] = []
        self.charges: dict[tuple[str, str], questions.CheckChargeResponse] = {}

    @abstractmethod
    def _enter(self, call: str, context: Context) -> None:
        """Note the call; refuse it without a valid key, or when a refusal was asked for."""

    @abstractmethod
    def _find(self, name: str, context: Context) -> Order:
        """The order; raises Refusal where there is none, or it is another merchant's."""

    def AskQuestion(self, request: questions.AskQuestionRequest, context: Context) -> questions.AskQuestionResponse:
        self._enter("AskQuestion", context)
        self._order(request.order, context)
        own = self.questions.setdefault(request.order, [])
        repeated = request.request_id in {each.request_id for each in self.asked if each.order == request.order}
        self.asked.append(request)
        asked_at = Timestamp()
        asked_at.FromDatetime(request.asked_at.ToDatetime(UTC) if request.HasField("asked_at") else datetime.now(UTC))
        if not own or own[-1].state == QUESTION_STATE_ANSWERED:
            own.append(Question(question_id=f"q-{len(own) + 1}", state=QUESTION_STATE_OPEN, asked_at=asked_at))
            own[-1].reply_by.FromDatetime(asked_at.ToDatetime(UTC) + ANSWER_WITHIN)
        if not repeated:
            post = QuestionPost(from_buyer=True, channel=request.channel, text=request.text, occurred_at=asked_at)
            own[-1].posts.append(post)
        return questions.AskQuestionResponse(question=own[-1])

    def AnswerQuestion(
        self, request: questions.AnswerQuestionRequest, context: Context
    ) -> questions.AnswerQuestionResponse:
        self._enter("AnswerQuestion", context)
        self._order(request.order, context)
        own = [each for each in self.questions.get(request.order, []) if each.question_id == request.question_id]
        if not own:
            Refusal(grpc.StatusCode.FAILED_PRECONDITION, "was not asked", "UNKNOWN_QUESTION").abort(context)
        (question,) = own
        question.state = QUESTION_STATE_ANSWERED
        question.answered_at.GetCurrentTime()
        question.posts.append(QuestionPost(text=request.text, occurred_at=question.answered_at))
        return questions.AnswerQuestionResponse(question=question)

    def ListQuestions(
        self, request: questions.ListQuestionsRequest, context: Context
    ) -> questions.ListQuestionsResponse:
        self._enter("ListQuestions", context)
        found = [
            questions.OrderQuestion(order=order, question=question)
            for order, own in self.questions.items()
            for question in own
            if order.startswith(f"{request.parent}/") and request.state in {0, question.state}
        ]
        found.sort(key=lambda each: each.question.reply_by.ToNanoseconds())
        start, size = int(request.page_token or 0), request.page_size or 50
        token = str(start + size) if start + size < len(found) else ""
        return questions.ListQuestionsResponse(questions=found[start : start + size], next_page_token=token)

    def CheckCharge(self, request: questions.CheckChargeRequest, context: Context) -> questions.CheckChargeResponse:
        self._enter("CheckCharge", context)
        self._order(request.order, context)
        yes = questions.CheckChargeResponse(may_charge=True)
        return self.charges.get((request.order, request.line_id), yes)

    def _order(self, name: str, context: Context) -> None:
        try:
            self._find(name, context)
        except Refusal as refusal:
            refusal.abort(context)
