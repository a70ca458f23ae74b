"""Named places at which a test can kill the process: crashes happen where they hurt, not at random times.

``WISMO_CRASH_AT=orders.relay.after_publish`` kills the process (SIGKILL, nothing is flushed) the first time it comes
there, ``WISMO_CRASH_AT=orders.relay.after_publish:3`` the third time. Unset, a crash point costs one comparison.
"""

import ast
import os
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "WISMO_CRASH_AT"


@dataclass(frozen=True, slots=True)
class CrashPoint:
    """Where in the source a crash point stands."""

    name: str
    path: Path
    line: int


class CrashPlan:
    """At which point and on which visit the process is to die. ``die`` is replaced in tests."""

    def __init__(self, environ: Mapping[str, str], die: Callable[[], None]) -> None:
        """Reads WISMO_CRASH_AT. Raises ValueError when what follows the colon is not a number from 1."""
        name, _, nth = environ.get(VARIABLE, "").partition(":")
        self._name = name.strip()
        self._left = int(nth) if nth else 1
        if self._left < 1:
            raise ValueError(f"{VARIABLE}: the visit is counted from 1")
        self._die = die
        self._lock = threading.Lock()

    def visit(self, name: str) -> None:
        """Die if this is the point and the visit planned, else do nothing."""
        if name != self._name:
            return
        with self._lock:
            self._left -= 1
            due = self._left == 0
        if due:
            self._die()


def crash_point(name: str) -> None:
    """Mark a place where the process may be killed by a test. ``name`` is a literal: ``service.part.place``, unique."""
    _plan.visit(name)


def crash_points_in(*folders: Path) -> tuple[CrashPoint, ...]:
    """Every crash point in the Python files below these folders, by name. Reads the source, runs nothing.

    Raises ValueError for a name that is not a literal, or that is used twice: a test could not aim at it.
    """
    found: dict[str, CrashPoint] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            for point in _crash_points(path):
                if point.name in found:
                    raise ValueError(f"crash point {point.name} is at {found[point.name].path} and at {path}")
                found[point.name] = point
    return tuple(found[name] for name in sorted(found))


def _crash_points(path: Path) -> list[CrashPoint]:
    points = []
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", None)
        if called != "crash_point":
            continue
        name = node.args[0] if node.args else None
        if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
            raise ValueError(f"{path}:{node.lineno}: the name must be a literal")  # noqa: TRY004  # Of the source text.
        points.append(CrashPoint(name.value, path, node.lineno))
    return points


def _die_at_once() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


# Read once at import: the hooks stand on hot paths, and the variable is only ever set for a process as a whole.
_plan = CrashPlan(os.environ, _die_at_once)
