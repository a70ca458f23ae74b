"""What makes Kafka start in half the time: prepared once, thrown away with the virtual environment, never needed.

- A cache of classes, loaded and linked (JEP 483, JEP 514): the Java runtime writes it at the end of a first run.
- The file that Kafka's own formatting tool writes, so that a new storage needs no run of that tool.
"""

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from embedded_stack.servers.kafka_jars import kafka_classpath

if TYPE_CHECKING:
    from embedded_stack.servers.kafka import KafkaServer

CHECKPOINT = "bootstrap.checkpoint"


@dataclass(frozen=True)
class KafkaRuntime:
    """The prepared files in `folder`, as far as they are there; `training` writes the cache of classes."""

    folder: Path
    training: bool = False

    @classmethod
    def of_this_environment(cls) -> "KafkaRuntime":
        return cls(Path(sys.prefix) / "var" / "wismo-kafka-4.1.0")

    @property
    def checkpoint(self) -> Path:
        return self.folder / CHECKPOINT

    @property
    def classes(self) -> Path:
        # The cache is good for exactly these jars at exactly these places; with others it would be ignored.
        places = "\n".join(str(jar) for jar in kafka_classpath())
        return self.folder / f"classes-{hashlib.sha256(places.encode()).hexdigest()[:12]}.aot"

    @property
    def is_prepared(self) -> bool:
        return self.checkpoint.exists() and self.classes.exists()

    def options(self, main_class: str) -> list[str]:
        """For the Java runtime. A cache that does not fit (another runtime, other jars) is ignored by it."""
        if main_class != "kafka.Kafka":
            return []
        if self.training:
            return [f"-XX:AOTCacheOutput={self.classes}"]
        return [f"-XX:AOTCache={self.classes}"] if self.classes.exists() else []

    def prepare(self, server: "Callable[[Path, KafkaRuntime], KafkaServer]") -> None:
        """Run a broker once, for about fifteen seconds. Files appear only when they are complete."""
        with tempfile.TemporaryDirectory(prefix="wismo-kafka-") as name:
            trained = KafkaRuntime(Path(name), training=True)
            with server(trained.folder / "broker", trained) as broker:
                # It writes the cache after it was told to stop, with a second Java process.
                broker.stop_seconds = 60.0
            shutil.copyfile(trained.folder / "broker" / "logs" / CHECKPOINT, trained.checkpoint)
            self.folder.mkdir(parents=True, exist_ok=True)
            for made, wanted in ((trained.classes, self.classes), (trained.checkpoint, self.checkpoint)):
                unfinished = wanted.with_suffix(".new")
                shutil.copyfile(made, unfinished)
                unfinished.replace(wanted)
