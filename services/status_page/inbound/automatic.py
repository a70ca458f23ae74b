"""Answers that no human wrote, after RFC 3834 and what programs do instead. Pure."""

from status_page.inbound.mail import Mail

_PRECEDENCE = frozenset({"bulk", "junk", "list", "auto_reply"})
_SAY_SO = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Autoreply-From", "X-Auto-Response-Suppress")
_LISTS = ("List-Id", "List-Unsubscribe")
_MACHINES = frozenset({"mailer-daemon", "postmaster"})


def automatic(mail: Mail) -> str:
    """By what sign nobody wrote it: a short word of ours; empty when a human may have.

    ``Auto-Submitted: no`` says that a human did (RFC 3834, section 5), and nothing else is looked at then.
    """
    submitted = mail.header("Auto-Submitted")
    if submitted is not None:
        # Parameters and comments may follow: `auto-replied (vacation)`, `no; owner-email=…`.
        word = submitted.partition(";")[0].partition("(")[0].strip().lower()
        return "" if word == "no" else "auto-submitted"
    if (mail.header("Precedence") or "").strip().lower() in _PRECEDENCE:
        return "precedence"
    return_path = mail.header("Return-Path")
    if return_path is not None and return_path.strip() in {"", "<>"}:
        return "empty return path"
    if any((mail.header(name) or "no").strip().lower() != "no" for name in _SAY_SO):
        return "says so"
    if any(mail.header(name) for name in _LISTS):
        return "mailing list"
    return "mail system" if mail.sender.partition("@")[0] in _MACHINES else ""
