"""FulfilmentEvent, both ways."""

from orders.adapters.proto_mapping.codec import Codec, Seal, time_from_proto, time_to_proto
from orders.adapters.proto_mapping.codecs import CHANGE_CODECS, CHANGE_ENCODERS
from orders.adapters.proto_mapping.encoding import Encoder, tag, varint
from orders.domain.events import Event
from orders.domain.vocabulary import ChangeKind, EventSource
from wismo.orders.v1.fulfilment_event_pb2 import FulfilmentEvent

_KINDS = {kind.name.lower(): kind for kind in ChangeKind}
_FIELDS = {kind: name for name, kind in _KINDS.items()}
_HEAD = Encoder(Codec(Event, FulfilmentEvent, {}, frozenset({"change"})), {})
_SOURCES = {int(source): source for source in EventSource}


def event_from_proto(pb: FulfilmentEvent, seal: Seal | None) -> Event:
    """The event. With ``seal`` it comes from outside: every plaintext is sealed, and what claims to be sealed is refused.

    With None it comes from our own log, and secrets are sealed already. ValueError when no change is set, when a field is unset
    that the change cannot be without, or when a time or number means nothing.
    """
    name = pb.WhichOneof("change")
    if name is None:
        raise ValueError("no change is set")
    change = CHANGE_CODECS[_KINDS[name]].from_proto(getattr(pb, name), seal)
    occurred_at = time_from_proto(pb.occurred_at) if pb.HasField("occurred_at") else None
    source = _SOURCES.get(pb.source)
    if source is None:
        raise ValueError(f"{pb.source} is no EventSource")
    return Event(change, occurred_at, source)


def event_to_proto(event: Event) -> FulfilmentEvent:
    """The event as it goes to the log and to Kafka."""
    kind = event.kind
    given = {_FIELDS[kind]: CHANGE_CODECS[kind].to_proto(event.change)}
    if event.occurred_at is not None:
        given["occurred_at"] = time_to_proto(event.occurred_at)
    return FulfilmentEvent(source=int(event.source), **given)  # type: ignore[arg-type]  # The domain's numbers are the protos'.


def encode_event(event: Event) -> bytes:
    """The bytes of `event_to_proto`, made straight from the event."""
    kind = event.kind
    change = CHANGE_ENCODERS[kind].encode(event.change)
    return b"".join((_HEAD.encode(event), tag(kind), varint(len(change)), change))
