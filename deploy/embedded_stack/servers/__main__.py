"""Fetch what the servers need and no wheel brings: Kafka's jars. Silent when they are there."""

from embedded_stack.servers.kafka_jars import is_fetched, kafka_classpath

if __name__ == "__main__":
    if not is_fetched():
        print("• Fetching Apache Kafka (43 MB, once) …", flush=True)
    kafka_classpath()
