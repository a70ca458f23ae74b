"""The page where a buyer sees where the order is: read model, look-up, downloads, outbox."""
