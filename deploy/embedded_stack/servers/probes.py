"""Whether somebody else's server, or one of our services, answers: real handshakes, false instead of errors."""

import http.client
import smtplib
import socket
from typing import Any
from urllib.parse import urlsplit

from pymongo import MongoClient
from pymongo.errors import PyMongoError


def mongo_answers(url: str) -> bool:
    """Whether there is a primary that takes writes."""
    try:
        with MongoClient[dict[str, Any]](url, serverSelectionTimeoutMS=1000, connectTimeoutMS=1000) as client:
            return bool(client.admin.command("hello").get("isWritablePrimary"))
    except PyMongoError:
        return False


def kafka_answers(bootstrap: str) -> bool:
    """Whether a broker has joined its cluster: a listening port alone comes a second too early."""
    host, _, port = bootstrap.partition(",")[0].rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=1):
            pass  # The client below would log each refusal.
        # Imported late: nearly a second, which the broker needs for its own start anyway.
        from kafka.errors import KafkaError

        from chassis.kafka.connecting import admin_client
    except (OSError, ValueError):
        return False
    try:
        admin = admin_client(bootstrap, timeout=2.0)
    except (KafkaError, OSError):
        return False
    try:
        return bool(admin.describe_cluster()["brokers"])
    except (KafkaError, OSError, KeyError):
        return False
    finally:
        admin.close()


def smtp_answers(url: str) -> bool:
    """Whether a mail server greets us. Signs in nowhere and sends nothing."""
    parts = urlsplit(url)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(parts.hostname or "", parts.port or 0, timeout=2) as smtp:
            return smtp.ehlo()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


def http_answers(url: str) -> bool:
    """Whether the URL answers 200."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=2)
    try:
        connection.request("GET", parts.path or "/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
