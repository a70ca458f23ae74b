"""The changes by subject, field by field as the messages of FulfilmentEvent.change; `orders.domain.events` gathers
them.
"""
