"""The embedded servers, with TLS and a login: the same programs, with what their makers offer for it."""

import sys
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from chassis.connections import Brokers
from chassis.kafka import broker_answers
from chassis.mongo import Document
from chassis.parsers import Secret
from embedded_stack.servers import DatabaseServer, KafkaServer
from embedded_stack.servers.ports import HOST, free_port, require_free
from embedded_stack.servers.probes import smtp_answers
from embedded_stack.servers.server import Server
from tests.integration.secure.authority import Authority

USER = "wismo"
PASSWORD = "s3cret-canary/ü"  # Of servers that live as long as the tests.

_SECURED = """
listeners=SASL_SSL://{host}:{port},SSL://{host}:{mutual_port},CONTROLLER://{host}:{controller_port}
advertised.listeners=SASL_SSL://{host}:{port},SSL://{host}:{mutual_port}
controller.quorum.voters=1@{host}:{controller_port}
listener.security.protocol.map=SASL_SSL:SASL_SSL,SSL:SSL,CONTROLLER:PLAINTEXT
inter.broker.listener.name=SASL_SSL
sasl.mechanism.inter.broker.protocol=PLAIN
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
username="broker" password="broker" user_broker="broker" user_{user}="{password}";
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
ssl.truststore.type=PEM
ssl.truststore.location={truststore}
listener.name.ssl.ssl.client.auth=required
"""


class SecuredKafka(KafkaServer):
    """Two listeners: one with TLS and SASL (PLAIN, SCRAM-SHA-512), one with TLS on both sides. No plain one."""

    def __init__(self, folder: Path, authority: Authority) -> None:
        super().__init__(folder)
        self._authority = authority
        self.mutual_port = free_port()

    def brokers(self, *, mechanism: str = "plain", password: str = PASSWORD, ca_file: Path | None = None) -> Brokers:
        """What settings would hold for it."""
        ca_file = ca_file or self._authority.file
        return Brokers(self.bootstrap, "sasl_ssl", mechanism, USER, Secret(password), ca_file)

    def prepare(self) -> None:
        """The same settings with the listeners exchanged: of two lines with one name, Kafka takes the later."""
        super().prepare()
        server = self._authority.issue("kafka")
        secured = _SECURED.format(
            host=HOST,
            port=self.port,
            mutual_port=self.mutual_port,
            controller_port=free_port(),
            user=USER,
            # A properties file is Latin-1 with escapes.
            password=PASSWORD.encode("unicode_escape").decode().replace("\\x", "\\u00"),
            keystore=server.both,
            truststore=self._authority.file,
        )
        with self._properties.open("a", encoding="utf-8") as properties:
            properties.write(secured)

    def is_ready(self) -> bool:
        return broker_answers(self.brokers(), timeout=2.0) is None


class SecuredDatabase(DatabaseServer):
    """With TLS; with SCRAM too once ``auth`` is set, which needs a user that was made before."""

    def __init__(self, folder: Path, authority: Authority) -> None:
        super().__init__(folder)
        self._authority = authority
        self._server = authority.issue("mongo")
        self.auth = False

    def command(self) -> list[str]:
        tls = ["--tls-cert-file", str(self._server.certificate), "--tls-key-file", str(self._server.key)]
        return [*super().command(), *tls, *(["--auth"] if self.auth else [])]

    def is_ready(self) -> bool:
        try:
            with MongoClient[Document](
                self.url, tls=True, tlsCAFile=str(self._authority.file), serverSelectionTimeoutMS=1000
            ) as client:
                return bool(client.admin.command("hello").get("isWritablePrimary"))
        except PyMongoError:
            return False


class SecuredInbox(Server):
    """mail-devel with STARTTLS required on one port and TLS from the start on the other, and a login on both."""

    name = "secured-inbox"
    user = "inbox@local.test"

    def __init__(self, folder: Path, authority: Authority) -> None:
        super().__init__(folder)
        self.ports = (free_port(), free_port(), free_port())
        self._server = authority.issue("smtp")

    @property
    def starttls_port(self) -> int:
        return self.ports[0]

    @property
    def tls_port(self) -> int:
        return self.ports[1]

    def check_ports(self) -> None:
        for port in self.ports:
            require_free(port, "The inbox", "SecuredInbox")

    def command(self) -> list[str]:
        smtp, smtps, imap = (str(port) for port in self.ports)
        return [
            *(sys.executable, "-m", "mail_devel", "--host", HOST, "--user", self.user, "--password", PASSWORD),
            *("--smtp-port", smtp, "--smtps-port", smtps, "--imap-port", imap, "--no-http"),
            *("--auth-required", "--starttls-required"),
            *("--cert", str(self._server.certificate), "--key", str(self._server.key)),
        ]

    def is_ready(self) -> bool:
        return smtp_answers(f"smtp://{HOST}:{self.starttls_port}")
