"""What somebody who looks at a supervisor gets to know."""

from typing import Protocol

from embedded_stack.supervisor.part import Part


class Watcher(Protocol):
    """Told everything, in the order in which it happens, on the supervisor's own thread: must not block."""

    def starting(self, part: Part) -> None: ...

    def ready(self, part: Part, seconds: float) -> None:
        """`seconds` since its start."""

    def died(self, part: Part, how: str, again_in: float, *, in_a_row: int) -> None:
        """It ended by itself. `in_a_row` counts deaths without a calm minute in between."""

    def stopping(self, part: Part) -> None: ...

    def stopped(self, part: Part) -> None: ...

    def said(self, part: Part, line: str) -> None:
        """One line of its output, without the line break."""
