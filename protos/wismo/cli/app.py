"""The command's root: options that all commands share, and errors as one line and an exit code."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from wismo.cli.commands import care, charges, doctor, events, keys, merchants, orders, questions, simulate, watch
from wismo.cli.configuration import configure
from wismo.cli.exits import Exit, UsageProblem, code_of, lines_of
from wismo.cli.output import outputs
from wismo.cli.session import Session
from wismo.client import VERSION, InvalidInput, Tls, WismoError

EPILOG = (
    "Exit codes: 0 done · 1 refused · 2 the command, a file or the configuration is not right · 3 not reachable · "
    "4 the key may not · 130 interrupted."
)


class _Root(TyperGroup):
    """Turns what a command raises into sentences and an exit code. Tracebacks are for faults of ours only."""

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]  # typer's Context is the one it is given.
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Whoever read our output has enough, as `head` does. Nothing may be written to it at the end either.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(Exit.OK)
        except (UsageProblem, WismoError, OSError) as problem:
            session = ctx.obj if isinstance(ctx.obj, Session) else None
            output = session.output if session is not None else outputs()
            target = (session.spoken_to or session.configuration.target) if session is not None else ""
            for line in lines_of(problem, target=target, places=session.places if session is not None else None):
                output.complain(line)
            ctx.exit(code_of(problem))
        except KeyboardInterrupt:
            ctx.exit(Exit.INTERRUPTED)


app = typer.Typer(
    name="wismo",
    cls=_Root,
    help="Create orders, emit fulfilment events, watch them reach the buyer.",
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(orders.app, name="order")
app.add_typer(events.app, name="event")
app.add_typer(questions.app, name="question")
app.add_typer(charges.app, name="charge")
app.add_typer(care.app, name="care")
app.add_typer(merchants.app, name="merchant")
app.add_typer(keys.app, name="key")
orders.app.command("watch")(watch.watch)
app.command("simulate")(simulate.simulate)
app.command("doctor")(doctor.doctor)


@app.callback()
def shared(
    context: typer.Context,
    target: Annotated[
        str | None, typer.Option(help="Address of the orders service. Else WISMO_TARGET, else .wismo/cli.json.")
    ] = None,
    care_target: Annotated[
        str | None, typer.Option(help="Address of the care service. Else WISMO_CARE_TARGET, else .wismo/cli.json.")
    ] = None,
    api_key: Annotated[
        str | None, typer.Option(help="The merchant's key. Else WISMO_API_KEY, else .wismo/cli.json.")
    ] = None,
    admin_key: Annotated[
        str | None, typer.Option(help="The installation's admin key. Else WISMO_ADMIN_KEY, else .wismo/cli.json.")
    ] = None,
    wait: Annotated[float, typer.Option(min=0, help="Seconds for which an unreachable server is tried again.")] = 10.0,
    tls: Annotated[bool, typer.Option("--tls", envvar="WISMO_TLS", help="Connect with TLS.")] = False,
    ca: Annotated[
        Path | None,
        typer.Option("--tls-ca", envvar="WISMO_TLS_CA", help="Authority to trust, a PEM file. Implies --tls."),
    ] = None,
    certificate: Annotated[
        Path | None,
        typer.Option("--tls-cert", envvar="WISMO_TLS_CERT", help="Our certificate, for mTLS. Implies --tls."),
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--tls-key", envvar="WISMO_TLS_KEY", help="Our certificate's key, for mTLS.")
    ] = None,
) -> None:
    """Create orders, emit fulfilment events, watch them reach the buyer."""
    output = outputs()
    for path in (ca, certificate, key):
        if path is not None and not path.is_file():
            raise UsageProblem(f"{path}: there is no such file")
    chosen = Tls(ca, certificate, key) if tls or ca or certificate or key else None
    options = {"target": target, "care_target": care_target, "api_key": api_key, "admin_key": admin_key}
    context.obj = Session(output, configure(options, os.environ, Path.cwd(), chosen, wait))


@app.command()
def version() -> None:
    """Show the version of this command and its client."""
    print(f"wismo {VERSION}")


def run(arguments: Sequence[str]) -> int:
    """Run one command; the exit code."""
    try:
        result = app(list(arguments), standalone_mode=True)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except InvalidInput as bad:  # Raised while options are read, before there is a session.
        print(bad, file=sys.stderr)
        return int(Exit.REFUSED)
    return result if isinstance(result, int) else 0
