"""Folding events into an order. Pure: the same order, event, time and policy always give the same answer."""

from dataclasses import dataclass
from datetime import datetime

from orders.domain.events import Event
from orders.domain.order import Draft, Order
from orders.domain.vocabulary import Effect


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of an event: the order after it, the event as it is to be kept, and what it did.

    APPLIED and NOTED raise the sequence by one; ``sequence`` is the order's new one. REPEATED changes nothing: ``order`` is the very
    object that was given, nothing is to be written, and ``sequence`` is that of the event that said it first.
    """

    order: Order
    event: Event
    effect: Effect
    sequence: int


@dataclass(frozen=True, slots=True)
class Policy:
    """What the merchant has decided that the fold must know."""

    download_renewals: int = 1


DEFAULT_POLICY = Policy()


def create(draft: Draft, occurred_at: datetime | None, now: datetime) -> Recorded:
    """The order that a draft becomes, with sequence 1. Raises BadInput or BoundReached."""
    raise NotImplementedError


def record(order: Order, event: Event, now: datetime, policy: Policy = DEFAULT_POLICY) -> Recorded:
    """The order after ``event``, which became known at ``now``. Raises DomainError; the order given is never changed."""
    raise NotImplementedError
