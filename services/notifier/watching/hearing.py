"""What a settled row of the ledger means for the watch of its order. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from google.protobuf.message import DecodeError, Message
from google.protobuf.timestamp_pb2 import Timestamp

from notifier.care.watch import Failed, Told
from notifier.planning.kinds import NOT_WORTH_HEARING, WITHOUT_NEW_FACT, MessageKind
from notifier.planning.plan import BUYER
from notifier.sending.rows import Row, State
from wismo.care.v1.notice_pb2 import Notice
from wismo.orders.v1.fulfilment_event_pb2 import FulfilmentEvent

T = TypeVar("T", bound=Message)

# Acceptance or failure of one of these changes what is due at once; the watchdog need not wait for its next step.
_LOOK_AT_ONCE = frozenset({MessageKind.CHARGE_COMING, MessageKind.TRIAL_ENDING})


@dataclass(frozen=True, slots=True)
class Bounced:
    """A message came back."""

    message_id: str
    at: datetime


Heard = Told | Failed | Bounced


def heard_of(row: Row) -> Heard | None:
    """What the watch must learn of a row that has just ended; None for what the buyer's watch has no use for."""
    if row.recipient != BUYER or row.settled_at is None:
        return None
    if row.state.is_alarm:
        return Failed(row.id, row.kind.value, row.settled_at, row.reason)
    if row.state != State.SENT:
        return None
    kinds = {row.kind, *(part.kind for part in row.parts)}
    notice = _read(Notice, row.change) if row.is_notice else None
    return Told(
        message_id=row.id,
        kind=row.kind.value,
        accepted_at=row.settled_at,
        worth_hearing=not kinds <= NOT_WORTH_HEARING,
        new_fact=not kinds <= (WITHOUT_NEW_FACT | NOT_WORTH_HEARING),
        sequences=() if notice is not None else (row.sequence, *(part.sequence for part in row.parts)),
        about=notice.cause if notice is not None else "",
        promised_at=_promised(row, notice),
    )


def must_look_at_once(row: Row) -> bool:
    """Whether the watchdog has something to decide now that this row has ended."""
    return row.recipient == BUYER and (row.is_notice or row.state.is_alarm or row.kind in _LOOK_AT_ONCE)


def _promised(row: Row, notice: Notice | None) -> datetime | None:
    """The earliest next word that the message named."""
    if notice is not None:
        return _time(notice, "next_update_at")
    named = []
    for body in (row.change, *(part.change for part in row.parts)):
        event = _read(FulfilmentEvent, body)
        change = getattr(event, event.WhichOneof("change") or "", None)
        named += [_time(change, field) for field in ("next_update_at", "reply_by")]
    return min((moment for moment in named if moment is not None), default=None)


def _read(kind: type[T], body: bytes) -> T:
    """What a row holds; an empty one where this version cannot read it: settling a row must never fail for it."""
    try:
        return kind.FromString(body)
    except DecodeError:
        return kind()


def _time(message: object, field: str) -> datetime | None:
    stamp = getattr(message, field, None)
    if not isinstance(stamp, Timestamp) or not (stamp.seconds or stamp.nanos):
        return None
    return stamp.ToDatetime(tzinfo=UTC)
