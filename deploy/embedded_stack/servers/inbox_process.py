"""The inbox as a program: mail-devel, which forgets all mail when it ends, with mail kept in a folder.

    python -m embedded_stack.servers.inbox_process FOLDER SMTP_PORT IMAP_PORT WEB_PORT

Each accepted mail is one file before the sender hears that it was accepted, and is there again after a restart,
also after kill -9. A mail deleted in the web inbox is back after a restart: this is a window, not an archive. What is
addressed to REPLY_DOMAIN lies in the folder REPLIES too, sent or written in the web inbox: there the page reads it.
"""

import asyncio
import signal
import sys
import time
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from pathlib import Path

from mail_devel.mailbox import TestMailboxDict
from mail_devel.service import Service
from mail_devel.smtp import MemoryHandler
from mail_devel.utils import configure_logging
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials.flag import Flag

from embedded_stack.servers.inbox_files import PASSWORD, REPLIES, USER, is_reply, keep, kept
from embedded_stack.servers.ports import HOST


class KeepingHandler(MemoryHandler):
    """Takes mail as mail-devel does, and keeps it."""

    def __init__(self, mailboxes: TestMailboxDict, folder: Path) -> None:
        super().__init__(mailboxes)
        self._folder = folder

    async def handle_message(self, message: Message) -> None:
        keep(self._folder, message.as_bytes(), time.time_ns())
        await super().handle_message(message)


async def serve(folder: Path, smtp_port: int, imap_port: int, web_port: int) -> None:
    """Listen until SIGTERM or SIGINT."""
    ports = ["--smtp-port", str(smtp_port), "--imap-port", str(imap_port), "--http-port", str(web_port)]
    options = Service.parse(["--host", HOST, "--user", USER, "--password", PASSWORD, *ports])
    service = await Service.init(options)
    assert service.mailboxes is not None
    assert service.smtp is not None
    await _restore(service.mailboxes, folder)
    _sort_replies(service.mailboxes)
    service.smtp.handler = KeepingHandler(service.mailboxes, folder)
    told_to_stop = asyncio.Event()
    for wish in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(wish, told_to_stop.set)
    async with service.start():
        await told_to_stop.wait()


async def _restore(mailboxes: TestMailboxDict, folder: Path) -> None:
    account = await mailboxes.get(USER)
    inbox, replies = await account.get_mailbox("INBOX"), await account.get_mailbox(REPLIES)
    for file in kept(folder):
        message = message_from_bytes(file.read_bytes())
        arrived = datetime.fromtimestamp(int(file.stem) / 1e9, tz=UTC)
        for mailbox in (inbox, replies) if is_reply(message) else (inbox,):
            await mailbox.append(AppendMessage(literal=message.as_bytes(), when=arrived))


def _sort_replies(mailboxes: TestMailboxDict) -> None:
    """From now on, put what is addressed to REPLY_DOMAIN into REPLIES too, whichever way it comes in."""
    append = mailboxes.append

    async def append_and_sort(message: Message, flags: frozenset[Flag], mailbox: str = "INBOX") -> None:
        await append(message, flags, mailbox)
        if is_reply(message):
            await append(message, frozenset(), REPLIES)

    mailboxes.append = append_and_sort


def main() -> None:
    folder, *ports = sys.argv[1:]
    configure_logging("INFO")
    asyncio.run(serve(Path(folder), *(int(port) for port in ports)))


if __name__ == "__main__":
    main()
