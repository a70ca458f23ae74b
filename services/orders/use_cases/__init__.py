"""What callers want of the orders service, and the ports through which it is done. Knows no gRPC, MongoDB or Kafka."""
