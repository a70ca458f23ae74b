"""What must never be printed.

Values under the names of personal data and secrets, and such values inside other text.
"""

import re
from collections.abc import Mapping

HIDDEN = "[hidden]"

# Hidden whenever a key is one of these, or ends in "_" and one of these.
_HIDDEN_ANYWHERE = tuple(
    """authorization cookie credential credentials email licence_key license_key mail passphrase password phone postcode
    recipient secret session street token api_key access_code postal_address full_name first_name last_name
    display_name""".split()  # noqa: SIM905  # Words read better than fifty quotation marks.
)
# Hidden only when the key is exactly this: as an ending they are harmless (status_code, topic_name, listen_address).
_HIDDEN_EXACTLY = frozenset(
    """address addressee answer bcc body buyer cc city code contact from key_value link message_text name note plaintext
    question reply_to subject to zip""".split()  # noqa: SIM905  # Words read better than fifty quotation marks.
)
_E_MAIL = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|[^\s@<>\"']+@[^\s@<>\"']+\.[^\s@<>\"'.]+")
_IN_TEXT = (
    (_E_MAIL, HIDDEN),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+"), rf"\1 {HIDDEN}"),
    (re.compile(r"\bwk_[A-Za-z0-9_-]{8,}"), HIDDEN),
    # The token of a signed link stands in the path after /o/.
    (re.compile(r"/o/[A-Za-z0-9._-]+"), f"/o/{HIDDEN}"),
    # User and password of a connection URL.
    (re.compile(r"(?<=://)[^\s/@]+@"), f"{HIDDEN}@"),
    # Telephone numbers in the international form.
    (re.compile(r"(?<![\w+.-])\+\d(?:[ ().-]?\d){7,14}(?!\d)"), HIDDEN),
)


def mask(key: str, value: object) -> object:
    """``value`` fit to be printed under ``key``. Looks into mappings and sequences.

    Anything else unknown becomes its masked text.
    """
    if is_personal(key) and value is not None and not isinstance(value, bool):
        return HIDDEN
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(inner): mask(str(inner), item) for inner, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [mask("", item) for item in value]
    return mask_text(value if isinstance(value, str) else str(value))


def mask_text(text: str) -> str:
    """``text`` with e-mail addresses, phone numbers, credentials and link tokens in it hidden."""
    for pattern, instead in _IN_TEXT:
        text = pattern.sub(instead, text)
    return text


def is_personal(key: str) -> bool:
    """Whether values under this key are hidden whatever they are. Case, '-' and '.' in the key do not matter."""
    plain = re.sub(r"[-. ]", "_", key).lower()
    return (
        plain in _HIDDEN_EXACTLY
        or plain in _HIDDEN_ANYWHERE
        or plain.endswith(tuple("_" + name for name in _HIDDEN_ANYWHERE))
    )
