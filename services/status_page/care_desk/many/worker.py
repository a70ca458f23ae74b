"""The background thread that does jobs: chunk by chunk, each order told once however often it is begun again."""

import threading
import uuid
from collections.abc import Callable

from chassis.clock import Clock
from chassis.crash_points import crash_point
from chassis.logs import get_logger
from chassis.outbox import Letter, Outbox
from status_page.care_desk.acts.done import DoneAct, DoneActs
from status_page.care_desk.acts.explaining import name_trouble, words_of_trouble
from status_page.care_desk.found_orders import DeskOrders
from status_page.care_desk.many.affected import event_for
from status_page.care_desk.many.jobs import Job, Jobs
from status_page.outbox.facts import digest_of, recorded
from status_page.projection.rows import OrderRow

CHUNK = 50

_log = get_logger(__name__)


class JobWorker:
    """Claims a job, does it to its end, looks for the next. One thread a process; any number of processes."""

    def __init__(
        self,
        jobs: Jobs,
        orders: DeskOrders,
        outbox: Outbox,
        acts: DoneActs,
        clock: Clock,
        *,
        wake_sender: Callable[[], object] = lambda: None,
        pause: float = 1.0,
    ) -> None:
        self._jobs = jobs
        self._orders = orders
        self._outbox = outbox
        self._acts = acts
        self._clock = clock
        self._wake_sender = wake_sender
        self._pause = pause
        self._holder = uuid.uuid4().hex
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="desk-jobs", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def close(self, timeout: float = 10.0) -> None:
        """End after the present chunk; whoever comes next goes on from there once the lease has run out."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def work_once(self) -> bool:
        """Do one job to its end, if there is one; whether there was."""
        job = self._jobs.claim(self._holder, self._clock.now())
        if job is None:
            return False
        cursor = job.cursor
        while not self._stop.is_set():
            rows = self._orders.affected(job.facet, cursor, CHUNK)
            self._outbox.put(*(self._letter(job, row) for row in rows))
            crash_point("status_page.desk.jobs.before_advance")
            if rows:
                cursor = rows[-1].name
                self._wake_sender()
                if not self._jobs.advance(job.id, self._holder, cursor, len(rows), self._clock.now()):
                    return True
            if len(rows) < CHUNK:
                self._jobs.finish(job.id, self._holder, self._clock.now())
                return True
        return True

    def _letter(self, job: Job, row: OrderRow) -> Letter:
        # The same id for the same job and order: done again after a crash, it is told once all the same.
        request_id = f"job-{digest_of(job.id, row.name)}"
        now = self._clock.now()
        event = name_trouble(event_for(job, row.order, row.locale), request_id)
        text = words_of_trouble(event)
        self._acts.note(DoneAct(request_id, row.name, "explain", "", job.who, job.session, now, text))
        return recorded(row.name, event, now, request_id)

    def _run(self) -> None:
        failed = 0
        while not self._stop.is_set():
            busy = False
            try:
                busy = self.work_once()
                failed = 0
            except Exception as error:  # noqa: BLE001  # The database may be down; the thread must outlive whatever it is.
                failed += 1
                _log.warning("a job cannot go on now", error_kind=type(error).__name__, attempt=failed)
            if not busy:
                self._stop.wait(min(15.0, self._pause * (1 + failed)))
