"""`wismo event emit | kinds`."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from wismo.cli import kinds
from wismo.cli.commands import AsJson
from wismo.cli.documents import Value, read_file
from wismo.cli.exits import UsageProblem
from wismo.cli.friendly import Reader, moment, snake
from wismo.cli.session import session_of
from wismo.orders.v1.fulfilment_event_pb2 import FulfilmentEvent

app = typer.Typer(help="Say what happened to an order.", no_args_is_help=True)


@app.command()
def emit(
    context: typer.Context,
    reference: Annotated[str, typer.Argument(help="The reference that the buyer knows.")],
    kind: Annotated[str, typer.Argument(help="What happened, for example parcel_shipped; see `wismo event kinds`.")],
    fields: Annotated[
        list[str] | None, typer.Argument(metavar="[KEY=VALUE]...", help="For example carrier=dhl lines=book:1,mug")
    ] = None,
    file: Annotated[str | None, typer.Option(help="Fields from a JSON or YAML file; - for standard input.")] = None,
    at: Annotated[
        str | None, typer.Option(help="When it happened: ISO 8601 with zone, or `2h ago`. Default: now.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="merchant or carrier.")] = None,
    request_id: Annotated[str | None, typer.Option(help="Identity of this request, to repeat it safely.")] = None,
    etag: Annotated[str, typer.Option(help="Only if the order still has this etag.")] = "",
    as_json: AsJson = False,
) -> None:
    """Emit one event. Example: wismo event emit R-1 parcel_shipped parcel_id=P-1 carrier=dhl tracking_number=0034…"""
    session = session_of(context)
    chosen = kinds.find(kind)
    body, name = _body(fields or [], file)
    event = FulfilmentEvent()
    reader = Reader(name, places=session.places)
    target = getattr(event, chosen.name)
    target.SetInParent()
    reader.fill(target, body, f"event.{chosen.name}")
    if source is not None:
        reader.fill(event, Value({"source": Value(source)}), "event")
    reader.finish()
    if at is not None:
        try:
            event.occurred_at.FromDatetime(moment(at, datetime.now(UTC)))
        except ValueError as bad:
            raise UsageProblem(f"--at: {bad}") from None
    with session.configuration.client() as client:
        recorded = client.record(reference, event, request_id=request_id, etag=etag)
    if as_json:
        session.output.json(
            {
                "order": reference,
                "kind": chosen.name,
                "request_id": recorded.request_id,
                "sequence": recorded.sequence,
                "effect": recorded.effect.value,
                "order_state": recorded.order_state.value,
                "etag": recorded.etag,
            }
        )
        return
    session.output.line(
        f"{reference}: {chosen.name} is number {recorded.sequence}, {recorded.effect.value}; "
        f"the order is {recorded.order_state.value.replace('_', ' ')}.",
        style="green" if recorded.effect.value == "applied" else "yellow",
    )


@app.command("kinds")
def show_kinds(
    context: typer.Context,
    kind: Annotated[str | None, typer.Argument(help="Only this one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show all kinds of event with their fields."""
    output = session_of(context).output
    chosen = [kinds.find(kind)] if kind else kinds.kinds()
    if as_json:
        output.json(
            [
                {
                    "kind": each.name,
                    "comment": each.comment,
                    "fields": [
                        {"name": one.name, "form": one.form, "required": one.required, "comment": one.comment}
                        for one in each.fields
                    ],
                }
                for each in chosen
            ]
        )
        return
    for each in chosen:
        output.line(each.name, style="bold cyan")
        output.line(f"  {each.comment}")
        for one in each.fields:
            output.line(f"    {one.name}{'*' if one.required else ''} = {one.form}")
            output.line(f"        {one.comment}", style="dim")
    output.line("* must be given", style="dim")


def _body(fields: list[str], file: str | None) -> tuple[Value, str]:
    """The file's fields with those of the command line laid over them; dots go down: `pickup_point.display_name=…`."""
    value, name = read_file(file, sys.stdin.read() if file == "-" else None) if file else (Value({}), "")
    if not isinstance(value.content, dict):
        raise UsageProblem(f"{name} must hold the event's fields")
    for field in fields:
        key, equals, text = field.partition("=")
        if not equals or not key:
            raise UsageProblem(f"{field!r} is not KEY=VALUE; write for example carrier=dhl")
        holder = value.content
        *above, last = [snake(part) for part in key.split(".")]
        for part in above:
            inner = holder.setdefault(part, Value({}))
            if not isinstance(inner.content, dict):
                raise UsageProblem(f"{key}: {part} has a value of its own already")
            holder = inner.content
        if last in holder and not holder[last].line:
            raise UsageProblem(f"{key} is given twice")
        holder[last] = Value(text)
    return value, name
