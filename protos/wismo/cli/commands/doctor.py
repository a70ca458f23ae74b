"""`wismo doctor`: what is reachable, of which version, how far behind, and what to do."""

from collections import Counter

import typer

from wismo.cli.commands import AsJson
from wismo.cli.doctor import care, mail, orders, stores, web
from wismo.cli.doctor.finding import Finding, State
from wismo.cli.exits import Exit
from wismo.cli.session import session_of


def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Look at everything that the command talks to. Exit code 1 when something fails."""
    session = session_of(context)
    findings: list[Finding] = []
    for ask in (orders.check, care.check, web.check, mail.check, stores.check):
        findings.extend(ask(session.configuration))
    counts = Counter(each.state for each in findings)
    if as_json:
        session.output.json(
            {
                "ok": not counts[State.FAIL],
                "findings": [
                    {"what": each.what, "state": each.state.value, "detail": each.detail, "advice": each.advice}
                    for each in findings
                ],
            }
        )
    else:
        session.output.table(
            ["What", "State", "Detail"], [[each.what, each.state.value, each.detail] for each in findings]
        )
        for each in findings:
            if each.advice:
                session.output.line(
                    f"{each.what}: {each.advice}", style="red" if each.state is State.FAIL else "yellow"
                )
    if counts[State.FAIL]:
        raise typer.Exit(Exit.REFUSED)
