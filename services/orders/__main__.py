"""`python -m orders` serves the API (with the relay inside unless WISMO_RELAY=off); `python -m orders relay` only
relays.
"""

import asyncio
import os
import sys

from chassis import logs
from chassis.settings import SettingsError
from chassis.shutdown import StopSignal
from orders.processes import relay_only, serve
from orders.settings import Settings


def main(arguments: list[str]) -> int:
    """Run one process until it is told to stop. Returns its exit status; 2 for wrong settings or arguments."""
    if arguments not in ([], ["relay"]):
        sys.stderr.write("usage: python -m orders [relay]\n")
        return 2
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as wrong:
        sys.stderr.write(f"orders: {wrong}\n")
        return 2
    logs.configure("orders-relay" if arguments else "orders", fmt=settings.log_format, level=settings.log_level)
    stop = StopSignal().install()
    try:
        asyncio.run(relay_only(settings, stop) if arguments else serve(settings, stop))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"orders: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
