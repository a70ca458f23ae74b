"""The next step of what reaches the buyer on a screen: downloads, accesses, trials."""

from wismo.orders.v1 import entitlement_pb2, line_pb2, order_pb2
from wording.amounts import money, quantity_of
from wording.expected import expected_by
from wording.reader import Reader
from wording.step import NextStep, nothing_to_do


def download(order: order_pb2.Order, line: line_pb2.OrderLine, reader: Reader) -> NextStep:
    """The next step of a download, for every state."""
    found = next((one for one in order.downloads if one.line_id == line.line_id), None)
    if line.state != line_pb2.LINE_STATE_READY:
        happens = reader.gettext("We are preparing your download and will send you a message as soon as it is ready.")
        return NextStep(happens, _on_time(line, reader), nothing_to_do(reader))
    until = _download_until(found, reader)
    if found and found.HasField("expires_at") and reader.is_past(found.expires_at):
        you = reader.gettext("You can renew it on your order page. If that does not work, write to us.")
        return NextStep(reader.gettext("The time for this download is over."), until, you, "download", must_act=True)
    you = reader.gettext("Open the download and follow the steps there; they are written out for your device.")
    return NextStep(reader.gettext("You can download it now."), until, you, "download", must_act=True)


def access(order: order_pb2.Order, line: line_pb2.OrderLine, reader: Reader) -> NextStep:
    """The next step of an access, for every state."""
    found = next((one for one in order.accesses if one.line_id == line.line_id), None)
    if line.state != line_pb2.LINE_STATE_GRANTED:
        happens = reader.gettext("We are opening your access and will send you the code as soon as it works.")
        return NextStep(happens, _on_time(line, reader), nothing_to_do(reader))
    if found and found.HasField("expires_at"):
        day = reader.day(found.expires_at)
        if reader.is_past(found.expires_at):
            happens = reader.gettext("Your access ended on %(day)s.", day=day)
            return NextStep(happens, "", reader.gettext("If you still need it, please write to us."), "contact")
        by = reader.gettext("Your code works until %(day)s.", day=day)
    else:
        by = ""
    if found and found.case_sensitive:
        you = reader.gettext(
            "Log in with your access code. Take care: capital and small letters are not the same in it."
        )
    else:
        you = reader.gettext("Log in with your access code.")
    return NextStep(reader.gettext("Your access is open: you can log in now."), by, you, "log_in", must_act=True)


def trial(order: order_pb2.Order, line: line_pb2.OrderLine, reader: Reader) -> NextStep:
    """The next step of a trial, for every state: its end, the price after it, what is left, and how not to be
    charged.
    """
    found = next((one for one in order.trials if one.line_id == line.line_id), None)
    match line.state:
        case line_pb2.LINE_STATE_TRIAL_RUNNING if found:
            return _running(found, reader)
        case line_pb2.LINE_STATE_TRIAL_ENDED:
            return NextStep(reader.gettext("Your trial has ended. Nothing was charged."), "", nothing_to_do(reader))
        case line_pb2.LINE_STATE_SUBSCRIBED:
            happens = reader.gettext("Your subscription is running.")
            by = ""
            if found and found.HasField("charge_at") and not reader.is_past(found.charge_at):
                by = charge_coming(found, reader)
            return NextStep(happens, by, reader.gettext("If you want to end it, please write to us."), "contact")
        case _:
            happens = reader.gettext("We are setting up your trial and will send you a message as soon as it begins.")
            return NextStep(happens, _on_time(line, reader), nothing_to_do(reader))


def charge_coming(found: entitlement_pb2.Trial, reader: Reader) -> str:
    """The charge that comes: amount and day, and how often. ``Nothing will be charged.`` when none comes."""
    if found.HasField("charge_at"):
        amount = money(found.charge_amount if found.HasField("charge_amount") else found.price_after, reader)
        return reader.gettext("On %(day)s, %(amount)s will be charged.", day=reader.day(found.charge_at), amount=amount)
    if not found.HasField("price_after"):
        return reader.gettext("After that it ends by itself. Nothing will be charged.")
    amount = money(found.price_after, reader)
    if not found.HasField("billing_period"):
        return reader.gettext("After that, %(amount)s will be charged once.", amount=amount)
    days = max(1, round(found.billing_period.seconds / 86400))
    return reader.ngettext(
        "After that, %(amount)s will be charged every day.",
        "After that, %(amount)s will be charged every %(count)s days.",
        days,
        amount=amount,
    )


def allowance_left(found: entitlement_pb2.Trial, reader: Reader) -> str:
    """How much of the trial's allowance is left: ``Left: 7 of 10 (lessons).`` Empty when it has none."""
    if found.allowance_total <= 0:
        return ""
    left = quantity_of(max(0, found.allowance_total - found.allowance_used), found.allowance_total, reader)
    if not found.allowance_unit:
        return reader.gettext("Left: %(left)s.", left=left)
    return reader.gettext("Left: %(left)s (%(unit)s).", left=left, unit=found.allowance_unit)


def _running(found: entitlement_pb2.Trial, reader: Reader) -> NextStep:
    happens = reader.gettext("Your trial runs until %(day)s.", day=reader.day(found.ends_at))
    left = allowance_left(found, reader)
    by = charge_coming(found, reader)
    if found.HasField("price_after") or found.HasField("charge_at"):
        you = reader.gettext("If you do not want to continue, cancel before that day and nothing will be charged.")
    else:
        you = nothing_to_do(reader)
    return NextStep(" ".join(part for part in (happens, left) if part), by, you)


def _download_until(found: entitlement_pb2.Download | None, reader: Reader) -> str:
    parts = []
    if found and found.HasField("expires_at"):
        if reader.is_past(found.expires_at):
            parts.append(reader.gettext("It was open until %(moment)s.", moment=reader.moment(found.expires_at)))
        else:
            parts.append(reader.gettext("It stays open until %(moment)s.", moment=reader.moment(found.expires_at)))
    elif found and found.HasField("expires_after_first"):
        days = max(1, round(found.expires_after_first.seconds / 86400))
        parts.append(
            reader.ngettext(
                "It stays open for %(count)s day after the first download.",
                "It stays open for %(count)s days after the first download.",
                days,
            )
        )
    if found and found.allowed_count:
        parts.append(
            reader.ngettext(
                "Each file can be downloaded %(count)s time.",
                "Each file can be downloaded %(count)s times.",
                found.allowed_count,
            )
        )
    return " ".join(parts)


def _on_time(line: line_pb2.OrderLine, reader: Reader) -> str:
    return expected_by(line.expected, reader, with_time=True)
