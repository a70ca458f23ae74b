"""`python -m embedded_stack`: all of Wismo on this machine, behind `make run`."""

import argparse
import asyncio
import os
import sys

from chassis.settings import SettingsError, describe, load
from embedded_stack.servers.data_folder import DataFolder, FolderInUseError
from embedded_stack.servers.ports import PortTakenError
from embedded_stack.settings import StackSettings

ABOUT = """\
Starts Kafka, a database, an inbox and Wismo's services, keeps them running, and stops them all on Ctrl-C.
The first start sends a few demo orders. Data, keys and logs stay in WISMO_DATA_DIR until `make reset`.
"""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m embedded_stack",
        description=ABOUT,
        epilog=f"Settings, from the environment:\n{settings_table()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--with-parent", action="store_true", help="stop when the program that started this one ends")
    parser.add_argument("--settings", action="store_true", help="only print the table of settings")
    options = parser.parse_args()
    if options.settings:
        print(settings_table())
        return 0
    # Imported late: a second, in which nothing is said, before somebody who only asked for help gets it.
    from embedded_stack.run import run_stack

    try:
        settings = load(StackSettings, os.environ)
        with DataFolder(settings.data_dir) as folder:
            return asyncio.run(run_stack(settings, folder, with_parent=options.with_parent))
    except FolderInUseError as error:
        print(
            f"Wismo runs already: {error}\nAnother one beside it needs a WISMO_DATA_DIR and ports of its own.",
            file=sys.stderr,
        )
    except (SettingsError, PortTakenError) as error:
        print(error, file=sys.stderr)
    return 1


def settings_table() -> str:
    rows = describe(StackSettings)
    width = max(len(row.variable) for row in rows)
    return "\n".join(f"  {row.variable.ljust(width)}  {(row.default or '-').ljust(7)}  {row.help}" for row in rows)


if __name__ == "__main__":
    sys.exit(main())
