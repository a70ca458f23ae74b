"""`python -m orders` serves the API (with the relay inside unless WISMO_RELAY=off); `python -m orders relay` only
relays; `python -m orders prepare` makes what is missing of collections, indexes and topics, and ends; `python -m orders
reconcile` lets a restored database learn what the topics know.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Coroutine
from typing import Any

from chassis import logs, tracing
from chassis.kafka import BrokerUnavailable
from chassis.moments import moment
from chassis.settings import SettingsError
from chassis.shutdown import StopSignal
from orders.processes import prepare_only, relay_only, serve
from orders.reconcile import Asked, reconcile
from orders.settings import Settings
from orders.use_cases.ports import StoreConflict, StoreUnavailable


def main(arguments: list[str]) -> int:
    """Run one process until it is told to stop. Returns its exit status; 2 for wrong settings or arguments."""
    chosen = _parser().parse_args(arguments)
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as wrong:
        sys.stderr.write(f"orders: {wrong}\n")
        return 2
    name = "-".join(["orders", *([chosen.command] if chosen.command else [])])
    logs.configure(name, fmt=settings.log_format, level=settings.log_level)
    tracing.start(name)
    try:
        return asyncio.run(_chosen(settings, chosen)) or 0
    except (BrokerUnavailable, StoreConflict, StoreUnavailable, OSError, ValueError) as error:
        sys.stderr.write(f"orders: {error}\n")
        return 1
    finally:
        tracing.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m orders", description="Takes fulfilment events and publishes them.")
    commands = parser.add_subparsers(dest="command", help="without one: serve the API")
    commands.add_parser("relay", help="only publish what was recorded")
    commands.add_parser("prepare", help="make what is missing of collections, indexes and topics, and end")
    again = commands.add_parser("reconcile", help="after a restore: read back from the topics what was recorded since")
    again.add_argument(
        "--backup", type=moment, required=True, metavar="TIME", help="when the backup was taken, or earlier: ISO 8601"
    )
    again.add_argument(
        "--accept-gaps", action="store_true", help="take an order as the topic has it although events of it are missing"
    )
    return parser


def _chosen(settings: Settings, chosen: argparse.Namespace) -> Coroutine[Any, Any, int | None]:
    if chosen.command == "reconcile":
        return reconcile(settings, Asked(chosen.backup, chosen.accept_gaps))
    run = {"relay": relay_only, "prepare": prepare_only}.get(chosen.command or "", serve)
    return run(settings, StopSignal().install())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
