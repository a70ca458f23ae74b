"""The keys of one embedded installation, made once and kept beside its data, readable by their owner only."""

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from chassis.keys import hash_key, new_key


@dataclass(frozen=True)
class InstallationKeys:
    """Each in the form that its variable takes; see the services' settings."""

    sealing: str
    link: str
    cookie: str
    admin: str
    service: str

    @property
    def admin_hash(self) -> str:
        return hash_key(self.admin)

    @property
    def service_hash(self) -> str:
        return hash_key(self.service)


def installation_keys(folder: Path) -> InstallationKeys:
    """The keys in `folder`; what it has none of is made now. Without them, sealed data and old links open no more.

    A folder of an older version gains the keys that this one needs besides its own, and one of a newer version keeps
    those that are not known here.
    """
    file = folder / "keys.json"
    known: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    keys = InstallationKeys(**{each.name: known.get(each.name) or _new(each.name) for each in fields(InstallationKeys)})
    if (complete := {**known, **asdict(keys)}) != known:
        write_private(file, json.dumps(complete, indent=2))
    return keys


def _new(name: str) -> str:
    match name:
        case "sealing":
            return f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}"
        case "link":
            return f"k1:{secrets.token_urlsafe(32)}"
        case "cookie":
            return secrets.token_urlsafe(32)
        case _:
            return new_key(name)


def write_private(file: Path, content: str) -> None:
    """Write in one step, and never for a moment readable by others."""
    unfinished = file.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(content)
    unfinished.replace(file)
