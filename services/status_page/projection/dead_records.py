"""`python -m status_page dead records|replay-records`: the projector's dead records, and once more.

May run while projectors run: a row is replaced by a newer one only, so that a replayed older event changes nothing, and
brings nothing of an erased buyer back.
"""

from chassis.kafka.dead_commands import Consumer
from chassis.kafka.dead_commands import run as run_command
from chassis.mongo import is_unavailable, trouble
from status_page.bootstrap import DEAD_LETTERS, GROUP, make_projector
from status_page.settings import ProjectorSettings


def run(settings: ProjectorSettings, action: str, place: str | None) -> int:
    """List them, or replay one or (``place`` None) all of them; the exit code."""
    projector = make_projector(settings).projector
    consumer = Consumer(GROUP, DEAD_LETTERS, lambda: projector.handle, is_unavailable, trouble, "projected again")
    return run_command(settings.brokers, consumer, action, place)
