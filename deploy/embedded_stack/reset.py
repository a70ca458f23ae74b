"""`make reset`: forgets everything that the embedded stack has stored, after asking."""

import os
import shutil
import sys

from chassis.settings import load
from embedded_stack.servers.data_folder import DataFolder, FolderInUseError
from embedded_stack.settings import StackSettings


def main() -> int:
    folder = load(StackSettings, os.environ).data_dir
    if not folder.exists():
        print(f"Nothing to forget: {folder} does not exist.")
        return 0
    if not (folder / "keys.json").exists():
        # The setting may name any folder; only one that we made is ours to remove.
        print(f"{folder} was not made by `make run` (it has no keys.json); nothing was removed.", file=sys.stderr)
        return 1
    if "--yes" not in sys.argv[1:] and not agreed(f"Forget all orders, mails and keys in {folder}? [y/N] "):
        print("Nothing was removed.")
        return 1
    try:
        # Entered and left again: no instance runs on it, and what a killed one left behind is ended.
        with DataFolder(folder):
            shutil.rmtree(folder)
    except FolderInUseError as error:
        print(f"Wismo is running: {error}", file=sys.stderr)
        return 1
    print(f"Forgotten: {folder}")
    return 0


def agreed(question: str) -> bool:
    try:
        return input(question).strip().lower() in {"y", "yes"}
    except EOFError:
        return False


if __name__ == "__main__":
    sys.exit(main())
