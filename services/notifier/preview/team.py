"""Sample alerts to the merchant's team."""

from notifier.preview import entitlements, questions, watch
from notifier.preview.stage import Maker, Stage, at
from wismo.care.v1 import care_service_pb2 as care
from wismo.care.v1 import notice_pb2


def alert(kind: care.AttentionKind.ValueType, *, escalated: bool = False) -> Maker:
    def make(stage: Stage) -> notice_pb2.Notice:
        match kind:
            case care.ATTENTION_KIND_PARCEL:
                notice = watch.no_scan(stage)
            case care.ATTENTION_KIND_QUESTION:
                notice = questions.late(stage)
            case _:
                notice = watch.still_with_you(stage)
        notice.attention.CopyFrom(_needs_you(stage, kind, escalated=escalated))
        return notice

    return make


def charge(stage: Stage) -> notice_pb2.Notice:
    notice = entitlements.trial_ending(stage)
    notice.attention.CopyFrom(_needs_you(stage, care.ATTENTION_KIND_CHARGE, escalated=False))
    return notice


def _needs_you(stage: Stage, kind: care.AttentionKind.ValueType, *, escalated: bool) -> care.Attention:
    return care.Attention(order=stage.order.name, kind=kind, since=at(-24), due_at=at(2), rank=1, escalated=escalated)
