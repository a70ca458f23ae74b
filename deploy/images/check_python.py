"""While an image is built: refuse a Python whose mail generator lets headers be injected (CVE-2026-1299).

`check_python.py no` asks for a release that has the fix. `check_python.py yes` takes an older one from a distribution
that says it has put the fix in; whether it has is tried all the same.
"""

import sys
from email import message_from_string, policy

FIXED = {(3, 11): 15, (3, 12): 13, (3, 13): 12}
"""The first fixed release of each line. Later lines are judged by what they do."""


class _Smuggled(str):
    """A header's value that folds into two headers."""

    __slots__ = ()
    name = "Subject"

    def fold(self, **_: object) -> str:
        return str(self)

    def fold_binary(self, **_: object) -> bytes:
        return self.encode()


def is_fixed(version: tuple[int, int, int]) -> bool:
    """Whether the number of this release says nothing against it."""
    return version[:2] > max(FIXED) or version[2] >= FIXED.get(version[:2], sys.maxsize)


def lets_inject() -> bool:
    """Whether this Python writes a second header that was smuggled into the first."""
    message = message_from_string("Subject: one\r\n\r\ntext", policy=policy.SMTP)
    del message["Subject"]
    message["Subject"] = _Smuggled("one\r\nBcc: two@example.org\r\n")
    try:
        written = message.as_bytes()
    except Exception:  # noqa: BLE001 - Its class exists only where the fix is; any refusal is one.
        return False
    return b"\nBcc: two@" in written


def refusal(version: tuple[int, int, int], patched_by_distribution: str, *, injects: bool) -> str | None:
    """Why no image is built with this Python, or None."""
    said = f"Python {'.'.join(map(str, version))} "
    if injects:
        return said + "lets headers be injected into mails (CVE-2026-1299), tried just now. Choose another BASE."
    if is_fixed(version) or patched_by_distribution == "yes":
        return None
    wanted = ", ".join(f"{major}.{minor}.{patch}" for (major, minor), patch in FIXED.items())
    return said + (
        f"is older than the fix of CVE-2026-1299: BASE must have {wanted} or newer of its line. Where the distribution "
        "has put the fix into an older one, as Debian does, say so: --build-arg PATCHED_BY_DISTRIBUTION=yes"
    )


if __name__ == "__main__":
    sys.exit(refusal(sys.version_info[:3], sys.argv[1], injects=lets_inject()))
