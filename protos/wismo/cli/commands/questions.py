"""`wismo question ask | answer | list`."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from wismo.cli import words
from wismo.cli.commands import AsJson
from wismo.cli.exits import UsageProblem
from wismo.cli.friendly import moment
from wismo.cli.session import session_of
from wismo.client.values import datetime_of, reference_of
from wismo.client.vocabulary import QuestionChannel, QuestionState
from wismo.orders.v1.question_pb2 import Question
from wismo.orders.v1.questions_service_pb2 import OrderQuestion

app = typer.Typer(help="What buyers ask, and what they are answered.", no_args_is_help=True)
Reference = Annotated[str, typer.Argument(help="The reference that the buyer knows.")]
RequestId = Annotated[str | None, typer.Option(help="Identity of this request, to repeat it safely.")]


@app.command()
def ask(
    context: typer.Context,
    reference: Reference,
    text: Annotated[str, typer.Argument(help="What the buyer wants to know; - for standard input.")],
    channel: Annotated[QuestionChannel, typer.Option(help="By which way it came.")] = QuestionChannel.PHONE,
    at: Annotated[
        str | None, typer.Option(help="When it was asked: ISO 8601 with zone, or `2h ago`. Default: now.")
    ] = None,
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """File a question that came to you. The buyer is told by when the answer comes; repeats join the same question."""
    session = session_of(context)
    try:
        asked_at = moment(at, datetime.now(UTC)) if at else None
    except ValueError as bad:
        raise UsageProblem(f"--at: {bad}") from None
    with session.configuration.client() as client:
        question = client.ask_question(
            reference, _text(text), channel=channel, asked_at=asked_at, request_id=request_id
        )
    if as_json:
        session.output.json(question)
        return
    times = sum(post.from_buyer for post in question.posts)
    again = f" (asked {times} times)" if times > 1 else ""
    session.output.line(
        f"{reference}: question {question.question_id}{again}, to be answered by {words.when(question.reply_by)}.",
        style="green",
    )


@app.command()
def answer(
    context: typer.Context,
    reference: Reference,
    question_id: Annotated[str, typer.Argument(help="Which, as `wismo question list` shows it.")],
    text: Annotated[str, typer.Argument(help="The answer, in the buyer's language; - for standard input.")],
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """Answer a question. The buyer gets it by message and on the page."""
    session = session_of(context)
    with session.configuration.client() as client:
        question = client.answer_question(reference, question_id, _text(text), request_id=request_id)
    if as_json:
        session.output.json(question)
        return
    session.output.line(f"{reference}: question {question.question_id} is answered.", style="green")


@app.command("list")
def list_questions(
    context: typer.Context,
    state: Annotated[QuestionState, typer.Option(help="Which.")] = QuestionState.OPEN,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    page_token: Annotated[str, typer.Option(help="Where the list before ended.")] = "",
    as_json: AsJson = False,
) -> None:
    """List questions, the earliest promised time first."""
    session = session_of(context)
    found: list[OrderQuestion] = []
    with session.configuration.client() as client:
        while True:
            size = min(limit - len(found), 500)
            page = client.list_questions(state=state, page_size=size, page_token=page_token)
            found.extend(page.items)
            page_token = page.next_page_token
            if not page_token or len(found) >= limit:
                break
    if as_json:
        session.output.json({"questions": found, "next_page_token": page_token})
        return
    now = datetime.now(UTC)
    session.output.table(
        ["Order", "Question", "State", "Answer by", "Asked", "What"], [_row(each, now) for each in found]
    )
    if page_token:
        session.output.complain(f"There are more: --page-token {page_token}", style="dim")
    elif not found:
        session.output.complain("No questions.", style="dim")


def state_of(question: Question, now: datetime) -> str:
    """`open`, `overdue` or `answered`."""
    if question.HasField("answered_at"):
        return "answered"
    return "overdue" if question.HasField("reply_by") and datetime_of(question.reply_by) < now else "open"


def _row(each: OrderQuestion, now: datetime) -> list[str]:
    question = each.question
    asked = [post.text for post in question.posts if post.from_buyer]
    return [
        reference_of(each.order),
        question.question_id,
        state_of(question, now),
        words.when(question.reply_by),
        f"{len(asked)} x" if len(asked) > 1 else "once",
        words.short(asked[-1] if asked else ""),
    ]


def _text(given: str) -> str:
    text = sys.stdin.read() if given == "-" else given
    if not text.strip():
        raise UsageProblem("There is no text.")
    return text.strip()
