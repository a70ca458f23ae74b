"""`wismo care attention | story | message | measures`: what the notifier knows, read only."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from wismo.care.v1.care_service_pb2 import Attention, GetCareStoryResponse
from wismo.cli import care_words, words
from wismo.cli.commands import AsJson
from wismo.cli.exits import UsageProblem
from wismo.cli.output import Output
from wismo.cli.session import Session, session_of
from wismo.client import CareClient
from wismo.client.care_vocabulary import AttentionKind
from wismo.client.values import merchant_of_key, order_name, reference_of

app = typer.Typer(help="Who waits for a word, what is owed to whom, how well promises are kept.", no_args_is_help=True)
Reference = Annotated[str, typer.Argument(help="The reference that the buyer knows.")]


@app.command()
def attention(
    context: typer.Context,
    kind: Annotated[list[AttentionKind] | None, typer.Option(help="Only these; may be given several times.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    page_token: Annotated[str, typer.Option(help="Where the list before ended.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show what needs a human now, the earliest due first."""
    session = session_of(context)
    found: list[Attention] = []
    with _client(session) as client:
        while True:
            size = min(limit - len(found), 500)
            page = client.list_attention(kinds=kind or [], page_size=size, page_token=page_token)
            found.extend(page.items)
            page_token = page.next_page_token
            if not page_token or len(found) >= limit:
                break
    if as_json:
        session.output.json({"items": found, "next_page_token": page_token})
        return
    _attention(session.output, found)
    if page_token:
        session.output.complain(f"There are more: --page-token {page_token}", style="dim")
    elif not found:
        session.output.complain("Nothing needs a human.", style="dim")


@app.command()
def story(context: typer.Context, reference: Reference, as_json: AsJson = False) -> None:
    """Show what was told about one order, what is owed to its buyer, and what needs a human."""
    session = session_of(context)
    with _client(session) as client:
        found = client.care_story(reference)
    if as_json:
        session.output.json(found)
        return
    _story(session.output, _order(session, reference), found)


@app.command()
def message(
    context: typer.Context,
    reference: Reference,
    message_id: Annotated[str, typer.Argument(help="Which, as `wismo care story` shows it.")],
    as_json: AsJson = False,
) -> None:
    """Show one message as it was sent, secrets masked."""
    session = session_of(context)
    with _client(session) as client:
        order = _order(session, reference)
        found = client.message(order, care_words.full_id(message_id, order))
    if as_json:
        session.output.json(found)
        return
    state = care_words.delivery(found)
    session.output.line(f"{found.kind}, {state}, {words.when(found.settled_at)}", style="dim")
    session.output.line(found.subject, style="bold")
    session.output.line(found.text)


@app.command()
def measures(
    context: typer.Context,
    first: Annotated[str | None, typer.Option("--from", help="First day, for example 2026-11-01.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day. Default: today, and 29 days before it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show how well promises are kept, day by day in the shop's own zone."""
    session = session_of(context)
    for option, day in (("--from", first), ("--to", last)):
        if day is not None and not _is_day(day):
            raise UsageProblem(f"{option} {day}: write a day as 2026-11-01")
    with _client(session) as client:
        found = client.measures(first=first, last=last)
    if as_json:
        session.output.json(found)
        return
    output = session.output
    output.table(care_words.DAY_HEADINGS, [care_words.day_row(day) for day in (*found.days, found.total)])
    output.line()
    output.table(["Over the whole span", ""], care_words.total_rows(found.total))
    output.line()
    output.table(["Now", ""], care_words.now_rows(found.now))


def _client(session: Session) -> CareClient:
    client = session.configuration.care()
    session.spoken_to = client.target
    return client


def _attention(output: Output, items: Sequence[Attention]) -> None:
    now = datetime.now(UTC)
    output.table(
        ["Order", "Why", "About", "Since", "Due", "Rank", "Escalated"],
        [
            [
                reference_of(each.order),
                care_words.attention_kind(each),
                each.subject_id,
                words.when(each.since),
                care_words.due(each.due_at, now),
                str(each.rank),
                "escalated" if each.escalated else "",
            ]
            for each in items
        ],
    )


def _order(session: Session, reference: str) -> str:
    return order_name(reference, merchant_of_key(session.configuration.api_key or ""))


def _story(output: Output, order: str, found: GetCareStoryResponse) -> None:
    output.line(
        f"{reference_of(order)}: heard something worth hearing {words.when(found.heard_at)}, "
        f"in the dark from {words.when(found.dark_from)}",
        style="bold",
    )
    output.line()
    if found.attention:
        _attention(output, found.attention)
        output.line()
    output.table(
        ["Owed", "Because of", "State", "Due", "Ended", "Steps"],
        [care_words.obligation_row(each, order) for each in found.obligations],
    )
    output.line()
    output.table(
        ["Planned", "Message", "To", "State", "Settled", "Id"],
        [care_words.message_row(each, order) for each in found.messages],
    )


def _is_day(text: str) -> bool:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date().isoformat() == text  # noqa: DTZ007 - a day has no zone here.
    except ValueError:
        return False
