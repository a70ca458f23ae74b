"""What erasing a buyer takes out of the log: whatever names, reaches, locates or quotes the buyer, and every secret."""

from google.protobuf.message import Message

from wismo.orders.v1.fulfilment_event_pb2 import FulfilmentEvent

# Per change: the fields that are cleared, by path. A test holds this table against the contract's messages.
_PERSONAL: dict[str, tuple[str, ...]] = {
    "parcel_progressed": ("received_by", "pickup_point"),
    "ready_for_collection": ("pickup_point.code",),
    "download_ready": ("licence_key",),
    "access_granted": ("username", "code"),
    "note_to_buyer": ("text",),
    "question_asked": ("text", "evidence_id"),
    "question_answered": ("text",),
    "contact_updated": ("buyer",),
}


def redacted(change: bytes) -> bytes:
    """The encoded change without it. What holds nothing personal comes back as it was."""
    event = FulfilmentEvent.FromString(change)
    name = event.WhichOneof("change")
    paths = _PERSONAL.get(name or "", ())
    for path in paths:
        inner: Message = getattr(event, name or "")
        *parents, last = path.split(".")
        for parent in parents:
            inner = getattr(inner, parent)
        inner.ClearField(last)
    return event.SerializeToString() if paths else change
