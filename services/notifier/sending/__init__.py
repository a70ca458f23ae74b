"""The ledger's turns, the dispatcher that asks for them, and the senders that carry messages out."""
