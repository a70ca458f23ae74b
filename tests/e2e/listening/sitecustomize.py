"""Notes which fields the filters of all database commands of a process have; Python runs it first by its name.

One line of JSON for each different command, appended to the file that WISMO_TEST_COMMANDS names.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pymongo import monitoring

FILE = os.environ.get("WISMO_TEST_COMMANDS")


class Notes(monitoring.CommandListener):
    """Each different command once."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._noted: set[str] = set()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        collection = f"{event.database_name}.{event.command.get(event.command_name)}"
        for query in filters(event.command_name, event.command):
            fields = {name: operators(value) for name, value in sorted(query.items())}
            line = json.dumps([collection, event.command_name, fields])
            if line not in self._noted:
                self._noted.add(line)
                with self._file.open("a", encoding="utf-8") as file:
                    file.write(f"{line}\n")

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


def filters(name: str, command: Any) -> Iterator[Any]:
    """Every filter in the command; none for one that has none, such as an insert."""
    match name:
        case "find":
            yield command.get("filter", {})
        case "findAndModify" | "count" | "distinct":
            yield command.get("query", {})
        case "update" | "delete":
            yield from (each["q"] for each in command[f"{name}s"])
        case "aggregate":
            yield command["pipeline"][0].get("$match", {}) if command["pipeline"] else {}
        case _:
            return


def operators(value: Any) -> str:
    """``=`` for a value, else the operators: ``$in``, ``$gt $lt``."""
    if isinstance(value, dict) and value and all(str(key).startswith("$") for key in value):
        return " ".join(sorted(value))
    return "="


if FILE:
    monitoring.register(Notes(Path(FILE)))
