"""Does once what would otherwise slow down each first start: fetches Kafka, and compiles what will be imported.

python -m embedded_stack.prepare
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable

from embedded_stack.servers.kafka import KafkaServer
from embedded_stack.servers.kafka_jars import is_fetched, kafka_classpath
from embedded_stack.servers.kafka_runtime import KafkaRuntime
from embedded_stack.servers.server import ServerDidNotStartError

# What the processes of `make run` import; each pulls in the rest.
IMPORTED = [
    "embedded_stack.run",
    "embedded_stack.demo",
    "embedded_stack.servers.inbox_process",
    "orders.processes",
    "notifier.__main__",
    "status_page.__main__",
    "status_page.wsgi",
    "wismo.cli",
]


def main() -> None:
    if not is_fetched():
        step("Fetching Apache Kafka (43 MB, once)", kafka_classpath)
    if not KafkaRuntime.of_this_environment().is_prepared:
        step("Preparing Kafka to start quickly (once)", prepare_kafka)
    step("Compiling what will be imported", compile_imported)


def prepare_kafka() -> None:
    try:
        KafkaRuntime.of_this_environment().prepare(lambda folder, trained: KafkaServer(folder, runtime=trained))
    except (OSError, ServerDidNotStartError) as error:
        print(f"  not possible here, so it will start slowly: {error}", flush=True)


def compile_imported() -> None:
    """By importing it, so that a package of which one module is used costs one module."""
    known = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for module in IMPORTED:
        # A module that cannot be imported will say so where it is used.
        subprocess.run([sys.executable, "-c", f"import {module}"], env=known, check=False, capture_output=True)


def step(what: str, do: Callable[[], object]) -> None:
    print(f"• {what} …", flush=True)
    began = time.monotonic()
    do()
    print(f"  done in {time.monotonic() - began:.1f} s", flush=True)


if __name__ == "__main__":
    main()
