"""`python -m orders` serves the API (with the relay inside unless WISMO_RELAY=off); `python -m orders relay` only
relays; `python -m orders prepare` makes what is missing of collections, indexes and topics, and ends.
"""

import asyncio
import os
import sys

from chassis import logs, tracing
from chassis.settings import SettingsError
from chassis.shutdown import StopSignal
from orders.processes import prepare_only, relay_only, serve
from orders.settings import Settings


def main(arguments: list[str]) -> int:
    """Run one process until it is told to stop. Returns its exit status; 2 for wrong settings or arguments."""
    command = {(): serve, ("relay",): relay_only, ("prepare",): prepare_only}.get(tuple(arguments))
    if command is None:
        sys.stderr.write("usage: python -m orders [relay | prepare]\n")
        return 2
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as wrong:
        sys.stderr.write(f"orders: {wrong}\n")
        return 2
    logs.configure("-".join(["orders", *arguments]), fmt=settings.log_format, level=settings.log_level)
    tracing.start("-".join(["orders", *arguments]))
    stop = StopSignal().install()
    try:
        asyncio.run(command(settings, stop))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"orders: {error}\n")
        return 1
    finally:
        tracing.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
