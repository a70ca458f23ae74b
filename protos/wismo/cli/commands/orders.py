"""`wismo order create | get | list`."""

import sys
from collections import Counter
from typing import Annotated

import typer

from wismo.cli import words
from wismo.cli.commands import AsJson
from wismo.cli.documents import read_file
from wismo.cli.exits import UsageProblem
from wismo.cli.friendly import Reader
from wismo.cli.output import Output
from wismo.cli.session import session_of
from wismo.client import OrderState
from wismo.client.vocabulary import suggestion
from wismo.orders.v1.order_pb2 import Order

app = typer.Typer(help="Create, read and follow orders.", no_args_is_help=True)


@app.command()
def create(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="JSON or YAML, see docs/examples/order.yaml; - for standard input.")],
    request_id: Annotated[str | None, typer.Option(help="Identity of this request, to repeat it safely.")] = None,
    as_json: AsJson = False,
) -> None:
    """Create an order from a file; the buyer is told that it arrived."""
    session = session_of(context)
    value, name = read_file(file, sys.stdin.read() if file == "-" else None)
    reader = Reader(name, places=session.places)
    order = Order()
    reader.fill(order, value, "order")
    reader.finish()
    with session.configuration.client() as client:
        created = client.create_order(order, request_id=request_id)
    if as_json:
        session.output.json(created)
        return
    session.output.line(f"{created.reference} is {words.order_state(created) or 'created'}.", style="green")
    show(session.output, created)


@app.command()
def get(
    context: typer.Context,
    reference: Annotated[str, typer.Argument(help="The reference that the buyer knows.")],
    as_json: AsJson = False,
) -> None:
    """Show one order as it is now."""
    session = session_of(context)
    with session.configuration.client() as client:
        order = client.get_order(reference)
    if as_json:
        session.output.json(order)
        return
    session.output.line(f"{order.reference}: {words.order_state(order)}", style="bold")
    show(session.output, order)
    session.output.line()
    session.output.table(
        ["When", "No.", "What"],
        [[words.when(entry.occurred_at), str(entry.sequence), words.timeline_words(entry)] for entry in order.timeline],
    )


@app.command("list")
def list_orders(
    context: typer.Context,
    state: Annotated[list[str] | None, typer.Option(help="Only orders in this state; may be given again.")] = None,
    open_problem: Annotated[bool, typer.Option("--open-problem", help="Only orders with an open problem.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    page_token: Annotated[str, typer.Option(help="Where the list before ended.")] = "",
    as_json: AsJson = False,
) -> None:
    """List orders, newest change last."""
    session = session_of(context)
    known = [each.value for each in OrderState if each.name != "UNSPECIFIED"]
    states = [one.lower().replace("-", "_").replace(" ", "_") for one in state or []]
    for one in states:
        if one not in known:
            raise UsageProblem(f"--state {one}: {suggestion(one, known)}")
    orders: list[Order] = []
    with session.configuration.client() as client:
        while True:
            page = client.list_orders(
                states=states,
                with_open_problem=open_problem,
                page_size=min(limit - len(orders), 500),
                page_token=page_token,
            )
            orders.extend(page.items)
            page_token = page.next_page_token
            if not page_token or len(orders) >= limit:
                break
    if as_json:
        session.output.json({"orders": orders, "next_page_token": page_token})
        return
    session.output.table(["Order", "State", "Lines", "Changed", "Open"], [_row(order) for order in orders])
    if page_token:
        session.output.complain(f"There are more: --page-token {page_token}", style="dim")
    elif not orders:
        session.output.complain("No orders.", style="dim")


def show(output: Output, order: Order) -> None:
    """Lines, parcels and open problems of one order."""
    output.table(
        ["Line", "What", "Kind", "State", "Expected by"],
        [
            [
                line.line_id,
                f"{line.quantity or 1} x {line.title}",
                words.line_kind(line),
                words.line_state(line) or "received",
                words.when(line.expected.latest),
            ]
            for line in order.lines
        ],
    )
    for parcel in order.parcels:
        output.line(f"Parcel {parcel.parcel_id}: {words.parcel_words(parcel)}")
    for problem in order.problems:
        if not problem.HasField("resolved_at"):
            output.line(
                f"{'Delay' if problem.delay else 'Problem'} {problem.problem_id}: {problem.what_happened} "
                f"(next word by {words.when(problem.next_update_at)})",
                style="yellow",
            )


def _row(order: Order) -> list[str]:
    lines = Counter(f"{words.line_kind(line)} {words.line_state(line) or 'received'}" for line in order.lines)
    open_ones = sum(not problem.HasField("resolved_at") for problem in order.problems)
    return [
        order.reference,
        words.order_state(order),
        ", ".join(f"{count} x {what}" if count > 1 else what for what, count in lines.items()),
        words.when(order.update_time),
        f"{open_ones} problem{'s' if open_ones > 1 else ''}" if open_ones else "",
    ]
