"""Small real files behind the demo's download lines."""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

README = """\
Nightjar 2.4 (demo)

This is the file that a buyer of the demo order downloads. It is small, but real: the page counts the start of the
download, resumes it after a break, and shows the checksum that this file has.
"""
# The same bytes at each start, so that the checksum in the demo order stays true.
MOMENT = (2026, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class DemoFile:
    name: str
    size: int
    sha256: str


def write_demo_files(folder: Path) -> list[DemoFile]:
    """Write the files into `folder` unless they are there, and say what they are."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        "nightjar-2.4-windows.zip": _archive("nightjar.exe", 200_000),
        "nightjar-2.4-macos.zip": _archive("Nightjar.app", 200_000),
        "nightjar-2.4-linux.zip": _archive("nightjar", 200_000),
        "nightjar-handbook.txt": README.encode(),
    }
    for name, content in contents.items():
        if not (folder / name).exists():
            (folder / name).write_bytes(content)
    return [DemoFile(name, len(content), hashlib.sha256(content).hexdigest()) for name, content in contents.items()]


def _archive(program: str, size: int) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo("README.txt", MOMENT), README)
        # Stands for a program: bytes without a pattern that a proxy could shrink, and harmless to run.
        noise = b"".join(hashlib.sha256(f"{program}{block}".encode()).digest() for block in range(size // 32))
        archive.writestr(zipfile.ZipInfo(program, MOMENT), noise)
    return written.getvalue()
