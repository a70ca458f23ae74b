"""Makes `.venv` with every package at its locked version. Needs nothing but Python itself.

`python3 deploy/prepare.py packages` prepares or mends it, `… lock [--upgrade]` resolves the locked versions anew.
Packages are checked against the hashes in the lock files. uv does the work; where it cannot reach an index that pip
is configured for in a way only pip understands, pip does.
"""

import hashlib
import os
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / ".prepared"
LOCK = ROOT / "requirements.lock"
UV_LOCK = ROOT / "requirements-uv.lock"
IMAGES_LOCK = ROOT / "deploy" / "images" / "build-tools.lock"
PIP = [str(BIN / "python"), "-m", "pip", "--disable-pip-version-check"]
UV = [str(BIN / "uv"), "pip"]


def packages() -> None:
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
        STAMP.touch()  # Something else in these files changed, such as the settings of a tool.
        return
    if not (BIN / "python").exists():
        step("Making .venv", make_venv)
    step("Fetching the installer", lambda: run([*PIP, "install", "-q", "--require-hashes", "-r", str(UV_LOCK)]))
    step("Installing the locked packages", install_locked)
    step("Installing Wismo itself", install_ourselves)
    STAMP.write_text(wanted, encoding="utf-8")


def fingerprint() -> str:
    """Of all that decides what is in .venv."""
    made = hashlib.sha256(Path(__file__).read_bytes())
    for lock_file in (LOCK, UV_LOCK):
        made.update(lock_file.read_bytes())
    for distribution in (ROOT, ROOT / "protos"):
        described = tomllib.loads((distribution / "pyproject.toml").read_text(encoding="utf-8"))
        hatch = described.get("tool", {}).get("hatch")
        made.update(repr((described["build-system"], described["project"], hatch)).encode())
    return made.hexdigest()


def make_venv() -> None:
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if made.returncode:
        sys.exit(
            f"Python could not make a virtual environment:\n{made.stdout}{made.stderr}\n"
            "On Debian and Ubuntu, `apt-get install python3-venv` gives it what it needs."
        )


def install_locked() -> None:
    common = ["install", "-q", "--require-hashes", "-r", str(LOCK)]
    if subprocess.run([*UV, *common, *into_venv()], env=environment(), check=False).returncode:
        print("  uv could not; trying again with pip.", flush=True)
        run([*PIP, *common])


def install_ourselves() -> None:
    # The build tools come from the lock file too, hence no isolated build that would fetch others.
    ours = ["-e", str(ROOT / "protos"), "-e", str(ROOT)]
    run([*UV, "install", "-q", "--no-build-isolation", "--no-deps", *into_venv(), *ours])


def lock(*, upgrade: bool) -> None:
    how = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "-q"]
    how += ["--upgrade"] if upgrade else []
    ours = ["--no-emit-package", "wismo", "--no-emit-package", "wismo-services"]
    run([*UV, "compile", "pyproject.toml", "--all-extras", *how, *ours, "-o", LOCK.name])
    run([*UV, "compile", "-", "--no-annotate", *how, "-o", UV_LOCK.name], given="uv\n")
    # What images are built with and do not keep; where it is in .venv too, at the same version.
    same = ["-c", LOCK.name, "-o", str(IMAGES_LOCK.relative_to(ROOT))]
    run([*UV, "compile", "-", "--no-annotate", *how, *same], given="cyclonedx-bom\nhatchling\n")


def environment() -> dict[str, str]:
    """For uv, which reads neither pip's configuration nor its variables: where pip would look."""
    known = dict(os.environ)
    for option, variable in (("index-url", "UV_DEFAULT_INDEX"), ("extra-index-url", "UV_INDEX")):
        asked = subprocess.run([*PIP, "config", "get", f"global.{option}"], capture_output=True, text=True, check=False)
        configured = os.environ.get(f"PIP_{option.upper().replace('-', '_')}") or asked.stdout.strip()
        if configured:
            known.setdefault(variable, configured)
    return known


def into_venv() -> list[str]:
    return ["--python", str(BIN / "python")]


def run(command: list[str], *, given: str | None = None) -> None:
    done = subprocess.run(command, cwd=ROOT, env=environment(), input=given, text=True, check=False)
    if done.returncode:
        sys.exit(f"\nThis failed:\n  {' '.join(command)}")


def step(what: str, do: Callable[[], None]) -> None:
    """Say what is done and for how long; on a terminal the seconds move."""
    began = time.monotonic()
    if not sys.stdout.isatty():
        print(f"• {what} …", flush=True)
        do()
        print(f"  done in {time.monotonic() - began:.1f} s", flush=True)
        return
    done = threading.Event()

    def tick() -> None:
        while True:
            print(f"\r• {what} … {time.monotonic() - began:.0f} s ", end="", flush=True)
            if done.wait(0.5):
                return

    clock = threading.Thread(target=tick, daemon=True)
    clock.start()
    try:
        do()
    finally:
        done.set()
        clock.join()
    print(f"\r• {what}: done in {time.monotonic() - began:.1f} s   ", flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["packages"]:
            packages()
        case ["lock", *rest]:
            lock(upgrade="--upgrade" in rest)
        case _:
            sys.exit(__doc__)
