"""The parts of the embedded stack: servers, services, what each is told and what it needs."""

import sys
from collections.abc import Callable
from urllib.parse import quote

from embedded_stack.addresses import Addresses
from embedded_stack.keys import InstallationKeys
from embedded_stack.servers import DatabaseServer, InboxServer, KafkaServer, Server
from embedded_stack.servers.inbox_files import PASSWORD, REPLIES, REPLY_DOMAIN, USER
from embedded_stack.servers.ports import HOST, require_free
from embedded_stack.servers.probes import http_answers, kafka_answers, mongo_answers, smtp_answers
from embedded_stack.settings import StackSettings
from embedded_stack.supervisor import Part

SERVERS = ("kafka", "database", "inbox")


def stack_parts(settings: StackSettings, addresses: Addresses, keys: InstallationKeys) -> list[Part]:
    """All parts. Raises PortTakenError when one of them could not listen."""
    require_free(settings.page_port, "The status page", "WISMO_PAGE_PORT")
    require_free(settings.grpc_port, "orders (gRPC)", "WISMO_GRPC_PORT")
    return [
        _kafka(settings),
        _database(settings),
        _inbox(settings),
        *_services(settings, addresses, keys),
    ]


def inbox_of(settings: StackSettings) -> InboxServer | None:
    """The embedded inbox, to read what arrived; None where mail goes to a server of the user's own."""
    if settings.smtp_url:
        return None
    return InboxServer(
        settings.data_dir / "inbox",
        smtp_port=settings.smtp_port,
        imap_port=settings.imap_port,
        web_port=settings.inbox_port,
        settings=("WISMO_SMTP_PORT", "WISMO_IMAP_PORT", "WISMO_INBOX_PORT"),
    )


def _kafka(settings: StackSettings) -> Part:
    if own := settings.kafka_bootstrap:
        return _not_ours("kafka", lambda: kafka_answers(own))
    return _embedded(KafkaServer(settings.data_dir / "kafka", port=settings.kafka_port, setting="WISMO_KAFKA_PORT"))


def _database(settings: StackSettings) -> Part:
    if own := settings.mongo_url:
        return _not_ours("database", lambda: mongo_answers(own))
    folder = settings.data_dir / "database"
    return _embedded(DatabaseServer(folder, port=settings.database_port, setting="WISMO_DATABASE_PORT"))


def _inbox(settings: StackSettings) -> Part:
    server = inbox_of(settings)
    if server is None:
        return _not_ours("inbox", lambda: smtp_answers(settings.smtp_url or ""))
    return _embedded(server)


def _embedded(server: Server) -> Part:
    server.check_ports()
    return Part(server.name, server.command, server.is_ready, server.environment, prepare=server.prepare)


def _not_ours(name: str, is_ready: Callable[[], bool]) -> Part:
    return Part(name, None, is_ready)


def _services(settings: StackSettings, addresses: Addresses, keys: InstallationKeys) -> list[Part]:
    shared = {
        "WISMO_LOG_FORMAT": "json",
        "WISMO_MONGO_URL": addresses.mongo,
        "WISMO_KAFKA_BOOTSTRAP": addresses.kafka,
        "WISMO_SMTP_URL": addresses.smtp,
        "WISMO_PAGE_URL": addresses.page_url,
        "WISMO_SEALING_KEYS": keys.sealing,
        "WISMO_LINK_KEYS": keys.link,
        "WISMO_ORDERS_LISTEN": addresses.grpc,
        "WISMO_ORDERS_ADDRESS": addresses.grpc,
        "WISMO_CARE_ADDRESS": addresses.care,
        "WISMO_SERVICE_KEY": keys.service,
        # One broker on one machine: more partitions would only be more files.
        "WISMO_TOPIC_PARTITIONS": "4",
        "WISMO_TOPIC_REPLICATION": "1",
        "PYTHONUNBUFFERED": "1",
        # Compiled modules are kept: each start would compile them anew, for seconds.
        "PYTHONDONTWRITEBYTECODE": "",
    }
    orders = {
        "WISMO_ADMIN_KEY_HASH": keys.admin_hash,
        "WISMO_SERVICE_KEY_HASH": keys.service_hash,
        "WISMO_RELAY": "inline",
    }
    notifier = {
        "WISMO_CARE_LISTEN": addresses.care,
        "WISMO_SERVICE_KEY_HASH": keys.service_hash,
        # Whoever tries webhooks has the receiver on this machine too.
        "WISMO_WEBHOOK_NETWORKS": "127.0.0.0/8,::1/128",
    }
    page = {
        "WISMO_PAGE_LISTEN": f"{HOST}:{settings.page_port}",
        "WISMO_COOKIE_KEY": keys.cookie,
        "WISMO_DOWNLOADS_DIR": str((settings.data_dir / "downloads").absolute()),
    }

    if addresses.imap:
        shared["WISMO_REPLY_ADDRESS"] = f"reply+{{token}}@{REPLY_DOMAIN}"
        page["WISMO_INBOUND_IMAP_URL"] = f"imap://{quote(USER, safe='')}:{PASSWORD}@{addresses.imap}/{REPLIES}"
        page["WISMO_INBOUND_POLL"] = "2"

    def service(name: str, *arguments: str, needs: tuple[str, ...], own: dict[str, str]) -> Part:
        ops = addresses.ops[name]
        # The page is ready when buyers reach it, not only its operations port.
        ready_url = f"{addresses.page_url}/readyz" if name == "page" else f"http://{ops}/readyz"
        environment = {**shared, **own, "WISMO_OPS_LISTEN": ops}
        command = [sys.executable, "-m", *arguments]
        return Part(name, lambda: command, lambda: http_answers(ready_url), environment, needs)

    # Without an inbox of ours, replies go to the shops' own addresses, and there is no mailbox to read.
    inbound = [service("inbound", "status_page", "inbound", needs=("database", "inbox"), own=page)]
    return [
        service("orders", "orders", needs=("kafka", "database"), own=orders),
        service("notifier", "notifier", needs=("kafka", "database", "inbox"), own=notifier),
        service("projector", "status_page", "projector", needs=("kafka", "database"), own=page),
        service("page", "status_page", needs=("database",), own=page),
        *(inbound if addresses.imap else ()),
    ]
