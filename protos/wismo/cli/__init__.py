"""The `wismo` command (extra `cli`)."""

import os
import sys


def main() -> None:
    """Entry point. Says what to install where the extra is missing."""
    # What gRPC's core writes about connections on its way is noise between the lines of a command; errors still come.
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    try:
        from wismo.cli.app import run
    except ModuleNotFoundError as missing:
        if missing.name not in {"typer", "rich", "yaml"}:
            raise
        print(f"`wismo` needs {missing.name}. Install it with: pip install 'wismo[cli]'", file=sys.stderr)
        sys.exit(2)
    sys.exit(run(sys.argv[1:]))
