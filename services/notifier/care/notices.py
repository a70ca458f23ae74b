"""What the watchdog wants said, before it is a row of the ledger."""

from dataclasses import dataclass
from datetime import datetime

from notifier.care.obligations import Kind, Step
from notifier.planning.kinds import MessageKind
from wismo.care.v1 import notice_pb2

BUYER = "buyer"
CARE = "care"
"""The merchant's care team."""
ESCALATION = "escalation"
"""Whoever stands above it."""


@dataclass(frozen=True, slots=True)
class PlannedNotice:
    """One notice to one recipient; ``kind`` is the name of its templates.

    ``covers`` are the steps (kind and cause of the obligation, step) that are done with it, its own first.
    """

    order: str
    recipient: str
    kind: MessageKind
    obligation: Kind
    cause: str
    step: Step
    notice: notice_pb2.Notice
    covers: tuple[tuple[Kind, str, Step], ...] = ()
    mail_not_before: datetime | None = None
    """For the team: when somebody works who would read a mail. Webhooks and the desk do not wait."""

    @property
    def id(self) -> str:
        """Unique by order, obligation, step and recipient. It is what `StepAt.message_id` says."""
        return f"{self.order}!{self.obligation.name}/{self.cause}/{self.step.name}/{self.recipient}"

    def row_id(self, channel: str) -> str:
        """The ledger's row for one channel."""
        return f"{self.id}/{channel}"
