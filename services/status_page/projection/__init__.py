"""The read model: what Kafka says, kept as one document an order, never going backwards."""
