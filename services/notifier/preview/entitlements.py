"""Sample changes of downloads, access and trials."""

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from notifier.preview.stage import Stage, at
from wismo.care.v1 import notice_pb2
from wismo.care.v1 import obligation_pb2 as obligations
from wismo.orders.v1 import entitlement_pb2 as entitlement
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import line_pb2 as lines

LOGIN_URL = "https://room.lantern.example/enter"


def _open_download(stage: Stage) -> entitlement.Download:
    stage.order.lines[1].state = lines.LINE_STATE_READY
    file = entitlement.DownloadFile(
        file_id="atlas-win",
        file_name="atlas-2.1-setup.exe",
        size_bytes=48_234_496,
        local_path="atlas-2.1-setup.exe",
        platform=entitlement.PLATFORM_WINDOWS,
    )
    stage.order.downloads.add(
        line_id="atlas",
        files=[file],
        licence_key=stage.seal("ATLAS-7Q2M-1IL0-OX58"),
        allowed_count=3,
        expires_at=at(days=30),
        issue=1,
        ready_at=at(0),
    )
    return stage.order.downloads[0]


def download(stage: Stage) -> events.FulfilmentEvent:
    ready = _open_download(stage)
    return events.FulfilmentEvent(
        download_ready=events.DownloadReady(
            line_id="atlas",
            files=ready.files,
            licence_key=ready.licence_key,
            allowed_count=3,
            expires_at=ready.expires_at,
        )
    )


def renewed(stage: Stage) -> events.FulfilmentEvent:
    ready = _open_download(stage)
    return events.FulfilmentEvent(
        download_renewed=events.DownloadRenewed(line_id="atlas", expires_at=ready.expires_at, by_buyer=True)
    )


def download_revoked(stage: Stage) -> events.FulfilmentEvent:
    stage.order.lines[1].state = lines.LINE_STATE_REVOKED
    return events.FulfilmentEvent(
        download_revoked=events.DownloadRevoked(line_id="atlas", reason=stage.words.revoked_reason)
    )


def access(stage: Stage) -> events.FulfilmentEvent:
    stage.order.lines[2].state = lines.LINE_STATE_GRANTED
    granted = events.AccessGranted(
        line_id="room",
        login_url=LOGIN_URL,
        username=stage.order.buyer.email,
        code=stage.seal("Kl0O-8BIl-q9Zs"),
        case_sensitive=True,
        expires_at=at(days=365),
    )
    stage.order.accesses.add(line_id="room", login_url=LOGIN_URL, case_sensitive=True, expires_at=granted.expires_at)
    return events.FulfilmentEvent(access_granted=granted)


def access_revoked(stage: Stage) -> events.FulfilmentEvent:
    stage.order.lines[2].state = lines.LINE_STATE_REVOKED
    return events.FulfilmentEvent(
        access_revoked=events.AccessRevoked(line_id="room", reason=stage.words.revoked_reason)
    )


def _begin_trial(stage: Stage) -> entitlement.Trial:
    stage.order.lines[2].kind = lines.LINE_KIND_TRIAL
    stage.order.lines[2].state = lines.LINE_STATE_TRIAL_RUNNING
    stage.order.trials.add(
        line_id="room",
        started_at=at(0),
        ends_at=at(days=14),
        price_after=stage.words.price,
        billing_period=Duration(seconds=30 * 86400),
        allowance_unit=stage.words.allowance_unit,
        allowance_total=10,
        allowance_used=3,
        terms_summary=stage.words.terms,
    )
    return stage.order.trials[0]


def trial_started(stage: Stage) -> events.FulfilmentEvent:
    trial = _begin_trial(stage)
    return events.FulfilmentEvent(
        trial_started=events.TrialStarted(
            line_id="room",
            ends_at=trial.ends_at,
            price_after=trial.price_after,
            billing_period=trial.billing_period,
            allowance_unit=trial.allowance_unit,
            allowance_total=trial.allowance_total,
            terms_summary=trial.terms_summary,
        )
    )


def charge_coming(stage: Stage) -> events.FulfilmentEvent:
    trial = _begin_trial(stage)
    trial.charge_at.CopyFrom(at(days=14))
    trial.charge_amount.CopyFrom(stage.words.price)
    return events.FulfilmentEvent(
        charge_coming=events.ChargeComing(line_id="room", charge_at=at(days=14), amount=stage.words.price)
    )


def charge_made(stage: Stage) -> events.FulfilmentEvent:
    _begin_trial(stage).charged_at.CopyFrom(at(0))
    stage.order.lines[2].state = lines.LINE_STATE_SUBSCRIBED
    return events.FulfilmentEvent(
        charge_made=events.ChargeMade(
            line_id="room", amount=stage.words.price, receipt_url="https://pay.lantern.example/receipt"
        )
    )


def trial_cancelled(stage: Stage) -> events.FulfilmentEvent:
    _begin_trial(stage).cancelled_at.CopyFrom(at(0))
    stage.order.lines[2].state = lines.LINE_STATE_TRIAL_ENDED
    return events.FulfilmentEvent(trial_cancelled=events.TrialCancelled(line_id="room", by_buyer=True))


def trial_ending(stage: Stage) -> notice_pb2.Notice:
    trial = _begin_trial(stage)
    return notice_pb2.Notice(
        obligation=obligations.OBLIGATION_KIND_CHARGE_NOTICE,
        step=obligations.OBLIGATION_STEP_DUE,
        line_ids=["room"],
        ends_at=trial.ends_at,
        charge_at=trial.ends_at,
        amount=trial.price_after,
    )


def free_trial_ending(stage: Stage) -> notice_pb2.Notice:
    trial = _begin_trial(stage)
    trial.ClearField("price_after")
    trial.ClearField("billing_period")
    return notice_pb2.Notice(
        obligation=obligations.OBLIGATION_KIND_CHARGE_NOTICE,
        step=obligations.OBLIGATION_STEP_DUE,
        line_ids=["room"],
        ends_at=trial.ends_at,
    )


def download_reminder(stage: Stage) -> notice_pb2.Notice:
    ready = _open_download(stage)
    ready.ready_at.CopyFrom(at(days=-4))
    return _reminder("atlas", "download/atlas/unused", ready.expires_at)


def access_reminder(stage: Stage) -> notice_pb2.Notice:
    access(stage)
    granted = stage.order.accesses[0]
    granted.code.CopyFrom(stage.seal("Kl0O-8BIl-q9Zs"))
    granted.username = stage.order.buyer.email
    granted.granted_at.CopyFrom(at(days=-4))
    return _reminder("room", "access/room/unused", granted.expires_at)


def _reminder(line_id: str, cause: str, ends_at: Timestamp) -> notice_pb2.Notice:
    return notice_pb2.Notice(
        obligation=obligations.OBLIGATION_KIND_REMINDER,
        cause=cause,
        step=obligations.OBLIGATION_STEP_DUE,
        line_ids=[line_id],
        ends_at=ends_at,
    )
