"""A MongoDB-compatible database server in a process of its own.

The program is secantusd-rs (GPL-2.0): development only, started as a command and never imported. With
`--sync-on-commit` no acknowledged write was lost to kill -9; without it some were.
"""

import sysconfig
from pathlib import Path

from embedded_stack.servers.ports import HOST, free_port, require_free
from embedded_stack.servers.probes import mongo_answers
from embedded_stack.servers.server import Server


class DatabaseServer(Server):
    """`url` is what WISMO_MONGO_URL takes."""

    name = "database"

    def __init__(self, folder: Path, *, port: int = 0, setting: str = "DatabaseServer(port=…)") -> None:
        super().__init__(folder)
        self.port = port or free_port()
        self._setting = setting

    @property
    def url(self) -> str:
        return f"mongodb://{HOST}:{self.port}"

    def check_ports(self) -> None:
        require_free(self.port, "The database", self._setting)

    def command(self) -> list[str]:
        return [
            str(Path(sysconfig.get_path("scripts")) / "secantusd-rs"),
            *("--host", HOST, "--port", str(self.port)),
            *("--storage-path", str((self.folder / "data").absolute())),
            # Its log files are made at full size and read at each start: 2 GB by default take 20 seconds.
            *("--sync-on-commit", "--cache-size", "256M", "--log-file-max", "64MB", "--log-level", "WARNING"),
        ]

    def is_ready(self) -> bool:
        return mongo_answers(self.url)
