"""One look at one order's watch: what was heard is folded in, what is owed is settled, what is due is said. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notifier.care import (
    Attention,
    Failed,
    Kind,
    Obligation,
    Observation,
    Told,
    Watch,
    bounced,
    catch_up,
    due_notices,
    failed,
    heard,
)
from notifier.care.owed.failure import is_failure
from notifier.sending.ledger import NewMessage
from notifier.watching.entering import new_messages
from notifier.watching.hearing import Bounced, Heard
from wismo.orders.v1 import merchant_pb2, order_pb2


@dataclass(frozen=True, slots=True)
class Stored:
    """A watch as it is stored; ``watch`` is None for an order that has none yet. ``heard`` is not folded in yet."""

    order: str
    merchant: str
    watch: Watch | None = None
    heard: tuple[Heard, ...] = ()

    @property
    def attention(self) -> tuple[Attention, ...]:
        """What needs a human by what is stored."""
        return self.watch.attention if self.watch is not None else ()


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look came to, to be written in one commit."""

    stored: Stored
    watch: Watch
    ended: tuple[Obligation, ...] = ()
    notices: tuple[NewMessage, ...] = ()
    observed: tuple[Observation, ...] = ()
    moved: int = 0

    @property
    def attention_gone(self) -> tuple[Attention, ...]:
        """What needed a human and does no longer."""
        kept = {(one.kind, one.subject_id) for one in self.watch.attention}
        return tuple(one for one in self.stored.attention if (one.kind, one.subject_id) not in kept)

    @property
    def attention_new(self) -> tuple[Attention, ...]:
        """What needs a human now, or in another way than before."""
        return tuple(one for one in self.watch.attention if one not in self.stored.attention)


def look(
    stored: Stored,
    versions: Sequence[order_pb2.Order],
    merchant: merchant_pb2.Merchant,
    now: datetime,
    *,
    speak: bool = False,
) -> Looked:
    """Fold, settle and, when ``speak``, say what is due at ``now``. The same arguments always give the same.

    ``versions`` are those of the order that the watch has perhaps not seen yet, at least the newest, in order.
    """
    watch = folded(stored.watch or Watch(), stored.heard)
    caught = catch_up(watch, versions, merchant, now)
    if not speak:
        return Looked(stored, caught.watch, caught.ended, (), caught.observed, caught.moved)
    due = due_notices(caught.watch, versions[-1], merchant, now)
    notices = new_messages(due.notices, versions[-1], merchant, now)
    return Looked(stored, due.watch, caught.ended, notices, caught.observed, caught.moved)


def dark_from(watch: Watch) -> datetime | None:
    """From when on the buyer is in the dark, if nothing is heard; None when no silence is owed an end."""
    silences = (one for one in watch.obligations if one.kind == Kind.SILENCE and not is_failure(one))
    return min((one.due_at for one in silences), default=None)


def folded(watch: Watch, news: Sequence[Heard]) -> Watch:
    """The watch once it has learnt what was heard."""
    for one in news:
        match one:
            case Told():
                watch = heard(watch, one)
            case Failed():
                watch = failed(watch, one)
            case Bounced():
                watch = bounced(watch, one.message_id, one.at)
    return watch
