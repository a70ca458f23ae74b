"""``python -m status_page`` serves the page, ``… projector`` keeps its read model, ``… rebuild`` makes it anew, and
``… inbound`` reads the mailbox that replies come to; ``… dead`` lists and replays records that the projector could not
handle; ``… prepare`` makes collections and indexes, and ends.
"""

import os
import sys
import time
from collections.abc import Mapping

from pymongo.errors import PyMongoError

from chassis import tracing
from chassis.backoff import Backoff
from chassis.logs import configure, get_logger
from chassis.mongo import is_unavailable, trouble
from chassis.settings import SettingsError, load
from chassis.shutdown import StopSignal
from status_page.settings import PageSettings, ProjectorSettings, StoreSettings

_USAGE = """\
usage: python -m status_page [projector | rebuild [--drop] | inbound | prepare]
       python -m status_page dead records
       python -m status_page dead replay-records (TOPIC:PARTITION:OFFSET | --all)
"""


def main(arguments: list[str]) -> int:
    """Run the command; the exit code."""
    try:
        return _command(arguments)
    except SettingsError as error:
        sys.stderr.write(f"status_page: {error}\n")
        return 2


def _command(arguments: list[str]) -> int:
    match arguments:
        case []:
            code = _page(load(PageSettings, os.environ))
        case ["projector"]:
            code = _projector(load(ProjectorSettings, os.environ))
        case ["rebuild", *flags] if flags in ([], ["--drop"]):
            code = _rebuild(load(ProjectorSettings, os.environ), drop=bool(flags))
        case ["dead", "records" | "replay-records" as action, *place] if len(place) == (action == "replay-records"):
            code = _dead(load(ProjectorSettings, os.environ), action, place)
        case ["inbound"]:
            code = _inbound(os.environ)
        case ["prepare"]:
            code = _prepare_only(load(StoreSettings, os.environ))
        case _:
            sys.stderr.write(_USAGE)
            code = 2
    return code


def _page(settings: PageSettings) -> int:
    configure("status_page", fmt=settings.log_format, level=settings.log_level)
    if not _prepare(settings, StopSignal().install()):
        return 0
    from status_page.inbound.measures import expose_received
    from status_page.web.measures import expose
    from status_page.wsgi import serve

    # Here and not in the worker, of which there is a new one whenever one was lost.
    expose()
    if settings.inbound_secret:
        expose_received()
    serve(settings)
    return 0


def _projector(settings: ProjectorSettings) -> int:
    configure("status_page.projector", fmt=settings.log_format, level=settings.log_level)
    tracing.start("status_page.projector")
    stop = StopSignal().install()
    if not _prepare(settings, stop):
        return 0
    from status_page.bootstrap import make_projector
    from status_page.projection.process import run

    try:
        return run(make_projector(settings), stop, settings.ops_listen)
    finally:
        tracing.stop()


def _inbound(environ: Mapping[str, str]) -> int:
    from status_page.inbound.process import run
    from status_page.inbound.settings import InboundSettings

    settings = load(InboundSettings, environ)
    configure("status_page.inbound", fmt=settings.log_format, level=settings.log_level)
    stop = StopSignal().install()
    return run(settings, stop) if _prepare(settings, stop) else 0


def _rebuild(settings: ProjectorSettings, *, drop: bool) -> int:
    configure("status_page.rebuild", fmt=settings.log_format, level=settings.log_level)
    from status_page.projection.rebuild import rebuild

    return rebuild(settings, drop=drop)


def _dead(settings: ProjectorSettings, action: str, place: list[str]) -> int:
    # Without log lines: what it prints is for programs too.
    from status_page.projection.dead_records import run

    return run(settings, action, None if place in ([], ["--all"]) else place[0])


def _prepare_only(settings: StoreSettings) -> int:
    configure("status_page.prepare", fmt=settings.log_format, level=settings.log_level)
    return 0 if _prepare(settings, StopSignal().install()) else 1


def _prepare(settings: StoreSettings, stop: StopSignal) -> bool:
    """Wait until the database has what we need; False when asked to stop before."""
    from status_page.bootstrap import prepare_database

    log = get_logger(__name__)
    for wait in Backoff(initial=0.5, maximum=5.0, floor=0.2).delays():
        if stop.is_set():
            return False
        began = time.monotonic()
        try:
            prepare_database(settings)
        except PyMongoError as error:
            if not is_unavailable(error):
                raise
            log.warning("waiting for the database", reason=trouble(error), took=time.monotonic() - began)
            stop.wait(wait)
        else:
            return True
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
