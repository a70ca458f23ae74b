"""From the outbox to Kafka: at least once, in order for each order, whatever dies in between."""
