"""Takes fulfilment events over gRPC and publishes them to Kafka."""
