"""FulfilmentEvent, both ways."""

from dataclasses import dataclass
from datetime import datetime

from orders.adapters.proto_mapping.codec import Codec, Seal, time_to_proto
from orders.adapters.proto_mapping.codecs import CHANGE_CODECS, CHANGE_ENCODERS
from orders.adapters.proto_mapping.encoding import Encoder, tag, varint
from orders.domain.errors import BadField
from orders.domain.events import Event
from orders.domain.vocabulary import ChangeKind, EventSource
from wismo.orders.v1.fulfilment_event_pb2 import FulfilmentEvent

_KINDS = {kind.name.lower(): kind for kind in ChangeKind}
_FIELDS = {kind: name for name, kind in _KINDS.items()}


@dataclass(frozen=True, slots=True)
class _Head:
    """What every event says, whatever the change."""

    occurred_at: datetime | None
    source: EventSource


_HEAD_CODEC = Codec(_Head, FulfilmentEvent, {})
_HEAD = Encoder(_HEAD_CODEC, {})


def event_from_proto(pb: FulfilmentEvent, seal: Seal | None) -> Event:
    """The event. With ``seal`` it comes from outside: every plaintext is sealed, and what claims to be sealed is
    refused.

    With None it comes from our own log, and secrets are sealed already. BadField when no change is set, when a field is
    unset that the change cannot be without, or when a time or number means nothing.
    """
    name = pb.WhichOneof("change")
    if name is None:
        raise BadField("change", "no change is set", "say what happened")
    try:
        change = CHANGE_CODECS[_KINDS[name]].from_proto(getattr(pb, name), seal)
    except BadField as error:
        raise BadField(f"{name}.{error.field}", error.why, error.right) from None
    head = _HEAD_CODEC.from_proto(pb)
    return Event(change, head.occurred_at, head.source)


def event_to_proto(event: Event) -> FulfilmentEvent:
    """The event as it goes to the log and to Kafka."""
    kind = event.kind
    given = {_FIELDS[kind]: CHANGE_CODECS[kind].to_proto(event.change)}
    if event.occurred_at is not None:
        given["occurred_at"] = time_to_proto(event.occurred_at)
    # mypy cannot know that the domain's numbers are the protos'; a test does.
    return FulfilmentEvent(source=int(event.source), **given)  # type: ignore[arg-type]


def encode_event(event: Event) -> bytes:
    """The bytes of `event_to_proto`, made straight from the event."""
    kind = event.kind
    change = CHANGE_ENCODERS[kind].encode(event.change)
    return b"".join((_HEAD.encode(event), tag(kind), varint(len(change)), change))
