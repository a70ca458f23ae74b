"""The outsider's list of what had to be said, and of what was said before its time."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from notifier.care import AttentionKind, PlannedNotice
from tests.simulation.disasters import BACK_AFTER, OUTAGES
from tests.simulation.one_order import Story
from tests.simulation.oracle import HOUR, Judgement, moment, wrong_address
from wismo.orders.v1 import order_pb2
from wismo.orders.v1 import tracking_pb2 as tracking

SOON = timedelta(minutes=15)
"""Within this time what was missed is said (rule 2)."""
FIRST_SCAN, GAP, NOTICE = 48 * HOUR, 72 * HOUR, timedelta(days=7)
_RESTS = frozenset(
    {
        tracking.TRACKING_STATUS_DELIVERED,
        tracking.TRACKING_STATUS_AVAILABLE_FOR_PICKUP,
        tracking.TRACKING_STATUS_RETURNED,
        tracking.TRACKING_STATUS_CANCELLED,
        tracking.TRACKING_STATUS_EXPIRED,
    }
)


class Alerts:
    """Judges one life's notices."""

    def __init__(self, story: Story, end: datetime, judged: Judgement) -> None:
        self._story = story
        self._end = end
        self._judged = judged
        self._versions = [(moment(order.update_time), order) for order in story.versions]
        blocked = [(one.begins, one.ends + BACK_AFTER) for one in OUTAGES]
        self._blocked = [*blocked, *wrong_address(story)]

    def judge(self) -> None:
        """Fill in what was missed and what was early."""
        for what, at in (*self._late_answers(), *self._broken_words(), *self._missed_dates(), *self._lost_scans()):
            if at < self._end - HOUR and not self._said(what, at):
                self._judged.missed.append(f"{what} {at:%m-%d %H:%M}")
        self._charges()
        self._failures()
        for at, notice in self._story.notices:
            why = self._too_early(at, notice)
            if why:
                self._judged.early.append(f"{why} {at:%m-%d %H:%M}")

    def order_at(self, at: datetime) -> order_pb2.Order:
        """The order as it was known then."""
        known = [order for recorded, order in self._versions if recorded <= at]
        return known[-1] if known else self._versions[0][1]

    # ------------------------------------------------------------------------------------------------ what was missed

    def _said(self, what: str, at: datetime) -> bool:
        return any(at <= when <= at + SOON and what in _names(notice) for when, notice in self._story.notices)

    def _late_answers(self) -> Iterator[tuple[str, datetime]]:
        """Reply-by times that stood when they passed, with the question open."""
        for (_, order), until in self._spans():
            for question in order.questions:
                due = moment(question.reply_by) if question.HasField("reply_by") else None
                if due is None or question.HasField("answered_at") or not self._passes(order, due, until):
                    continue
                # What was accepted on the way names a new time; the reply-by in the order follows a second later.
                yield "answer_late", due

    def _broken_words(self) -> Iterator[tuple[str, datetime]]:
        """Next words that were promised for a time until which no word came."""
        for (_, order), until in self._spans():
            newest = max((one.sequence for one in order.timeline if one.kind in {50, 51, 52, 63}), default=0)
            for due in _promises(order):
                named_at = next(at for at, known in self._versions if due in _promises(known))
                spoken = (
                    one
                    for one in self._story.told
                    if one.worth_hearing
                    and named_at < one.accepted_at <= due
                    and (not one.sequences or max(one.sequences) > newest)
                )
                if self._passes(order, due, until) and next(spoken, None) is None:
                    yield "promise_missed", due

    def _missed_dates(self) -> Iterator[tuple[str, datetime]]:
        """Dates that stood when they passed, with nothing arrived."""
        from tests.simulation.oracle_dates import standing_dates

        for (_, order), until in self._spans():
            for due in standing_dates(order):
                if self._passes(order, due, until):
                    yield "date_missed", due

    def _lost_scans(self) -> Iterator[tuple[str, datetime]]:
        """Times by which a scan was due that did not come, as far as was known."""
        for (_, order), until in self._spans():
            for due in _scan_dues(order):
                if self._passes(order, due, until):
                    yield "parcel", due

    def _charges(self) -> None:
        """Each charge that was made had a notice seven days before, or the shop was told that it must not be made."""
        last = self._versions[-1][1]
        for trial in last.trials:
            if not trial.HasField("charged_at"):
                continue
            charged = moment(trial.charged_at)
            accepted = [
                one.accepted_at
                for one in self._story.told
                if one.kind == "charge_coming" and self._story.back.get(one.message_id, self._end) >= self._end
            ]
            in_time = any(at <= charged - NOTICE for at in accepted)
            warned = any(
                when < charged and _is_about(notice, AttentionKind.CHARGE) for when, notice in self._story.notices
            )
            if not (in_time or warned):
                self._judged.missed.append(f"charge {charged:%m-%d %H:%M}")

    def _failures(self) -> None:
        """Each message that came back, with no way left, was told to the shop at once; one alert for all in a row."""
        for back in self._story.back.values():
            told = [when for when, notice in self._story.notices if _is_about(notice, AttentionKind.MESSAGE_FAILED)]
            recently = any(back - 40 * HOUR <= when <= back + SOON for when in told)
            if back < self._end - HOUR and not recently and not self._is_closed(back):
                self._judged.missed.append(f"failure {back:%m-%d %H:%M}")

    def _is_closed(self, at: datetime) -> bool:
        return self.order_at(at).HasField("erase_time")

    # ------------------------------------------------------------------------------------------------- what was early

    def _too_early(self, at: datetime, notice: PlannedNotice) -> str:
        order = self.order_at(at)
        known = [one for one in self._story.told if one.accepted_at <= at]
        missed = moment(notice.notice.missed_at) if notice.notice.HasField("missed_at") else None
        if str(notice.kind) in {"answer_late", "promise_missed", "date_missed"} and (missed is None or missed > at):
            return str(notice.kind)
        if notice.kind == "answer_late" and all(one.HasField("answered_at") for one in order.questions):
            return "answer_late after the answer"
        if notice.kind == "no_scan" or _is_about(notice, AttentionKind.PARCEL):
            return "" if any(due <= at for due in _scan_dues(order)) else "no scan"
        if _is_about(notice, AttentionKind.DARK) and notice.recipient == "care" and notice.step.name == "DUE":
            empty = [one for one in known if one.worth_hearing][-1:]
            return "" if empty and not empty[0].new_fact else "dark"
        if _is_about(notice, AttentionKind.QUESTION) and notice.recipient == "escalation":
            asked = [moment(post.occurred_at) for one in order.questions for post in one.posts if post.from_buyer]
            return "" if asked and min(asked) + 48 * HOUR <= at else "escalation"
        return ""

    def _spans(self) -> Iterator[tuple[tuple[datetime, order_pb2.Order], datetime]]:
        ends = [at for at, _ in self._versions[1:]] + [self._end]
        return zip(self._versions, ends, strict=True)

    def _passes(self, order: order_pb2.Order, due: datetime, until: datetime) -> bool:
        """Whether the time passed while this was what was known, and the buyer could be told. Within a few seconds of
        news that is on its way nobody can know better.
        """
        at = moment(order.update_time)
        if not at <= due < until - 2 * timedelta(minutes=1) or order.HasField("erase_time"):
            return False
        return not any(begins - HOUR <= due < ends for begins, ends in self._blocked)


def _names(notice: PlannedNotice) -> str:
    matter = AttentionKind(notice.notice.attention.kind).name.lower() if notice.recipient != "buyer" else ""
    return f"{notice.kind} {matter}"


def _is_about(notice: PlannedNotice, kind: AttentionKind) -> bool:
    return notice.recipient != "buyer" and notice.notice.attention.kind == int(kind)


def _promises(order: order_pb2.Order) -> list[datetime]:
    promises = [moment(one.next_update_at) for one in order.problems if one.HasField("next_update_at")]
    return [*promises, moment(order.note_promise_at)] if order.HasField("note_promise_at") else promises


def _scan_dues(order: order_pb2.Order) -> Iterator[datetime]:
    for parcel in order.parcels:
        if parcel.status in _RESTS:
            continue
        seen = [moment(one.occurred_at) for one in parcel.scans if one.status not in {1, 2}]
        announced = [moment(one.occurred_at) for one in order.timeline if one.kind == 14]
        if parcel.HasField("handed_over_at"):
            announced.append(moment(parcel.handed_over_at))
        yield max(seen) + GAP if seen else max(announced) + FIRST_SCAN
