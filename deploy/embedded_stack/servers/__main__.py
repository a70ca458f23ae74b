"""Fetch and prepare what the servers need and no wheel brings. Silent and quick when it is there."""

import time

from embedded_stack.servers.kafka import KafkaServer
from embedded_stack.servers.kafka_jars import is_fetched, kafka_classpath
from embedded_stack.servers.kafka_runtime import KafkaRuntime
from embedded_stack.servers.server import ServerDidNotStartError


def main() -> None:
    began = time.monotonic()
    if not is_fetched():
        print("• Fetching Apache Kafka (43 MB, once) …", flush=True)
        kafka_classpath()
        print(f"  done in {time.monotonic() - began:.1f} s", flush=True)
    runtime = KafkaRuntime.of_this_environment()
    if not runtime.is_prepared:
        began = time.monotonic()
        print("• Preparing Kafka to start quickly (once) …", flush=True)
        try:
            runtime.prepare(lambda folder, trained: KafkaServer(folder, runtime=trained))
        except (OSError, ServerDidNotStartError) as error:
            print(f"  not possible here, so it will start slowly: {error}", flush=True)
        else:
            print(f"  done in {time.monotonic() - began:.1f} s", flush=True)


if __name__ == "__main__":
    main()
