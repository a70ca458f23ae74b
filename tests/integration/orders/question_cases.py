"""What callers get wrong about questions and charges: rows of docs/errors.md."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from tests.integration.orders.error_case import Case, Request
from tests.integration.orders.shop import Shop
from wismo.orders.v1 import questions_service_pb2 as questions


def _asked(**wrong: object) -> Callable[[Shop, str], Request]:
    def send(shop: Shop, reference: str) -> Request:
        right: dict[str, Any] = {"text": "Where is it?", "channel": 1, "request_id": "request-1"}
        return questions.AskQuestionRequest(order=shop.order_name(reference), **{**right, **wrong})

    return send


def _asked_ahead(shop: Shop, reference: str) -> Request:
    at = Timestamp()
    at.FromDatetime(datetime.now(UTC) + timedelta(hours=1))
    return _asked(asked_at=at)(shop, reference)


def _answered(shop: Shop, reference: str) -> Request:
    return questions.AnswerQuestionRequest(
        order=shop.order_name(reference), question_id="q-9", text="Here.", request_id="request-1"
    )


def _charged(shop: Shop, reference: str) -> Request:
    request = questions.CheckChargeRequest(order=shop.order_name(reference), line_id="film")
    request.amount.currency_code, request.amount.units = "EUR", 9
    return request


QUESTION_CASES: tuple[Case, ...] = (
    Case("Malformed", "a question without words", _asked(text=""), method="AskQuestion", service="QuestionsService"),
    Case(
        "Malformed",
        "a question of an hour ahead",
        _asked_ahead,
        method="AskQuestion",
        service="QuestionsService",
    ),
    Case(
        "Unknown", "an answer to what was never asked", _answered, method="AnswerQuestion", service="QuestionsService"
    ),
    Case(
        "Unknown",
        "whether a line may be charged that the order does not have",
        _charged,
        method="CheckCharge",
        service="ChargesService",
    ),
    Case(
        "Not yours",
        "where the original of a question is kept, with a merchant's key",
        _asked(evidence_id="mail-1"),
        method="AskQuestion",
        service="QuestionsService",
    ),
)
