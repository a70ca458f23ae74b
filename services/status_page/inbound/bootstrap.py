"""What receiving mail is made of, for the page and for the process that reads the mailbox."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pymongo.database import Database

from chassis.clock import SystemClock
from chassis.health import Health
from chassis.keys import KeyRing
from chassis.mongo import Document, connect, database_answers
from chassis.outbox import MongoOutbox
from chassis.reply_tokens import ReplyAddress, ReplyTokens
from chassis.sealing import Sealer
from chassis.settings import Address, Secret
from status_page.inbound.imap import Mailbox, opened
from status_page.inbound.message_names import GrpcMessageNames
from status_page.inbound.mongo_mails import MongoKeptMails
from status_page.inbound.places import MongoPlaces
from status_page.inbound.poller import Poller
from status_page.inbound.receiver import MailReceiver
from status_page.inbound.settings import InboundSettings
from status_page.inbound.whose import Postmarks
from status_page.outbox.older_rows import letter_in
from status_page.projection.mongo import MongoMerchantRows, MongoOrderRows


class ReceiverSettings(Protocol):
    """What a receiver needs to be told."""

    @property
    def link_keys(self) -> KeyRing: ...
    @property
    def sealing_keys(self) -> KeyRing: ...
    @property
    def reply_address(self) -> ReplyAddress | None: ...
    @property
    def care_address(self) -> Address: ...
    @property
    def care_ca_file(self) -> Path | None: ...
    @property
    def service_key(self) -> Secret: ...


@dataclass(frozen=True)
class InboundParts:
    """What the process runs with."""

    poller: Poller
    health: Health


def make_receiver(
    settings: ReceiverSettings, database: Database[Document], wake_sender: Callable[[], object] = lambda: None
) -> MailReceiver:
    """A receiver over the page's database. What it files is told to `orders` by the page's own sender."""
    return MailReceiver(
        mails=MongoKeptMails(database),
        orders=MongoOrderRows(database),
        merchants=MongoMerchantRows(database),
        outbox=MongoOutbox(database, read=letter_in),
        names=GrpcMessageNames(settings.care_address, settings.service_key, ca_file=settings.care_ca_file),
        marks=Postmarks(ReplyTokens(settings.link_keys), settings.reply_address),
        sealer=Sealer(settings.sealing_keys),
        wake_sender=wake_sender,
    )


def make_inbound(settings: InboundSettings) -> InboundParts:
    """Make the parts. Connects to nothing yet."""
    client = connect(settings.database_url, "wismo-inbound")
    database = client[settings.database]
    health = Health()
    health.add_check("database", database_answers(client), timeout=3.0)
    mailbox = Mailbox.of(settings.imap_url)
    receiver = make_receiver(settings, database)
    poller = Poller(mailbox.name, lambda: opened(mailbox), receiver, MongoPlaces(database), SystemClock())
    return InboundParts(poller, health)
