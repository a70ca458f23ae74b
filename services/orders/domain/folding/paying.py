"""The payment."""

from orders.domain.changes.shipping import PaymentChanged
from orders.domain.folding.work import Work
from orders.domain.moves import PAYMENT_MOVES
from orders.domain.vocabulary import Effect, PaymentState


def payment_changed(work: Work, change: PaymentChanged) -> None:
    """A fact from outside: what comes late, or would go back, joins the timeline only."""
    work.note = change.reason
    before = work.newest()
    if change.payment_state is work.payment_state:
        if (before is None or change.reason == before.note) and change.pay_url in {"", work.pay_url}:
            work.repeats = before.sequence if before else 1
            return
    elif (before and work.occurred_at < before.occurred_at) or change.payment_state not in PAYMENT_MOVES[
        work.payment_state
    ]:
        work.effect = Effect.NOTED
        return
    work.payment_state = change.payment_state
    work.pay_url = "" if change.payment_state in {PaymentState.PAID, PaymentState.AUTHORISED} else change.pay_url
