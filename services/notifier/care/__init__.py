"""Never in the dark: what is owed to a buyer, by when, and what is said when it is late. Pure; no I/O (care.md).

watch = heard(watch, told)                      # or bounced, failed: what the ledger knows
done = catch_up(watch, versions, merchant, now)   # what is owed, what has ended, what the measures count
due = due_notices(done.watch, order, merchant, now)
"""

from notifier.care.hearing import bounced, failed, heard
from notifier.care.notices import BUYER, CARE, ESCALATION, PlannedNotice
from notifier.care.noticing import due_notices
from notifier.care.obligations import Kind, Obligation, State, Step, StepAt
from notifier.care.observations import Observation, Seen
from notifier.care.reconciling import catch_up, reconcile
from notifier.care.results import Due, Reconciled
from notifier.care.watch import Attention, AttentionKind, Failed, Told, Watch

__all__ = [
    "BUYER",
    "CARE",
    "ESCALATION",
    "Attention",
    "AttentionKind",
    "Due",
    "Failed",
    "Kind",
    "Obligation",
    "Observation",
    "PlannedNotice",
    "Reconciled",
    "Seen",
    "State",
    "Step",
    "StepAt",
    "Told",
    "Watch",
    "bounced",
    "catch_up",
    "due_notices",
    "failed",
    "heard",
    "reconcile",
]
