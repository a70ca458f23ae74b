import imaplib
import smtplib
import socket
import subprocess
import sys
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic
from pymongo import MongoClient

from chassis.kafka.connecting import connected
from embedded_stack.servers import (
    DatabaseServer,
    InboxServer,
    KafkaServer,
    PortTakenError,
    Server,
    ServerDidNotStartError,
)
from embedded_stack.servers.data_folder import DataFolder, FolderInUseError
from embedded_stack.servers.inbox_files import REPLIES, REPLY_DOMAIN

SERVERS = [DatabaseServer, InboxServer, KafkaServer]


def test_documents_survive_kill_and_restart(tmp_path: Path) -> None:
    with DatabaseServer(tmp_path) as database:
        with MongoClient[dict[str, Any]](database.url) as client:
            client.shop.orders.insert_one({"_id": "W-1001", "lines": 3})
        database.kill()
        database.start()
        with MongoClient[dict[str, Any]](database.url) as client:
            assert client.shop.orders.find_one({"_id": "W-1001"}) == {"_id": "W-1001", "lines": 3}


def test_records_survive_kill_and_restart(tmp_path: Path) -> None:
    with KafkaServer(tmp_path) as kafka:
        admin = connected(KafkaAdminClient, {"bootstrap_servers": kafka.bootstrap})
        admin.create_topics([NewTopic("told", num_partitions=1, replication_factor=1)])
        admin.close()
        producer = connected(
            KafkaProducer, {"bootstrap_servers": kafka.bootstrap, "acks": "all", "enable_idempotence": True}
        )
        producer.send("told", b"shipped").get(timeout=20)
        producer.close()
        kafka.kill()
        kafka.start()
        reading: dict[str, object] = {"auto_offset_reset": "earliest", "consumer_timeout_ms": 20_000}
        consumer = connected(partial(KafkaConsumer, "told"), {"bootstrap_servers": kafka.bootstrap} | reading)
        assert next(consumer).value == b"shipped"
        consumer.close()


def test_mail_survives_kill_and_restart(tmp_path: Path) -> None:
    with InboxServer(tmp_path) as inbox:
        send(inbox, "anna@example.com", "Ваш заказ принят")
        inbox.kill()
        inbox.start()
        send(inbox, "ben@example.com", "Your order has shipped")
        assert [mail.subject for mail in inbox.mails()] == ["Ваш заказ принят", "Your order has shipped"]
        (mail,) = inbox.mails("Anna@Example.com")
        assert mail.text.strip() == "Ваш заказ принят!"


def replies(inbox: InboxServer) -> list[str]:
    with imaplib.IMAP4(inbox.host, inbox.imap_port) as mail:
        mail.login(inbox.user, inbox.password)
        mail.select(REPLIES, readonly=True)
        _, (numbers,) = mail.search(None, "ALL")
        found = [mail.fetch(number.decode(), "(BODY[HEADER.FIELDS (SUBJECT)])")[1][0] for number in numbers.split()]
        return [part[1].decode().strip() for part in found if isinstance(part, tuple)]


def test_replies_lie_in_a_folder_of_their_own_too(tmp_path: Path) -> None:
    with InboxServer(tmp_path) as inbox:
        send(inbox, "anna@example.com", "Your order")
        send(inbox, f"reply+abc@{REPLY_DOMAIN}", "Re: Your order")
        assert replies(inbox) == ["Subject: Re: Your order"]
        assert len(inbox.mails()) == 2
        inbox.kill()
        inbox.start()
        assert replies(inbox) == ["Subject: Re: Your order"]


@pytest.mark.parametrize("kind", SERVERS)
def test_leaves_no_process_behind(kind: type[Server], tmp_path: Path) -> None:
    with kind(tmp_path) as server:
        family = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
    assert not [process for process in family if process.is_running()]
    assert not list(tmp_path.glob("*.pid"))


@pytest.mark.parametrize("kind", [DatabaseServer, KafkaServer])
def test_a_taken_port_is_told_with_the_setting_that_moves_it(
    kind: type[DatabaseServer | KafkaServer], tmp_path: Path
) -> None:
    with socket.socket() as somebody_else:
        somebody_else.bind(("127.0.0.1", 0))
        somebody_else.listen()
        port = somebody_else.getsockname()[1]
        with pytest.raises(PortTakenError, match=rf"port {port}: another program has it.*THE_PORT"):
            kind(tmp_path, port=port, setting="THE_PORT=…").__enter__()


def test_each_port_of_the_inbox_has_its_own_setting(tmp_path: Path) -> None:
    with socket.socket() as somebody_else:
        somebody_else.bind(("127.0.0.1", 0))
        somebody_else.listen()
        port = somebody_else.getsockname()[1]
        with pytest.raises(PortTakenError, match=r"web page.*WEB"):
            InboxServer(tmp_path, web_port=port, settings=("SMTP", "IMAP", "WEB")).__enter__()


def test_two_servers_never_share_a_folder(tmp_path: Path) -> None:
    with DatabaseServer(tmp_path), pytest.raises(FolderInUseError, match="in use by process"):
        DatabaseServer(tmp_path).__enter__()


def test_what_a_killed_owner_left_running_is_ended_by_the_next_one(tmp_path: Path) -> None:
    """Also what the child had started, when the child itself is gone already."""
    program = "import subprocess, sys; print(subprocess.Popen(['sleep', '600']).pid, flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as child:
        assert child.stdout is not None
        grandchild = psutil.Process(int(child.stdout.readline()))
        folder = DataFolder(tmp_path)
        folder.remember("child", child.pid)
        child.kill()
        child.wait()
        with DataFolder(tmp_path):
            assert not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE
    assert not list(tmp_path.glob("*.pid"))


def test_a_server_that_ends_at_once_shows_the_end_of_its_log(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(ServerDidNotStartError, match=r"The end of .*database\.log"):
        DatabaseServer(tmp_path).__enter__()


def send(inbox: InboxServer, recipient: str, subject: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "shop@example.com", recipient, subject
    message.set_content(f"{subject}!")
    with smtplib.SMTP(inbox.host, inbox.smtp_port) as smtp:
        smtp.send_message(message)
