"""Keeps a set of programs running: starts each when what it needs is ready, restarts what dies, stops all.

Knows nothing of what the programs are.
"""

from embedded_stack.supervisor.part import Part
from embedded_stack.supervisor.supervisor import DoesNotStartError, Supervisor
from embedded_stack.supervisor.watcher import Watcher

__all__ = ["DoesNotStartError", "Part", "Supervisor", "Watcher"]
