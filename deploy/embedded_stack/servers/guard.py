"""Starts a command that cannot outlive the process that asked for it.

Run as `python -I -S guard.py PARENT_PID COMMAND …`: it binds its own life to the parent's where the system can
(Linux: PR_SET_PDEATHSIG, which survives exec), then becomes the command. Elsewhere the pid file in the data folder
lets the next start find and end what was left behind.

The kernel ties this to the *thread* that started the child: start guarded commands from a thread that lives on.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1


def guarded(command: list[str]) -> list[str]:
    """The same command, bound to the life of the calling process."""
    return [sys.executable, "-I", "-S", str(Path(__file__)), str(os.getpid()), *command]


def main() -> None:
    parent, *command = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        # The parent may have died before the call above took hold.
        if os.getppid() != int(parent):
            sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606 - The list comes from our own code, and a shell would only be in the way.


if __name__ == "__main__":
    main()
