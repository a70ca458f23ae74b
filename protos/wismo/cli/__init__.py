"""The `wismo` command (extra `cli`)."""

import sys


def main() -> None:
    """Entry point. Says what to install where the extra is missing."""
    try:
        from wismo.cli.app import run
    except ModuleNotFoundError as missing:
        if missing.name not in {"typer", "rich", "yaml"}:
            raise
        print(f"`wismo` needs {missing.name}. Install it with: pip install 'wismo[cli]'", file=sys.stderr)
        sys.exit(2)
    sys.exit(run(sys.argv[1:]))
