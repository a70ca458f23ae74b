"""A line as the page shows it: its own state, its own next step, and what the buyer needs for it right there."""

from dataclasses import dataclass

from chassis.localisation import mark
from status_page.pages.entitlement_view import AccessView, DownloadView
from status_page.pages.moments import Moment, moment
from wismo.orders.v1 import entitlement_pb2, line_pb2, order_pb2
from wording import NextStep, Reader, amounts, line_state, next_step

_KINDS = {
    line_pb2.LINE_KIND_PHYSICAL: "physical",
    line_pb2.LINE_KIND_DOWNLOAD: "download",
    line_pb2.LINE_KIND_ACCESS: "access",
    line_pb2.LINE_KIND_TRIAL: "trial",
}
_TONES = {
    line_pb2.LINE_STATE_BACKORDERED: "care",
    line_pb2.LINE_STATE_HELD_UP: "care",
    line_pb2.LINE_STATE_RETURNING: "care",
    line_pb2.LINE_STATE_REVOKED: "off",
    line_pb2.LINE_STATE_CANCELLED: "off",
    line_pb2.LINE_STATE_RETURNED: "off",
    line_pb2.LINE_STATE_TRIAL_ENDED: "off",
    line_pb2.LINE_STATE_DELIVERED: "done",
    line_pb2.LINE_STATE_READY: "done",
    line_pb2.LINE_STATE_GRANTED: "done",
    line_pb2.LINE_STATE_SUBSCRIBED: "done",
    line_pb2.LINE_STATE_RECEIVED: "wait",
    line_pb2.LINE_STATE_PREPARING: "wait",
}
"""How a state is coloured. Every state that is not here is on its way."""

_STATIONS = (mark("Ordered"), mark("Packed"), mark("On its way"), mark("Delivered"))
_STATIONS_OF_PICKUP = (mark("Ordered"), mark("Being made ready"), mark("Ready to collect"), mark("Collected"))
_REACHED = {
    line_pb2.LINE_STATE_RECEIVED: 0,
    line_pb2.LINE_STATE_BACKORDERED: 0,
    line_pb2.LINE_STATE_PREPARING: 1,
    line_pb2.LINE_STATE_PARTLY_SHIPPED: 2,
    line_pb2.LINE_STATE_SHIPPED: 2,
    line_pb2.LINE_STATE_OUT_FOR_DELIVERY: 2,
    line_pb2.LINE_STATE_AVAILABLE_FOR_PICKUP: 2,
    line_pb2.LINE_STATE_HELD_UP: 2,
    line_pb2.LINE_STATE_PARTLY_DELIVERED: 2,
    line_pb2.LINE_STATE_DELIVERED: 3,
}


@dataclass(frozen=True, slots=True)
class Station:
    """One of the four stations of something that is sent."""

    name: str
    mark: str
    """done, here or ahead."""


@dataclass(frozen=True, slots=True)
class TrialView:
    """A trial: when it ends, what it costs then, what is left of it."""

    ends: Moment | None
    price_after: str
    every_days: int
    unit: str
    used: int
    total: int
    """Of the allowance, for a meter."""
    left_said: str
    used_said: str
    total_said: str
    terms: str
    charge_at: Moment | None
    """When the coming charge is, announced or by the terms; None when none is coming."""
    charge: str
    cancelled: Moment | None
    charged: Moment | None
    """When it was last charged, if it was."""
    may_cancel: bool
    """Whether cancelling it now keeps the charge away."""


@dataclass(frozen=True, slots=True)
class LineView:
    """One line."""

    id: str
    kind: str
    title: str
    quantity: str
    price: str
    state: str
    tone: str
    step: NextStep
    stations: tuple[Station, ...]
    parcel_numbers: tuple[int, ...]
    download: DownloadView | None
    access: AccessView | None
    trial: TrialView | None


def line_view(
    line: line_pb2.OrderLine,
    order: order_pb2.Order,
    reader: Reader,
    *,
    download: DownloadView | None,
    access: AccessView | None,
) -> LineView:
    """The view of one line."""
    kind = _KINDS.get(line.kind, "physical")
    trial = next((one for one in order.trials if one.line_id == line.line_id), None)
    return LineView(
        id=line.line_id,
        kind=kind,
        title=line.title,
        quantity=reader.language.number(line.quantity) if line.quantity > 1 else "",
        price=amounts.money(line.price, reader) if line.HasField("price") else "",
        state=line_state(line, reader),
        tone=_TONES.get(line.state, "go"),
        step=_run_out(download, reader) or next_step(order, line, reader),
        stations=_stations(line, reader) if kind == "physical" else (),
        parcel_numbers=tuple(
            number
            for number, parcel in enumerate(order.parcels, 1)
            if any(one.line_id == line.line_id for one in parcel.lines)
        ),
        download=download,
        access=access,
        trial=trial_view(trial, line, reader) if trial is not None else None,
    )


def _run_out(download: DownloadView | None, reader: Reader) -> NextStep | None:
    """The next step of a download that has run out: only the page knows its counters, and the renewals."""
    if download is None or download.revoked or not (download.expired or download.all_gone):
        return None
    if download.expired:
        happens = reader.gettext("The time for this download is over.")
    else:
        happens = reader.gettext("Every file has been downloaded as often as it could be.")
    if download.may_renew:
        return NextStep(
            happens, "", reader.gettext("You can renew it yourself, at no cost."), "download", must_act=True
        )
    return NextStep(happens, "", reader.gettext("Please write to us: we will find a way."), "contact", must_act=True)


def _stations(line: line_pb2.OrderLine, reader: Reader) -> tuple[Station, ...]:
    reached = _REACHED.get(line.state)
    if reached is None:
        return ()
    names = _STATIONS_OF_PICKUP if line.pickup else _STATIONS
    last = len(names) - 1
    return tuple(
        Station(
            reader.gettext(name),
            "done" if at < reached or reached == last else "here" if at == reached else "ahead",
        )
        for at, name in enumerate(names)
    )


def trial_view(trial: entitlement_pb2.Trial, line: line_pb2.OrderLine, reader: Reader) -> TrialView:
    """The view of a trial."""
    number = reader.language.number
    used = min(trial.allowance_used, trial.allowance_total)
    running = line.state == line_pb2.LINE_STATE_TRIAL_RUNNING
    ends = moment(trial.ends_at, reader) if trial.HasField("ends_at") else None
    price = amounts.money(trial.price_after, reader) if trial.HasField("price_after") else ""
    announced = trial.HasField("charge_at")
    by_terms = ends if running and price else None
    return TrialView(
        ends=ends,
        price_after=price,
        every_days=trial.billing_period.seconds // 86400,
        unit=trial.allowance_unit,
        used=used,
        total=trial.allowance_total if trial.allowance_unit else 0,
        left_said=number(trial.allowance_total - used),
        used_said=number(used),
        total_said=number(trial.allowance_total),
        terms=trial.terms_summary,
        charge_at=moment(trial.charge_at, reader) if announced else by_terms,
        charge=amounts.money(trial.charge_amount, reader) if announced and trial.HasField("charge_amount") else price,
        cancelled=moment(trial.cancelled_at, reader) if trial.HasField("cancelled_at") else None,
        charged=moment(trial.charged_at, reader) if trial.HasField("charged_at") else None,
        may_cancel=running and not trial.HasField("cancelled_at") and not trial.HasField("charged_at"),
    )
