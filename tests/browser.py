"""Finds a Chromium that the end-to-end test can drive, and installs Debian's where that is possible.

    python -m tests.browser [--install]

WISMO_BROWSER names one explicitly.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"]
PLACES = [
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
]
HOW = """\
No Chromium was found, and the end-to-end test needs one. Any of these will do:
  apt-get install chromium                         Debian, Ubuntu (as root)
  dnf install chromium                             Fedora
  .venv/bin/playwright install --with-deps chromium
  make test WISMO_BROWSER=/path/to/chromium        one that you have already
"""


def find_browser() -> Path | None:
    """The browser to drive, or None."""
    if named := os.environ.get("WISMO_BROWSER"):
        return Path(named)
    found = [Path(path) for name in NAMES if (path := shutil.which(name))]
    found += [place for place in PLACES if place.exists()]
    downloads = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    found += sorted(downloads.glob("chromium-*/chrome-linux*/chrome"))
    return found[0] if found else None


def install() -> bool:
    """Install Debian's package; False where this is not Debian or we are not root."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    print("• Installing chromium for the end-to-end test …", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
    ):
        if subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False).returncode:
            return False
    return find_browser() is not None


def main() -> None:
    browser = find_browser()
    if browser is None and "--install" in sys.argv and install():
        browser = find_browser()
    if browser is None:
        sys.exit(HOW)
    print(f"• The end-to-end test will use {browser}")


if __name__ == "__main__":
    main()
