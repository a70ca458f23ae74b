"""Sample notices of the watchdog to the buyer, about an order of which nothing new is heard."""

from google.protobuf.timestamp_pb2 import Timestamp

from notifier.preview.stage import Stage, at
from wismo.care.v1 import notice_pb2
from wismo.care.v1 import obligation_pb2 as obligations
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import line_pb2 as lines
from wismo.orders.v1 import tracking_pb2 as tracking

SINCE = at(-23)


def still_with_you(stage: Stage) -> notice_pb2.Notice:
    quiet(stage)
    return notice_pb2.Notice(
        obligation=obligations.OBLIGATION_KIND_SILENCE,
        step=obligations.OBLIGATION_STEP_DUE,
        watch_cause=events.WATCH_CAUSE_SILENCE,
        known_at=SINCE,
        next_update_at=at(24),
    )


def as_promised(stage: Stage) -> notice_pb2.Notice:
    notice = still_with_you(stage)
    notice.obligation = obligations.OBLIGATION_KIND_NEXT_WORD
    stage.order.problems.add(
        problem_id="delay-1", delay=True, line_ids=["book"], what_we_do=stage.words.delay_action, reported_at=at(-20)
    )
    return notice


def promise_missed(stage: Stage) -> notice_pb2.Notice:
    quiet(stage)
    return notice_pb2.Notice(
        obligation=obligations.OBLIGATION_KIND_NEXT_WORD,
        step=obligations.OBLIGATION_STEP_APOLOGISE,
        watch_cause=events.WATCH_CAUSE_NEXT_WORD_MISSED,
        missed_at=at(-0.1),
        next_update_at=at(6),
    )


def date_at_risk(stage: Stage) -> notice_pb2.Notice:
    _on_its_way(stage)
    return _date(obligations.OBLIGATION_STEP_REMIND, at(days=1))


def date_missed(stage: Stage) -> notice_pb2.Notice:
    _on_its_way(stage)
    return _date(obligations.OBLIGATION_STEP_APOLOGISE, at(-10))


def no_scan(stage: Stage) -> notice_pb2.Notice:
    _on_its_way(stage)
    return _scan(events.WATCH_CAUSE_NO_SCAN)


def no_first_scan(stage: Stage) -> notice_pb2.Notice:
    _on_its_way(stage)
    del stage.order.parcels[0].scans[:]
    return _scan(events.WATCH_CAUSE_NO_FIRST_SCAN)


def follow_up(stage: Stage) -> notice_pb2.Notice:
    states = (lines.LINE_STATE_DELIVERED, lines.LINE_STATE_READY, lines.LINE_STATE_GRANTED)
    for line, state in zip(stage.order.lines, states, strict=True):
        line.state = state
    return notice_pb2.Notice(
        obligation=obligations.OBLIGATION_KIND_FOLLOW_UP, cause="complete", step=obligations.OBLIGATION_STEP_DUE
    )


def quiet(stage: Stage) -> None:
    """The order as it stands: packing began yesterday, and then nothing."""
    stage.order.lines[0].state = lines.LINE_STATE_PREPARING
    _happened(stage, events.CHANGE_KIND_ORDER_CREATED, at(-47))
    _happened(stage, events.CHANGE_KIND_PACKING_STARTED, SINCE)


def _on_its_way(stage: Stage) -> None:
    stage.order.lines[0].state = lines.LINE_STATE_SHIPPED
    _happened(stage, events.CHANGE_KIND_PARCEL_SHIPPED, at(-96), parcel_id="p1")
    parcel = stage.order.parcels.add(
        parcel_id="p1",
        carrier="cdek" if stage.words.language == "ru" else "royal-mail",
        tracking_number="RM123456785GB",
        tracking_url="https://track.example/RM123456785GB",
        lines=[lines.LineQuantity(line_id="book", quantity=2)],
        status=tracking.TRACKING_STATUS_IN_TRANSIT,
        shipped_at=at(-96),
        handed_over_at=at(-96),
    )
    parcel.scans.add(occurred_at=at(-73), status=tracking.TRACKING_STATUS_IN_TRANSIT, location=stage.words.scan_place)
    _happened(stage, events.CHANGE_KIND_PARCEL_PROGRESSED, at(-73), parcel_id="p1")


def _happened(stage: Stage, kind: events.ChangeKind.ValueType, when: Timestamp, *, parcel_id: str = "") -> None:
    entry = stage.order.timeline.add(
        sequence=len(stage.order.timeline) + 1, occurred_at=when, recorded_at=when, kind=kind, parcel_id=parcel_id
    )
    if parcel_id or kind == events.CHANGE_KIND_PACKING_STARTED:
        entry.line_ids.append("book")
    if kind == events.CHANGE_KIND_PARCEL_PROGRESSED:
        entry.tracking_status = tracking.TRACKING_STATUS_IN_TRANSIT


def _date(step: obligations.ObligationStep.ValueType, missed: Timestamp) -> notice_pb2.Notice:
    return notice_pb2.Notice(
        obligation=obligations.OBLIGATION_KIND_DATE,
        step=step,
        line_ids=["book"],
        parcel_id="p1",
        missed_at=missed,
        next_update_at=at(24),
    )


def _scan(cause: events.WatchCause.ValueType) -> notice_pb2.Notice:
    return notice_pb2.Notice(
        obligation=obligations.OBLIGATION_KIND_SCAN,
        step=obligations.OBLIGATION_STEP_DUE,
        watch_cause=cause,
        line_ids=["book"],
        parcel_id="p1",
        next_update_at=at(24),
    )
