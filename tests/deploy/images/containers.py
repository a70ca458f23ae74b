"""Containers of an image: commands in them, and processes in them as Kubernetes and Compose run them."""

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.deploy.tools import run

USER = 65532
_READ_ONLY = """
set -e
mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"
mount -t tmpfs -o mode=1777,size=64m tmpfs "$1/tmp"
mount -t proc proc "$1/proc"
mount --bind /dev "$1/dev"
mount -t tmpfs -o mode=1777,size=64m tmpfs "$1/dev/shm"
root=$1 user=$2; shift 2
exec chroot --userspec="$user:$user" --groups="$user" "$root" /usr/bin/env --chdir=/tmp -i "$@"
"""


class Container:
    """A container of an image; leaving forgets it."""

    def __init__(self, image: str) -> None:
        self._name = run("buildah", "from", image).strip()
        self._config: dict[str, Any] = json.loads(run("buildah", "inspect", "--type", "image", image))["OCIv1"][
            "config"
        ]
        self.root = Path(run("buildah", "mount", self._name).strip())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        run("buildah", "umount", self._name)
        run("buildah", "rm", self._name)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run it to its end, as the user that the image names."""
        return subprocess.run(
            ["buildah", "run", "--isolation", "chroot", self._name, "--", *command],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def start_read_only(self, command: list[str], environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
        """Start a process as nobody, on this root mounted read-only. It may write to a /tmp of its own and, as runtimes
        of containers have it, to a /dev/shm; nowhere else. It sees the image's environment and this one, and replaces
        the shell that mounts: signals reach it.
        """
        given = [*self._config["Env"], *(f"{key}={value}" for key, value in environment.items())]
        mounting = ["unshare", "--mount", "sh", "-c", _READ_ONLY, "read-only", str(self.root), str(USER)]
        with log.open("wb") as said:
            return subprocess.Popen([*mounting, *given, *command], stdout=said, stderr=subprocess.STDOUT)


_TRY = """
import errno, os, sys
for path in sys.argv[1:]:
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT))
        print(path, "written")
    except OSError as error:
        print(path, errno.errorcode[error.errno])
"""


def inside(process: subprocess.Popen[bytes], user: int, *command: str) -> str:
    """What a command prints that runs where a process lives. Raises AssertionError when it fails."""
    where = (f"--target={process.pid}", "--mount", "--root", "--wd", f"--setuid={user}", f"--setgid={user}")
    return run("nsenter", *where, "env", "PATH=/opt/wismo/bin:/usr/bin:/bin", *command)


def try_to_write(process: subprocess.Popen[bytes], user: int, *paths: str) -> dict[str, str]:
    """What became of a file that a user wrote where a process lives: `written`, or the error's name, such as EROFS."""
    said = inside(process, user, "python", "-c", _TRY, *paths)
    return dict(line.split(" ") for line in said.splitlines())


def status_of(process: subprocess.Popen[bytes]) -> dict[str, str]:
    """What the kernel says of a process: Uid, CapEff and more."""
    lines = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8").splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
