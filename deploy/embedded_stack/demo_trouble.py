"""An order with something of everything that a care team meets: a delay, a question, a trial that will be charged."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from embedded_stack.demo_orders import DemoOrder
from wismo.client import drafts, events

TRIAL_ENDS = timedelta(days=9)
"""Far enough away that its notice is in time: a day-7 notice is still to come."""


@dataclass(frozen=True)
class Asking:
    """What a buyer asks, and by which way it comes in."""

    merchant: str
    reference: str
    text: str
    channel: str


def troubled_order(now: datetime | None = None) -> DemoOrder:
    """The lamp is late, nobody knows yet whether the course is worth its price, and the buyer has asked."""
    now = now or datetime.now(UTC)
    mo = drafts.buyer(
        "mo@buyers.test",
        display_name="Mo Haddad",
        locale="en",
        time_zone="Europe/London",
        shipping_address=drafts.address(
            "18 Quay Street", recipient="Mo Haddad", city="Bristol", postcode="BS1 4DJ", country="GB"
        ),
    )
    order = drafts.new_order(
        "L-1004",
        mo,
        [
            drafts.physical("lamp", "Reading lamp, brass", price=(Decimal("48.00"), "GBP")),
            drafts.trial("course", "Drawing birds, an evening course, on trial"),
        ],
        placed_at=now,
        total=(Decimal("48.00"), "GBP"),
        payment_state="paid",
    )
    story = (
        events.trial_started(
            "course",
            ends_at=now + TRIAL_ENDS,
            price_after=(Decimal("19.00"), "GBP"),
            billing_period=timedelta(days=30),
            allowance_unit="lessons",
            allowance_total=10,
            terms_summary="19 pounds a month after the trial. Cancel any time before it ends, and nothing is charged.",
        ),
        events.allowance_used("course", 4),
        events.delay_announced(
            "lamp-1",
            what_happened="The lamp came from its maker with a scratched shade, and we do not send it like that.",
            what_we_do="A new shade is on its way to us. We pack the lamp on the day on which it arrives.",
            next_update_at=now + timedelta(hours=20),
            line_ids=["lamp"],
            expected=now + timedelta(days=6),
        ),
    )
    return DemoOrder("lantern", order, story)


def askings() -> list[Asking]:
    """In this order."""
    return [Asking("lantern", "L-1004", "Is the lamp the one with the long cable? I need at least two metres.", "page")]
