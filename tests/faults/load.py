"""A shop that sends orders while something is done to the product, and the wait until all of it is settled."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from chassis.mongo import connect
from tests.faults.counting import Acknowledged, Kept

Say = Callable[[str], None]


class Load:
    """`wismo simulate` beside a running stack. Ends by itself; leaving early ends it.

    ``target`` may name several servers (``ipv4:host:port,host:port``): the client shares its calls out among them.
    """

    def __init__(
        self,
        addresses: dict[str, Any],
        folder: Path,
        *,
        orders: int,
        rate: float,
        seed: int,
        target: str = "",
        patience: float = 60.0,
    ) -> None:
        self.report = folder / "report.json"
        self._log = folder / "simulate.log"
        self._command = [
            *(sys.executable, "-m", "wismo.cli", "--target", target or addresses["target"]),
            *("--api-key", addresses["api_key"], "simulate", "--orders", str(orders), "--rate", str(rate)),
            *("--seed", str(seed), "--report", str(self.report), "--patience", str(patience)),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def runs(self) -> bool:
        """Whether it still sends."""
        return self._process is not None and self._process.poll() is None

    def finish(self, seconds: float = 600.0, *, may_be_refused: bool = False) -> dict[str, Any]:
        """Wait for its end; what it reports. Raises RuntimeError when it ended with an error.

        With ``may_be_refused`` a call that was refused is none: the drill looks at each by itself.
        """
        assert self._process is not None, "it was not started"
        self._process.wait(seconds)
        refused = may_be_refused and self._process.returncode == 1 and self.report.exists()
        if self._process.returncode != 0 and not refused:
            raise RuntimeError(f"simulate ended with {self._process.returncode}:\n{self._log.read_text()[-3000:]}")
        reported: dict[str, Any] = json.loads(self.report.read_text(encoding="utf-8"))
        return reported

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=subprocess.STDOUT)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def outstanding(mongo: str, report: Path) -> dict[str, int]:
    """What is still to be done, by kind; empty when all is settled."""
    acknowledged = Acknowledged.read(report)
    wanted = Kept.read(mongo, acknowledged).newest
    client = connect(mongo, "fault-drill")
    try:
        pages = client["wismo_status_page"]["orders"].find({"_id": {"$in": list(wanted)}}, {"sequence": 1})
        shown = {page["_id"]: page["sequence"] for page in pages}
        known = client["wismo_notifier"]["orders"].find({"_id": {"$in": list(wanted)}}, {"version": 1})
        heard = {order["_id"]: order["version"] for order in known}
        left = {
            "acknowledged orders unknown to orders": len(acknowledged.sequences.keys() - wanted.keys()),
            "rows in the outbox": len(list(client["wismo_orders"]["outbox"].find({}, {"_id": 1}))),
            "pages behind": sum(shown.get(order) != newest for order, newest in wanted.items()),
            "orders behind in the notifier": sum(heard.get(order) != newest for order, newest in wanted.items()),
        }
        for row in client["wismo_notifier"]["messages"].find({"state": {"$in": ["planned", "claimed"]}}, {"state": 1}):
            left[f"messages {row['state']}"] = left.get(f"messages {row['state']}", 0) + 1
    finally:
        client.close()
    return {what: number for what, number in left.items() if number}


def wait_until_settled(mongo: str, report: Path, seconds: float, say: Say) -> float:
    """Wait, saying every few seconds what is left; the seconds that it took. Raises TimeoutError."""
    began, said = time.monotonic(), 0.0
    while left := outstanding(mongo, report):
        waited = time.monotonic() - began
        if waited > seconds:
            raise TimeoutError(f"not settled within {seconds:.0f} s: {left}")
        if waited - said > 5:
            said = waited
            say(f"after {waited:.0f} s still to be done: {left}")
        time.sleep(0.5)
    return time.monotonic() - began
