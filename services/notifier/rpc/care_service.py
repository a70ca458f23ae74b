"""CareService: reads only, one merchant at a time; a name of another merchant's answers as one that does not exist."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import grpc
from google.protobuf.message import DecodeError, Message

from chassis.sealing import CannotOpen, Sealed, Sealer
from notifier.care.measures import care_day, merged
from notifier.care.policies import zone_of
from notifier.rendering.kept_content import unpack
from notifier.rpc.admission import Admission, Caller
from notifier.rpc.answers import attention_answer, message_answer, now_answer, obligation_answer, stamp
from notifier.rpc.book import CareBook
from notifier.rpc.errors import Invalid, NotFound, Unauthenticated, Violation, code_of, invalid, to_status
from notifier.rpc.page_tokens import make_token, page_size, read_token
from notifier.watching.folding import dark_from
from wismo.care.v1 import care_service_pb2 as care
from wismo.orders.v1.merchant_pb2 import Merchant

R = TypeVar("R", bound=Message)

SERVICE = "wismo.care.v1.CareService"
_MERCHANT = re.compile(r"merchants/[a-z0-9][a-z0-9-]{0,38}[a-z0-9]")
_ORDER = re.compile(r"merchants/[a-z0-9-]{2,40}/orders/[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_KINDS = frozenset(care.AttentionKind.values()) - {care.ATTENTION_KIND_UNSPECIFIED}
_LONGEST_SPAN = timedelta(days=400)
_USUAL_SPAN = timedelta(days=29)
_STATUS_DETAILS = "grpc-status-details-bin"


class CareService:
    """The behaviour of each call, and its handlers."""

    def __init__(self, book: CareBook, admission: Admission, sealer: Sealer) -> None:
        self._book = book
        self._admission = admission
        self._sealer = sealer

    def handlers(self) -> "grpc.GenericRpcHandler[Any, Any]":
        """The handlers of the service, by the names in its proto."""
        calls = {
            "ListAttention": self._handler(care.ListAttentionRequest, self.list_attention),
            "GetCareStory": self._handler(care.GetCareStoryRequest, self.get_care_story),
            "GetMessage": self._handler(care.GetMessageRequest, self.get_message),
            "GetMeasures": self._handler(care.GetMeasuresRequest, self.get_measures),
        }
        return grpc.method_handlers_generic_handler(SERVICE, calls)

    def list_attention(self, request: care.ListAttentionRequest, caller: Caller) -> care.ListAttentionResponse:
        """What needs a human now."""
        _check(request.parent, _MERCHANT, "parent", "merchants/{merchant}")
        if request.page_size < 0:
            raise invalid(Violation("page_size", "must not be negative"))
        if not set(request.kinds) <= _KINDS or len(set(request.kinds)) < len(request.kinds):
            raise invalid(Violation("kinds", "must be kinds of the contract, each once"))
        self._merchant(request.parent, caller)
        question = repr((request.parent, sorted(request.kinds))).encode()
        after = read_token(request.page_token, question) if request.page_token else None
        size = page_size(request.page_size)
        found = self._book.attention(request.parent, request.kinds, after, size + 1)
        answer = care.ListAttentionResponse(items=[attention_answer(one.order, one.attention) for one in found[:size]])
        if len(found) > size:
            answer.next_page_token = make_token(found[size - 1].place, question)
        return answer

    def get_care_story(self, request: care.GetCareStoryRequest, caller: Caller) -> care.GetCareStoryResponse:
        """Everything of one order."""
        _check(request.order, _ORDER, "order", "merchants/{merchant}/orders/{reference}")
        story = self._book.story(request.order) if caller.may_see(request.order) else None
        if story is None:
            raise NotFound(f"There is no order {request.order}.")
        watch = story.watch
        open_ones = sorted(watch.obligations, key=lambda one: (one.due_at, one.cause))
        ended = sorted(story.ended, key=lambda one: (one.settled_at or one.due_at, one.cause), reverse=True)
        messages = sorted(story.messages, key=lambda one: (one.row.planned_at, one.row.sequence, one.row.id))
        answer = care.GetCareStoryResponse(
            obligations=[obligation_answer(one) for one in (*open_ones, *ended)],
            messages=[message_answer(one) for one in messages],
            attention=[attention_answer(request.order, one) for one in watch.attention],
        )
        heard_at, dark = watch.heard_at, dark_from(watch)
        if heard_at is not None:
            answer.heard_at.CopyFrom(stamp(heard_at))
        if dark is not None:
            answer.dark_from.CopyFrom(stamp(dark))
        return answer

    def get_message(self, request: care.GetMessageRequest, caller: Caller) -> care.GetMessageResponse:
        """One message as it was sent."""
        _check(request.order, _ORDER, "order", "merchants/{merchant}/orders/{reference}")
        if not 1 <= len(request.message_id) <= 256:
            raise invalid(Violation("message_id", "must have 1 to 256 characters"))
        found = self._book.message(request.order, request.message_id) if caller.may_see(request.order) else None
        if found is None:
            raise NotFound(f"There is no message {request.message_id} of order {request.order}.")
        row, sealed = found
        answer = message_answer(row)
        content = self._opened(request.message_id, sealed)
        if content is not None:
            answer.subject, answer.text, answer.html = content
        return care.GetMessageResponse(message=answer)

    def get_measures(self, request: care.GetMeasuresRequest, caller: Caller) -> care.GetMeasuresResponse:
        """How well a merchant cares."""
        _check(request.parent, _MERCHANT, "parent", "merchants/{merchant}")
        merchant = self._merchant(request.parent, caller)
        today = self._book.now().astimezone(zone_of(merchant.time_zone)).date()
        last = _day(request.to_date, "to_date") or today
        first = _day(request.from_date, "from_date") or last - _USUAL_SPAN
        if not timedelta() <= last - first <= _LONGEST_SPAN:
            raise invalid(Violation("to_date", "must be at most 400 days after from_date, and not before it"))
        days = self._book.days(request.parent, first, last)
        return care.GetMeasuresResponse(
            days=[care_day(tally, day.isoformat()) for day, tally in days.items()],
            total=care_day(merged(days.values())),
            now=now_answer(self._book.standing(request.parent)),
        )

    def _merchant(self, name: str, caller: Caller) -> Merchant:
        body = self._book.merchant(name) if caller.may_see(name) else None
        if body is None:
            if caller.merchant == name:
                # Its key works, so it exists; nothing was heard of it here yet.
                return Merchant(name=name)
            raise NotFound(f"There is no merchant {name}.")
        return Merchant.FromString(body)

    def _opened(self, message_id: str, sealed: Sealed | None) -> tuple[str, str, str] | None:
        if sealed is None:
            return None
        try:
            content = unpack(sealed, message_id, self._sealer)
        except CannotOpen:
            # Its key was taken out of the ring: what was said can be read no more, the rest of the story can.
            return None
        return content.subject, content.text, content.html

    def _handler(self, kind: type[R], behave: Callable[[R, Caller], Message]) -> "grpc.RpcMethodHandler[Any, Any]":
        def handle(body: bytes, context: grpc.ServicerContext) -> bytes:
            try:
                caller = self._admission.admit(_bearer(context))
                return behave(_parsed(kind, body), caller).SerializeToString()
            except Exception as error:  # noqa: BLE001  # Told to the caller, foreseen or not.
                status = to_status(error)
                context.set_trailing_metadata(((_STATUS_DETAILS, status.SerializeToString()),))
                context.abort(code_of(status), status.message)

        return grpc.unary_unary_rpc_method_handler(handle, None, None)


def _check(value: str, pattern: re.Pattern[str], field: str, form: str) -> None:
    if not pattern.fullmatch(value):
        raise invalid(Violation(field, f"must be of the form {form}"))


def _day(value: str, field: str) -> date | None:
    if not value:
        return None
    try:
        return datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise invalid(Violation(field, "must be a date after ISO 8601, for example 2026-12-24")) from None


def _bearer(context: grpc.ServicerContext) -> str:
    for name, value in context.invocation_metadata():
        if name == "authorization":
            kind, _, key = str(value).partition(" ")
            if kind.lower() == "bearer":
                return key.strip()
    raise Unauthenticated("No API key. Send metadata `authorization: Bearer <API key>`.", reason="CREDENTIAL_MISSING")


def _parsed(kind: type[R], body: bytes) -> R:
    try:
        return kind.FromString(body)
    except DecodeError:
        raise Invalid(f"The request is no {kind.DESCRIPTOR.full_name}.", reason="UNREADABLE") from None
