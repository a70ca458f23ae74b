"""The ledger in MongoDB, the events in Kafka."""
