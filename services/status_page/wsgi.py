"""The page under gunicorn: one worker with threads, started from our own settings and not from a file."""

import gc
from typing import Any

from gunicorn.app.base import BaseApplication

from chassis import tracing
from chassis.logs import configure
from chassis.ops import OpsServer
from status_page.bootstrap import make_page
from status_page.settings import PageSettings


class PageServer(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types.
    """Serves the page. Parts are made in the worker, because clients and threads must not be carried across a fork."""

    def __init__(self, settings: PageSettings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Our settings as gunicorn's."""
        settings = self._settings
        for name, value in {
            "bind": str(settings.listen),
            "workers": 1,
            "worker_class": "gthread",
            "threads": settings.threads,
            # Browsers ask for the page, its style and its script one after the other.
            "keepalive": 15,
            "timeout": 60,
            "graceful_timeout": 25,
            # Containers have a read-only root; the worker's heartbeat file lies in memory, and nothing else is written.
            "worker_tmp_dir": "/dev/shm",  # noqa: S108  # A folder in memory that every Linux has, for a file without content.
            "control_socket_disable": True,
            "loglevel": settings.log_level,
            "accesslog": None,
            "limit_request_line": 2048,
            "limit_request_fields": 60,
            "logger_class": "gunicorn.glogging.Logger",
            "post_worker_init": _started,
            "worker_exit": _stopped,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The app, made in the worker."""
        configure("status_page", fmt=self._settings.log_format, level=self._settings.log_level)
        tracing.start("status_page")
        page = make_page(self._settings)
        page.sender.start()
        page.desk_jobs.start()
        ops = OpsServer(self._settings.ops_listen, page.health).start() if self._settings.ops_listen else None
        self.running = (page, ops)
        return page.app


def serve(settings: PageSettings) -> None:
    """Serve until SIGTERM; requests under way are finished first. Does not return."""
    PageServer(settings).run()


def _started(worker: Any) -> None:
    # What is there now stays for ever; without this, every full collection looks at all of it again while buyers wait.
    gc.collect()
    gc.freeze()
    worker.log.info("the page answers")


def _stopped(_arbiter: Any, worker: Any) -> None:
    running = getattr(worker.app, "running", None)
    if running is None:
        return
    page, ops = running
    page.health.drain()
    page.desk_jobs.close()
    page.sender.close()
    if ops is not None:
        ops.close()
    tracing.stop()
