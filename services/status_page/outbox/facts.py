"""What the page has to tell the orders service: each kind of fact as the request that it becomes.

The body is the serialised request with its request id in it, so that telling it twice counts once; the kind says to
which call it belongs (``orders_client``).
"""

import hashlib
import uuid
from datetime import datetime
from typing import Literal

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.outbox import Letter
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import orders_service_pb2, question_pb2, questions_service_pb2

Kind = Literal[
    "link_requested",
    "download_taken",
    "download_renewed",
    "question",
    "trial_cancelled",
    "preferences_updated",
    "message_bounced",
    "record",
    "answer",
    "contact",
    "nothing",
]
"""``record``, ``answer`` and ``contact`` are the care team's: any RecordEvent, AnswerQuestion, UpdateBuyerContact."""


Fact = Letter
"""Something that has to be told about one order: ``about`` is its name, ``at`` when it happened, and ``id`` the request
id that stands in ``body``.

A fact of the kind ``nothing`` is written where there is nothing to tell, so that it takes as long.
"""


def link_requested(order: str, now: datetime) -> Fact:
    """The buyer wants the link to the order by message."""
    change = events.FulfilmentEvent(link_requested=events.LinkRequested())
    return _buyers("link_requested", order, now, change, new_id())


def nothing(now: datetime) -> Fact:
    """What stands in for a link request that matches no order."""
    return Fact(new_id(), "nothing", "", now)


def download_taken(order: str, line_id: str, file_id: str, now: datetime) -> Fact:
    """The buyer started a download."""
    change = events.FulfilmentEvent(download_taken=events.DownloadTaken(line_id=line_id, file_id=file_id))
    return _buyers("download_taken", order, now, change, new_id())


def download_renewed(order: str, line_id: str, issue: int, now: datetime) -> Fact:
    """The buyer renewed a download. The same issue can be renewed once, however often the button is pressed."""
    change = events.FulfilmentEvent(download_renewed=events.DownloadRenewed(line_id=line_id, by_buyer=True))
    return _buyers("download_renewed", order, now, change, f"renew-{digest_of(order, line_id, str(issue))}")


def trial_cancelled(order: str, line_id: str, started_at: datetime | None, now: datetime) -> Fact:
    """The buyer cancelled a trial: once for each start of it, however often the button is pressed."""
    change = events.FulfilmentEvent(trial_cancelled=events.TrialCancelled(line_id=line_id, by_buyer=True))
    start = started_at.isoformat() if started_at else ""
    return _buyers("trial_cancelled", order, now, change, f"cancel-{digest_of(order, line_id, start)}")


def preferences_updated(order: str, now: datetime, *, optional_messages: bool) -> Fact:
    """The buyer said whether optional messages are welcome."""
    change = events.FulfilmentEvent(preferences_updated=events.PreferencesUpdated(optional_messages=optional_messages))
    return _buyers("preferences_updated", order, now, change, new_id())


def message_bounced(order: str, bounced: events.MessageBounced, at: datetime, evidence: str) -> Fact:
    """A message came back. ``evidence`` is the mail that says so, which counts once."""
    change = events.FulfilmentEvent(source=events.EVENT_SOURCE_SYSTEM, message_bounced=bounced)
    return recorded(order, change, at, f"bounce-{digest_of(order, evidence)}", kind="message_bounced")


def question(
    order: str,
    text: str,
    at: datetime,
    request_id: str,
    *,
    channel: "question_pb2.QuestionChannel.ValueType" = question_pb2.QUESTION_CHANNEL_PAGE,
    evidence_id: str = "",
) -> Fact:
    """The buyer asked, at ``at``. ``evidence_id`` names where the original is kept."""
    request = questions_service_pb2.AskQuestionRequest(
        order=order,
        text=text,
        channel=channel,
        request_id=request_id,
        asked_at=stamp(at),
        evidence_id=evidence_id,
    )
    return Fact(request_id, "question", order, at, request.SerializeToString())


def answer(order: str, question_id: str, text: str, at: datetime, request_id: str) -> Fact:
    """The care team answered a question."""
    request = questions_service_pb2.AnswerQuestionRequest(
        order=order, question_id=question_id, text=text, request_id=request_id
    )
    return Fact(request_id, "answer", order, at, request.SerializeToString())


def contact(request: orders_service_pb2.UpdateBuyerContactRequest, at: datetime) -> Fact:
    """The care team corrected a buyer's contact. ``request_id`` must be set."""
    return Fact(request.request_id, "contact", request.order, at, request.SerializeToString())


def recorded(
    order: str, event: events.FulfilmentEvent, at: datetime, request_id: str, *, kind: Kind = "record"
) -> Fact:
    """Any event. Its source stays as given; ``at`` becomes its time unless it has one."""
    request = orders_service_pb2.RecordEventRequest(order=order, event=event, request_id=request_id)
    if not event.HasField("occurred_at"):
        request.event.occurred_at.CopyFrom(stamp(at))
    return Fact(request_id, kind, order, at, request.SerializeToString())


def new_id() -> str:
    """A fresh id for a fact."""
    return str(uuid.uuid4())


def digest_of(*parts: str) -> str:
    """32 characters that follow from the parts, for ids of what counts once."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:32]


def stamp(at: datetime) -> Timestamp:
    """An aware instant as the contract has it."""
    result = Timestamp()
    result.FromDatetime(at)
    return result


def _buyers(kind: Kind, order: str, at: datetime, event: events.FulfilmentEvent, request_id: str) -> Fact:
    event.source = events.EVENT_SOURCE_BUYER
    return recorded(order, event, at, request_id, kind=kind)
