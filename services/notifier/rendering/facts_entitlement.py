"""Facts of everything that is not carried: downloads and access."""

from collections.abc import Iterable
from typing import Any

import wording
from notifier.rendering.kit import Kit
from wismo.orders.v1 import entitlement_pb2 as entitlement

Facts = dict[str, Any]

_DAY = 86_400


def download_ready(kit: Kit) -> Facts:
    """The files, the licence key, how often and until when, and the steps."""
    change = kit.change.download_ready
    key = kit.open_secret(change.licence_key) if change.HasField("licence_key") else ""
    return files_and_steps(kit, change.line_id, change.files) | {
        "allowed_count": change.allowed_count,
        "until": kit.moment(change, "expires_at"),
        "days_after_first": _days(change.expires_after_first.seconds) if change.HasField("expires_after_first") else 0,
        "licence_key": key,
        "look_alikes": wording.look_alikes(key, kit.reader.language),
    }


def download_renewed(kit: Kit) -> Facts:
    """The files once more, with the new count and expiry."""
    change = kit.change.download_renewed
    found = (one for one in kit.order.downloads if one.line_id == change.line_id)
    download = next(found, entitlement.Download(line_id=change.line_id))
    return files_and_steps(kit, change.line_id, download.files) | {
        "allowed_count": download.allowed_count,
        "until": kit.moment(change, "expires_at") or kit.moment(download, "expires_at"),
        "by_buyer": change.by_buyer,
    }


def download_revoked(kit: Kit) -> Facts:
    """Which, and why."""
    change = kit.change.download_revoked
    return {"title": kit.title(change.line_id), "reason": change.reason}


def access_granted(kit: Kit) -> Facts:
    """Where to log in, with what, and how."""
    change = kit.change.access_granted
    language = kit.reader.language
    code = kit.open_secret(change.code)
    return {
        "title": kit.title(change.line_id),
        "login_url": change.login_url,
        "username": change.username,
        "code": code,
        "case_sensitive": change.case_sensitive,
        "case": wording.letter_case_matters(language, case_sensitive=change.case_sensitive),
        "look_alikes": wording.look_alikes(code, language),
        "latin": language.tag != "en" and code.isascii() and any(character.isalpha() for character in code),
        "steps": list(change.steps) or log_in_steps(kit, change.login_url, change.username),
        "until": kit.moment(change, "expires_at"),
    }


def access_revoked(kit: Kit) -> Facts:
    """Which, and why."""
    change = kit.change.access_revoked
    return {"title": kit.title(change.line_id), "reason": change.reason}


def files_and_steps(kit: Kit, line_id: str, files: Iterable[entitlement.DownloadFile]) -> Facts:
    """The files with their sizes, and the steps when all are for one system."""
    listed = list(files)
    language = kit.reader.language
    platforms = {file.platform for file in listed}
    steps: list[str] = []
    if listed and len(platforms) == 1:
        steps.append(
            kit.gettext(
                "Press “%(button)s” in this mail. Your order page opens, with the files on it.", button=kit.button
            )
        )
        steps += wording.download_steps(listed[0].platform, listed[0].file_name, language)
    return {
        "title": kit.title(line_id),
        "files": [(file.file_name, language.size(file.size_bytes) if file.size_bytes else "") for file in listed],
        "steps": steps,
        "downloads_link": f"{kit.link}#downloads",
    }


def log_in_steps(kit: Kit, login_url: str, username: str) -> list[str]:
    """Steps for a mail, where there is no button that copies."""
    steps = [kit.gettext("Open the login page: %(url)s", url=login_url)]
    if username:
        steps.append(kit.gettext("Type your user name, as it stands above: %(username)s", username=username))
    return [
        *steps,
        kit.gettext(
            "Mark the code in this mail: double-click it with a mouse, or press on it and hold with a finger. "
            "Choose “Copy”."
        ),
        kit.gettext(
            "Go back to the login page. Press and hold (or right-click) the field for the code, and choose “Paste”. "
            "If you type it by hand, do so character by character, with no space before or after it."
        ),
        kit.gettext("Press the button to log in. If the code is not taken, check the Caps Lock key and try once more."),
        kit.gettext("If it still does not work, reply to this mail. It is not your fault, and we help you at once."),
    ]


def _days(seconds: int) -> int:
    return max(1, round(seconds / _DAY))
