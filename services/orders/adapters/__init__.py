"""What connects orders to MongoDB, Kafka and the wire, each named for its technology."""
