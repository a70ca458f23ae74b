"""The care service: what is owed, what was told, and how well promises are kept, over gRPC."""
