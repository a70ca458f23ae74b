"""The strands of an order's life that do not travel: payment, cancellation, downloads, access, trials, goodwill."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from wismo.cli.simulation.disasters import forgets_notice
from wismo.cli.simulation.impatience import impatience
from wismo.cli.simulation.life import Life
from wismo.cli.simulation.parcels import parcels
from wismo.client import LineKind, Money, PaymentState, events


def first_payment(life: Life) -> PaymentState:
    """Where the money is when the order is placed; what follows of it is written down here."""
    kind = life.random.choices(["paid", "transfer", "failed"], [86, 10, 4])[0]
    if kind == "paid":
        return PaymentState.PAID
    if kind == "failed":
        at = life.after(life.placed_at, 0.02, 0.2)
        reason = life.say("The bank declined the card.", "Банк отклонил карту.")
        life.happen(
            events.payment_changed("failed", reason=reason, pay_url="https://shop.test/pay", occurred_at=at), at
        )
    at = life.after(life.placed_at, 0.5, 9)
    life.happen(events.payment_changed("paid", occurred_at=at), at)
    return PaymentState.PENDING


def cancellation(life: Life) -> None:
    """A few orders are cancelled before anything leaves, whole; the money goes back."""
    if not life.chance(0.04):
        return
    life.cancelled = True
    at = life.after(life.placed_at, 10, 20)
    reason = life.say("You asked us to cancel.", "Отменено по вашей просьбе.")
    life.happen(events.lines_cancelled(reason=reason, by_buyer=True, occurred_at=at), at)
    total = sum((life.price(line).amount for line in life.lines), Decimal(0))
    if total:
        refund(life, "RF-1", total, life.after(at, 0.2, 5))


def refund(life: Life, refund_id: str, amount: Decimal, at: datetime, lines: list[str] | None = None) -> None:
    """Money goes back; on the account within five days."""
    by = at + timedelta(days=5)
    life.happen(events.refunded(refund_id, Money(amount, "EUR"), line_ids=lines, expected_by=by, occurred_at=at), at)


def downloads(life: Life) -> None:
    """Ready within the hour, now and then after a delay that is owned up to; a few are renewed."""
    for line in life.of_kind(LineKind.DOWNLOAD):
        assert line.article.file is not None
        name, platform = line.article.file
        at = life.after(life.placed_at, 9.2, 9.9)
        if life.chance(0.06):
            at = _late_download(life, line.line_id)
        file = events.file(
            f"{line.line_id}-file",
            name,
            local_path=f"demo/{name}",
            size_bytes=life.random.randint(200_000, 90_000_000),
            platform=platform,
        )
        key = "-".join("".join(life.random.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=4)) for _ in range(4))
        ready = events.download_ready(
            line.line_id,
            [file],
            licence_key=key,
            allowed_count=5,
            expires_at=at + timedelta(days=30),
            occurred_at=at,
        )
        life.happen(ready, at)
        if life.chance(0.08):
            renewed_at = life.after(at, 48, 96)
            until = renewed_at + timedelta(days=30)
            life.happen(events.download_renewed(line.line_id, expires_at=until, occurred_at=renewed_at), renewed_at)


def _late_download(life: Life, line_id: str) -> datetime:
    told_at = life.after(life.placed_at, 9.1, 9.15)
    life.happen(
        events.delay_announced(
            f"DL-{line_id}",
            line_ids=[line_id],
            what_happened=life.say("The build of your file failed.", "Сборка вашего файла не удалась."),
            what_we_do=life.say("We build it again by hand.", "Собираем её вручную."),
            next_update_at=told_at + timedelta(hours=6),
            occurred_at=told_at,
        ),
        told_at,
    )
    ready_at = life.after(told_at, 2, 5)
    resolution = life.say("The file is there now.", "Файл готов.")
    life.happen(events.problem_resolved(f"DL-{line_id}", resolution, occurred_at=ready_at), life.after(ready_at, 0.1))
    return ready_at


def accesses(life: Life) -> None:
    """Codes with capitals, digits and characters that look alike: what people really have to type. Most are used, the
    others are never tried.
    """
    for line in life.of_kind(LineKind.ACCESS):
        at = life.after(life.placed_at, 9.3, 10)
        code = "".join(life.random.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", k=12))
        granted = events.access_granted(
            line.line_id,
            login_url="https://room.shop.test/login",
            username=life.person.buyer.email,
            code=code,
            case_sensitive=True,
            expires_at=at + timedelta(days=365),
            occurred_at=at,
        )
        life.happen(granted, at)
        if life.chance(0.75):
            used_at = life.after(at, 0.2, 60)
            life.happen(events.access_used(line.line_id, occurred_at=used_at), used_at)


def trials(life: Life) -> None:
    """Fourteen days and ten lessons; the charge is announced seven days ahead; then cancelled, or charged."""
    for line in life.of_kind(LineKind.TRIAL):
        at = life.after(life.placed_at, 9.2, 9.5)
        ends_at = at + timedelta(days=14) * life.scale
        price = Money(Decimal("19.00"), "EUR")
        life.happen(
            events.trial_started(
                line.line_id,
                ends_at=ends_at,
                price_after=price,
                billing_period=timedelta(days=30),
                allowance_unit=life.say("lessons", "уроков"),
                allowance_total=10,
                terms_summary=life.say("Monthly, cancel at any time.", "Помесячно, отмена в любой момент."),
                occurred_at=at,
            ),
            at,
        )
        used = 0
        for day in sorted(life.random.sample(range(1, 14), 4)):
            used += life.random.randint(1, 3)
            moment = life.after(at, 24 * day)
            life.happen(events.allowance_used(line.line_id, min(used, 10), occurred_at=moment), moment)
        notice_at = life.after(at, 24 * 7 - 1)
        if not forgets_notice(life):
            coming = events.charge_coming(line.line_id, charge_at=ends_at, amount=price, occurred_at=notice_at)
            life.happen(coming, notice_at)
        if life.chance(0.4):
            moment = life.after(notice_at, 5, 120)
            life.happen(events.trial_cancelled(line.line_id, by_buyer=True, occurred_at=moment), moment)
        else:
            charged_at = life.after(ends_at, 0.5)
            life.happen(events.charge_made(line.line_id, amount=price, occurred_at=charged_at), charged_at)


def goodwill(life: Life) -> None:
    """A word or a credit, where something was not as it should have been, and now and then without a reason."""
    if life.chance(0.05):
        at = life.after(life.placed_at, 30, 60)
        text = life.say("We put a bookmark in for you.", "Мы положили для вас закладку.")
        life.happen(events.note_to_buyer(text, occurred_at=at), at)
    if life.chance(0.04):
        at = life.after(life.placed_at, 70, 110)
        life.happen(
            events.credit_given(
                "CR-1",
                description=life.say("5.00 EUR for your next order", "5,00 EUR на следующий заказ"),
                amount=("5.00", "EUR"),
                reason=life.say("You waited longer than we said.", "Вы ждали дольше обещанного."),
                occurred_at=at,
            ),
            at,
        )


def _unless_cancelled(strand: Callable[[Life], None]) -> Callable[[Life], None]:
    def run(life: Life) -> None:
        if not life.cancelled:
            strand(life)

    return run


STRANDS: tuple[Callable[[Life], None], ...] = (
    cancellation,
    *(_unless_cancelled(strand) for strand in (downloads, accesses, trials, parcels, goodwill, impatience)),
)
