"""Calls that the contract has and this version does not: they say so, whoever calls."""

from collections.abc import Awaitable, Callable

from google.protobuf.message import Message

from orders.rpc.calls import Access, Call, Rpc, Unary
from orders.use_cases.errors import NotYetAvailable
from wismo.orders.v1 import questions_service_pb2 as pb


def questions_rpcs() -> dict[str, Rpc]:
    """QuestionsService."""
    return {
        "AskQuestion": Unary(pb.AskQuestionRequest, Access.FACTS, _later("Asking a question")),
        "AnswerQuestion": Unary(pb.AnswerQuestionRequest, Access.WRITE, _later("Answering a question")),
        "ListQuestions": Unary(pb.ListQuestionsRequest, Access.READ, _later("Listing questions")),
    }


def charges_rpcs() -> dict[str, Rpc]:
    """ChargesService."""
    return {"CheckCharge": Unary(pb.CheckChargeRequest, Access.READ, _later("Checking a charge"))}


def _later(what: str) -> Callable[[Message, Call], Awaitable[Message]]:
    async def refuse(_request: Message, _call: Call) -> Message:
        raise NotYetAvailable(f"{what} is not available in this version of Wismo yet.")

    return refuse
