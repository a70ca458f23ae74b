"""The page's outbox: what buyers do here, kept until the orders service has it, and told it once."""
