"""What a person sees of the embedded stack: progress while it starts, then its logs, one prefix and colour a part.

Without a terminal everything is a plain line.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from embedded_stack.log_lines import LEVELS, LogLine, understand
from embedded_stack.supervisor import Part

COLOURS = ["cyan", "green", "magenta", "blue", "yellow", "bright_cyan", "bright_green", "bright_magenta"]
LEVEL_STYLE = {
    "debug": "dim",
    "warning": "yellow",
    "warn": "yellow",
    "error": "red",
    "critical": "bold red",
    "fatal": "bold red",
}


class Screen:
    """A watcher of the supervisor. Enter it while things start: on a terminal that shows a table that moves."""

    def __init__(
        self, parts: Sequence[Part], *, servers: Sequence[str] = (), console: Console | None = None, raw: bool = False
    ) -> None:
        """`servers` are parts whose usual talk stays in their log files; `raw` prints the others' lines as they are."""
        self.console = console or Console(highlight=False, soft_wrap=True)
        self._names = [part.name for part in parts]
        self._servers = set(servers)
        self._raw = raw
        self._width = max((len(name) for name in self._names), default=0)
        self._began: dict[str, float] = {}
        self._ready: dict[str, float] = {}
        self._spinner = Spinner("dots", style="cyan")
        self._live: Live | None = None

    def __enter__(self) -> Self:
        if self.console.is_terminal:
            self._live = Live(self, console=self.console, refresh_per_second=10)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def __rich__(self) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        for name in self._names:
            if name in self._ready:
                table.add_row(
                    Text("✓", "green"),
                    Text(name, self._colour(name)),
                    Text(f"ready after {self._ready[name]:.1f} s", "dim"),
                )
            elif name in self._began:
                waited = time.monotonic() - self._began[name]
                table.add_row(self._spinner, Text(name, self._colour(name)), Text(f"starting, {waited:.1f} s", "dim"))
            else:
                table.add_row(Text("·", "dim"), Text(name, "dim"), Text("waits for what it needs", "dim"))
        return table

    def note(self, text: str, style: str = "") -> None:
        """Something of the stack's own to say."""
        self._print("wismo", Text(text, style))

    def starting(self, part: Part) -> None:
        again = part.name in self._began
        self._began[part.name] = time.monotonic()
        if again or self._live is None:
            self._print(part.name, Text("starting again" if again else "starting", "dim"))

    def ready(self, part: Part, seconds: float) -> None:
        self._ready[part.name] = seconds
        if self._live is None:
            self._print(part.name, Text(f"ready after {seconds:.1f} s", "green"))

    def died(self, part: Part, how: str, again_in: float, *, in_a_row: int) -> None:
        self._ready.pop(part.name, None)
        times = f", {in_a_row} times in a row" if in_a_row > 1 else ""
        self._print(part.name, Text(f"{how}{times}; starting it again in {again_in:.1f} s", "bold red"))
        if in_a_row == 5:
            self.note(f"{part.name} keeps dying. Its log file may say why; it is tried again all the same.", "bold red")

    def stopping(self, part: Part) -> None:
        pass  # `stopped` follows within seconds.

    def stopped(self, part: Part) -> None:
        self._print(part.name, Text("stopped", "dim"))

    def said(self, part: Part, line: str) -> None:
        understood = understand(line)
        if understood.weight < self._threshold(part):
            return
        if self._raw and part.name not in self._servers:
            self.console.out(line, highlight=False)
            return
        self._print(part.name, _shown(understood), understood.time)
        for more in understood.more:
            self._print(part.name, Text(f"  {more}", "dim"))

    def _threshold(self, part: Part) -> int:
        if part.name in self._servers:
            return LEVELS["error"]
        return LEVELS["info"] if self._live is None else LEVELS["warning"]

    def _print(self, name: str, text: Text, at: datetime | None = None) -> None:
        clock = (at or datetime.now(UTC).astimezone()).strftime("%H:%M:%S")
        prefix = Text.assemble((clock, "dim"), " ", (name.ljust(self._width), self._colour(name)), " ")
        self.console.print(prefix + text)

    def _colour(self, name: str) -> str:
        if name not in self._names:
            return "bold"
        return COLOURS[self._names.index(name) % len(COLOURS)]


def _shown(line: LogLine) -> Text:
    text = Text(line.text, LEVEL_STYLE.get(line.level, ""))
    for name, value in line.details.items():
        text.append(f" {name}=", "dim").append(value, "dim" if line.weight < LEVELS["warning"] else "")
    return text
