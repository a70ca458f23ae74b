"""An inbox that takes every mail: SMTP to send to, IMAP and a web page to read it."""

import imaplib
import sys
import time
from collections.abc import Callable
from pathlib import Path

from embedded_stack.servers.inbox_files import PASSWORD, USER, Mail, kept, read
from embedded_stack.servers.ports import HOST, free_port, require_free
from embedded_stack.servers.probes import http_answers, smtp_answers
from embedded_stack.servers.server import Server

__all__ = ["InboxServer", "Mail"]


class InboxServer(Server):
    """`smtp_url` is what WISMO_SMTP_URL takes; `mails` reads what was accepted, per recipient."""

    name = "inbox"
    host = HOST
    user = USER
    password = PASSWORD

    def __init__(
        self,
        folder: Path,
        *,
        smtp_port: int = 0,
        imap_port: int = 0,
        web_port: int = 0,
        settings: tuple[str, str, str] = (
            "InboxServer(smtp_port=…)",
            "InboxServer(imap_port=…)",
            "InboxServer(web_port=…)",
        ),
    ) -> None:
        super().__init__(folder)
        self.smtp_port = smtp_port or free_port()
        self.imap_port = imap_port or free_port()
        self.web_port = web_port or free_port()
        self._settings = settings
        self._mail_folder = (folder / "mail").absolute()
        self._read: dict[Path, Mail] = {}

    @property
    def smtp_url(self) -> str:
        return f"smtp://{HOST}:{self.smtp_port}"

    @property
    def web_url(self) -> str:
        return f"http://{HOST}:{self.web_port}/"

    def mails(self, recipient: str | None = None) -> list[Mail]:
        """All accepted mails, or those to one envelope recipient (case is ignored), in the order of their arrival."""
        for file in kept(self._mail_folder):
            if file not in self._read:
                self._read[file] = read(file)
        mails = [self._read[file] for file in sorted(self._read)]
        if recipient is None:
            return mails
        return [mail for mail in mails if recipient.lower() in (address.lower() for address in mail.recipients)]

    def wait_for(
        self,
        recipient: str,
        *,
        count: int = 1,
        where: Callable[[Mail], bool] = lambda _mail: True,
        seconds: float = 20.0,
    ) -> list[Mail]:
        """The recipient's mails that `where` accepts, as soon as there are `count` of them; TimeoutError otherwise."""
        give_up = time.monotonic() + seconds
        while len(found := [mail for mail in self.mails(recipient) if where(mail)]) < count:
            if time.monotonic() > give_up:
                there = [mail.subject for mail in self.mails(recipient)]
                raise TimeoutError(f"{recipient} has {len(found)} of {count} mails after {seconds:.0f} s; all: {there}")
            time.sleep(0.05)
        return found

    def check_ports(self) -> None:
        ports = (self.smtp_port, self.imap_port, self.web_port)
        names = ("The inbox (SMTP)", "The inbox (IMAP)", "The inbox (web page)")
        for port, name, setting in zip(ports, names, self._settings, strict=True):
            require_free(port, name, setting)

    def command(self) -> list[str]:
        ports = [str(self.smtp_port), str(self.imap_port), str(self.web_port)]
        return [sys.executable, "-m", "embedded_stack.servers.inbox_process", str(self._mail_folder), *ports]

    def is_ready(self) -> bool:
        if not (smtp_answers(self.smtp_url) and http_answers(self.web_url)):
            return False
        try:
            with imaplib.IMAP4(HOST, self.imap_port, timeout=2):
                return True
        except (OSError, imaplib.IMAP4.error):
            return False
