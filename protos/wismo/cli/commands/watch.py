"""`wismo order watch`: a live timeline on a terminal, plain lines when piped."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from wismo.cli import words
from wismo.cli.commands import AsJson
from wismo.cli.output import Output, printable, table
from wismo.cli.session import session_of
from wismo.client import Change, WismoError
from wismo.client.values import datetime_of
from wismo.orders.v1.fulfilment_event_pb2 import FulfilmentEvent
from wismo.orders.v1.order_pb2 import Order

_SHOWN = 20
Lost = Callable[[WismoError], None]


def watch(
    context: typer.Context,
    references: Annotated[list[str] | None, typer.Argument(metavar="[REF]...", help="Which; none: all.")] = None,
    count: Annotated[int | None, typer.Option(min=1, help="End after so many changes.")] = None,
    as_json: AsJson = False,
) -> None:
    """Follow orders as they change, until Ctrl-C. Goes on by itself when the server comes back."""
    session = session_of(context)
    output = session.output
    one = len(references or []) == 1
    with session.configuration.client() as client:

        def changes(on_lost: Lost) -> Iterator[Change]:
            seen = client.watch(*(references or []), on_lost=on_lost)
            for number, change in enumerate(seen, 1):
                yield change
                if count is not None and number >= count:
                    return

        if as_json:
            for change in changes(lambda error: _say_lost(output, error)):
                output.json_line(_as_dict(change))
        elif output.terminal and one:
            _live(output, changes)
        else:
            for change in changes(lambda error: _say_lost(output, error)):
                output.line(_line(change))
                output.out.file.flush()


def _live(output: Output, changes: Callable[[Lost], Iterator[Change]]) -> None:
    with Live(console=output.out, auto_refresh=False) as live:
        newest: list[Order] = []

        def lost(error: WismoError) -> None:
            if newest:
                live.update(drawn(newest[0], f"Not connected, trying again: {error}"), refresh=True)

        for change in changes(lost):
            newest[:] = [change.order]
            live.update(drawn(change.order), refresh=True)


def drawn(order: Order, warning: str = "") -> RenderableType:
    """One order with its lines, parcels and the newest of its timeline."""
    lines = table(
        ["Line", "What", "State"],
        [[line.line_id, line.title, words.line_state(line) or "received"] for line in order.lines],
    )
    entries = table(
        ["When", "What"],
        [[words.when(entry.occurred_at), words.timeline_words(entry)] for entry in list(order.timeline)[-_SHOWN:]],
    )
    heading = Text.assemble((printable(order.reference), "bold"), "  ", (words.order_state(order), "cyan"))
    parcels = [Text(f"Parcel {each.parcel_id}: {printable(words.parcel_words(each))}") for each in order.parcels]
    foot = Text(
        printable(warning) if warning else f"event {order.sequence} · Ctrl-C ends", style="red" if warning else "dim"
    )
    return Group(heading, Text(), lines, *parcels, Text(), entries, Text(), foot)


def _line(change: Change) -> str:
    order = change.order
    moment = change.recorded_at or datetime_of(order.update_time)
    what = what_happened(change.event) if change.event is not None else "is"
    state = words.order_state(order)
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S} {order.reference} #{order.sequence} {what}: {state}"


def what_happened(event: FulfilmentEvent) -> str:
    """For example `parcel_progressed P-1`."""
    kind = event.WhichOneof("change") or "something new"
    body = getattr(event, kind, None)
    about = next((getattr(body, key) for key in ("parcel_id", "line_id", "problem_id") if getattr(body, key, "")), "")
    return f"{kind} {about}".strip()


def _as_dict(change: Change) -> dict[str, object]:
    return {
        "at": (change.recorded_at or datetime.now(UTC)).isoformat(),
        "event": change.event,
        "order": change.order,
    }


def _say_lost(output: Output, error: WismoError) -> None:
    output.complain(f"Not connected, trying again: {error}", style="yellow")
