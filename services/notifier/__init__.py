"""Turns fulfilment events into messages to the buyer."""
