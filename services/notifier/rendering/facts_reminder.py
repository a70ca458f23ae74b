"""Facts of reminders: what waits unused, what ends soon, and the one question after everything has arrived."""

from typing import Any

import wording
from notifier.rendering.facts_entitlement import files_and_steps, log_in_steps
from notifier.rendering.kit import Kit
from wismo.orders.v1 import entitlement_pb2 as entitlement

Facts = dict[str, Any]

# merchant.proto: the default of `download_renewals`.
_RENEWALS = 1


def download_reminder(kit: Kit) -> Facts:
    """What can be downloaded, since when and until when, how, and whether the buyer can open it once more alone."""
    line_id = next(iter(kit.notice.line_ids), "")
    found = (one for one in kit.order.downloads if one.line_id == line_id)
    download = next(found, entitlement.Download(line_id=line_id))
    policies = kit.merchant.policies
    renewals = policies.download_renewals if policies.HasField("download_renewals") else _RENEWALS
    return files_and_steps(kit, line_id, download.files) | {
        "since": kit.moment(download, "ready_at"),
        "until": kit.moment(kit.notice, "ends_at") or kit.moment(download, "expires_at"),
        "allowed_count": download.allowed_count,
        "taken": download.taken_count > 0,
        "can_renew": download.renewals_used < renewals,
    }


def access_reminder(kit: Kit) -> Facts:
    """Where to log in, with what, until when, and how. The code is said once more, so that nobody has to search."""
    line_id = next(iter(kit.notice.line_ids), "")
    found = (one for one in kit.order.accesses if one.line_id == line_id)
    access = next(found, entitlement.Access(line_id=line_id))
    language = kit.reader.language
    code = kit.open_secret(access.code) if access.HasField("code") else ""
    return {
        "title": kit.title(line_id),
        "since": kit.moment(access, "granted_at"),
        "until": kit.moment(kit.notice, "ends_at") or kit.moment(access, "expires_at"),
        "used": access.HasField("used_at"),
        "login_url": access.login_url,
        "username": access.username,
        "code": code,
        "case_sensitive": access.case_sensitive,
        "case": wording.letter_case_matters(language, case_sensitive=access.case_sensitive),
        "look_alikes": wording.look_alikes(code, language),
        "steps": list(access.steps) or log_in_steps(kit, access.login_url, access.username),
    }


def follow_up(kit: Kit) -> Facts:
    """Whether everything is all right: where to say that it is, and that it is not."""
    return {"well_link": f"{kit.link}?then=well", "ask_link": f"{kit.link}#ask"}
