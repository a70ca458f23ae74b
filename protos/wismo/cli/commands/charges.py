"""`wismo charge check`."""

from typing import Annotated

import typer

from wismo.cli import words
from wismo.cli.commands import AsJson
from wismo.cli.exits import Exit, UsageProblem
from wismo.cli.friendly import amount as amount_of
from wismo.cli.session import session_of
from wismo.client.values import money_of
from wismo.client.vocabulary import ChargeObstacle, word

app = typer.Typer(help="Trials that turn into charges.", no_args_is_help=True)


@app.callback()
def charges() -> None:
    """Trials that turn into charges."""


@app.command()
def check(
    context: typer.Context,
    reference: Annotated[str, typer.Argument(help="The reference that the buyer knows.")],
    line_id: Annotated[str, typer.Argument(metavar="LINE", help="Which line of the order.")],
    amount: Annotated[str, typer.Argument(help="How much would be charged, for example `19.00 EUR`.")],
    as_json: AsJson = False,
) -> None:
    """Ask whether a charge may be made now. Exit code 0: yes. 1: no, with the reason. Anything but 0: do not charge."""
    session = session_of(context)
    try:
        money = money_of(amount_of(amount))
    except ValueError as bad:
        raise UsageProblem(f"AMOUNT: {bad}") from None
    with session.configuration.client() as client:
        answer = client.check_charge(reference, line_id, money)
    if as_json:
        session.output.json(
            {
                "may_charge": answer.may_charge,
                "obstacle": word(ChargeObstacle, answer.obstacle).value if not answer.may_charge else "",
                "explanation": answer.explanation,
                "may_charge_at": answer.may_charge_at.ToJsonString() if answer.HasField("may_charge_at") else None,
            }
        )
    elif answer.may_charge:
        session.output.line(f"yes: {money} may be charged for {line_id} of {reference} now.", style="green")
    else:
        obstacle = word(ChargeObstacle, answer.obstacle).value.replace("_", " ")
        session.output.line(f"no: {answer.explanation or obstacle} [{obstacle}]", style="red")
        if answer.HasField("may_charge_at"):
            session.output.line(f"It may be made from {words.when(answer.may_charge_at)} on.")
    if not answer.may_charge:
        raise typer.Exit(Exit.REFUSED)
