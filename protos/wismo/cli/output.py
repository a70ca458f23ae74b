"""What a command says: tables with colour on a terminal, plain lines when piped, JSON when asked. NO_COLOR is
respected.
"""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from rich.console import Console
from rich.table import Table
from rich.text import Text

STATE_COLOURS = {
    "awaiting payment": "yellow",
    "confirmed": "cyan",
    "in preparation": "cyan",
    "partly on its way": "blue",
    "on its way": "blue",
    "complete": "green",
    "delivered": "green",
    "ready": "green",
    "granted": "green",
    "held up": "red",
    "returned": "magenta",
    "cancelled": "bright_black",
    "revoked": "bright_black",
    "yes": "green",
    "answered": "green",
    "accepted": "green",
    "kept": "green",
    "kept late": "yellow",
    "open": "yellow",
    "overdue": "red",
    "dark": "red",
    "escalated": "red",
    "broken": "red",
    "bounced": "red",
    "no": "red",
    "waiting": "yellow",
    "superseded": "bright_black",
    "void": "bright_black",
    "skipped": "bright_black",
    "ok": "green",
    "warn": "yellow",
    "fail": "red",
}


@dataclass(frozen=True, slots=True)
class Output:
    """Where a command's results and complaints go."""

    out: Console
    err: Console

    @property
    def terminal(self) -> bool:
        """True when a person looks at it live."""
        return self.out.is_terminal

    def line(self, text: str = "", style: str = "") -> None:
        """One line, never broken when piped, and never read as markup: texts come from shops and buyers."""
        _write(self.out, text, style)

    def complain(self, text: str, *, style: str = "red") -> None:
        """One line on the error output."""
        _write(self.err, text, style)

    def json(self, value: Any) -> None:
        """One JSON document; a message with the contract's own names."""
        _write(self.out, json.dumps(plain(value), ensure_ascii=False, indent=2))

    def json_line(self, value: Any) -> None:
        """One JSON document on one line, at once: for what never ends."""
        _write(self.out, json.dumps(plain(value), ensure_ascii=False))
        self.out.file.flush()

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table on a terminal; tab-separated lines with headings when piped."""
        if not self.terminal:
            self.line("\t".join(headings))
            for row in rows:
                self.line("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row))
            return
        self.out.print(table(headings, rows))


def _write(console: Console, text: str, style: str = "") -> None:
    text = printable(text)
    if console.is_terminal:
        console.print(Text(text, style=style), soft_wrap=True)
    else:
        console.file.write(text + "\n")  # As it is: rich would turn the tabs between cells into spaces.


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """A table whose cells are plain text, coloured where they are a state."""
    drawn = Table(*headings, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        drawn.add_row(*[Text(printable(cell), style=STATE_COLOURS.get(cell, "")) for cell in row])
    return drawn


def outputs(out: TextIO | None = None, err: TextIO | None = None, environ: Mapping[str, str] = os.environ) -> Output:
    """The consoles for this process. Colour where a terminal is and NO_COLOR is not."""
    out, err = out or sys.stdout, err or sys.stderr
    colourless = bool(environ.get("NO_COLOR"))
    return Output(
        Console(file=out, no_color=colourless, highlight=False, emoji=False),
        Console(file=err, no_color=colourless, highlight=False, emoji=False),
    )


def plain(value: Any) -> Any:
    """Messages as dictionaries, deep inside lists and dictionaries too."""
    if isinstance(value, Message):
        return MessageToDict(value, preserving_proto_field_name=True)
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def printable(text: str) -> str:
    """Without control characters, which could repaint a terminal; line ends and tabs stay."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "\N{REPLACEMENT CHARACTER}" for sign in text)
