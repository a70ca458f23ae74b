"""`wismo simulate`: a shop with realistic order lives, against a real server."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from wismo.cli.commands import AsJson
from wismo.cli.configuration import Configuration
from wismo.cli.exits import Exit, UsageProblem
from wismo.cli.friendly import moment
from wismo.cli.output import Output
from wismo.cli.session import session_of
from wismo.cli.simulation.disasters import disasters
from wismo.cli.simulation.merchant import credentials
from wismo.cli.simulation.plans import Plan, plan
from wismo.cli.simulation.shop import Shop
from wismo.cli.simulation.tally import Tally, report, write
from wismo.client import AsyncWismoClient, RetryPolicy

_REFRESH = 0.25
_PLAIN_LINE_EVERY = 5.0


def simulate(
    context: typer.Context,
    orders: Annotated[int, typer.Option(min=1, help="How many orders.")] = 20,
    rate: Annotated[float, typer.Option(min=0, help="Requests per second; 0: as fast as possible.")] = 20.0,
    seed: Annotated[int, typer.Option(help="The same seed, --run and --base give the same requests.")] = 1,
    merchant: Annotated[
        str | None, typer.Option(help="Which merchant; with the admin key it is made when it does not exist.")
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, help="How many requests may be under way at once.")] = 32,
    duration_scale: Annotated[
        float, typer.Option(min=0.0001, help="How long lives last: 1 is about two weeks, 0.01 some hours.")
    ] = 1.0,
    patience: Annotated[
        float, typer.Option(min=0, help="Seconds for which one request is tried again through an outage.")
    ] = 900.0,
    run: Annotated[
        str | None, typer.Option(help="Name of the run, part of every reference and address. Default: from the clock.")
    ] = None,
    base: Annotated[str | None, typer.Option(help="The run's present, ISO 8601 with zone. Default: now.")] = None,
    with_disasters: Annotated[
        bool,
        typer.Option(
            "--disasters",
            help="Let things go wrong: a carrier's strike, lost parcels, a silent warehouse, a wave of trials, "
            "impatient buyers.",
        ),
    ] = False,
    report_file: Annotated[
        Path | None, typer.Option("--report", help="Write every acknowledged request to this JSON file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run a shop: mixed orders, split parcels, scans out of order, delays, problems, returns; in two languages."""
    session = session_of(context)
    name = _run_name(run)
    try:
        present = moment(base, datetime.now(UTC)) if base else datetime.now(UTC)
    except ValueError as bad:
        raise UsageProblem(f"--base: {bad}") from None
    if report_file is not None and not report_file.resolve().parent.is_dir():
        raise UsageProblem(f"--report: there is no folder {report_file.resolve().parent}")
    fallen = disasters(seed, present, duration_scale) if with_disasters else None
    plans = [plan(seed, number, name, present, duration_scale, fallen) for number in range(1, orders + 1)]
    tally = Tally(
        planned=sum(1 + len(each.steps) for each in plans),
        disasters=Counter(disaster.value for each in plans for disaster in each.befell),
    )
    interrupted = False
    with credentials(session.configuration, merchant, name, patience) as (api_key, parent):
        facts = {
            "name": name,
            "seed": seed,
            "orders": orders,
            "merchant": parent,
            "base": present.isoformat(),
            "duration_scale": duration_scale,
            "disasters": with_disasters,
        }
        terms = _Terms(session.configuration, api_key, parent, name, rate, concurrency, patience)
        try:
            asyncio.run(_run(terms, plans, tally, session.output))
        except KeyboardInterrupt:
            interrupted = True
        if report_file is not None:
            write(report_file, report(tally, plans, facts | {"interrupted": interrupted}))
    _summary(session.output, tally, facts, as_json)
    if interrupted:
        raise typer.Exit(Exit.INTERRUPTED)
    if tally.unanswered:
        raise typer.Exit(Exit.UNREACHABLE)
    if tally.refused:
        raise typer.Exit(Exit.REFUSED)


@dataclass(frozen=True, slots=True)
class _Terms:
    """As whom, how fast, how long."""

    configuration: Configuration
    api_key: str
    parent: str
    run: str
    rate: float
    concurrency: int
    patience: float


async def _run(terms: _Terms, plans: list[Plan], tally: Tally, output: Output) -> None:
    async def sleep(seconds: float) -> None:
        tally.retries += 1
        tally.waiting += 1
        try:
            await asyncio.sleep(seconds)
        finally:
            tally.waiting -= 1

    # A server that is killed may say anything on its way down, so faults are tried again for as long as outages are.
    policy = RetryPolicy(give_up_after=terms.patience, longest_wait=2.0, fault_tries=2**31)
    async with AsyncWismoClient(
        terms.configuration.target,
        terms.api_key,
        tls=terms.configuration.tls,
        merchant=terms.parent,
        retry=policy,
        sleep=sleep,
    ) as client:
        showing = asyncio.create_task(_progress(output, tally))
        try:
            await Shop(client, terms.parent, terms.run, tally).open(plans, terms.rate, terms.concurrency)
        finally:
            showing.cancel()
            with suppress(asyncio.CancelledError):
                await showing


def _progress(output: Output, tally: Tally) -> Coroutine[Any, Any, None]:
    async def bar() -> None:
        columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
        with Progress(*columns, console=output.err, transient=True) as progress:
            task = progress.add_task("", total=tally.planned)
            while True:
                progress.update(task, completed=tally.done, description=_status(tally))
                await asyncio.sleep(_REFRESH)

    async def plain() -> None:
        while True:
            await asyncio.sleep(_PLAIN_LINE_EVERY)
            output.complain(f"{tally.done} of {tally.planned}: {_status(tally)}", style="")

    return bar() if output.err.is_terminal else plain()


def _status(tally: Tally) -> str:
    speed = tally.done / tally.seconds if tally.seconds else 0.0
    parts = [
        f"{speed:.0f}/s",
        f"p50 {tally.percentile(0.5) * 1000:.0f} ms",
        f"p99 {tally.percentile(0.99) * 1000:.0f} ms",
    ]
    if tally.waiting:
        parts.append(f"{tally.waiting} waiting for the server")
    if tally.refused or tally.unanswered:
        parts.append(f"{len(tally.refused) + len(tally.unanswered)} errors, last: {tally.last_error}")
    return " · ".join(parts)


def _summary(output: Output, tally: Tally, facts: dict[str, object], as_json: bool) -> None:
    if as_json:
        output.json({"run": facts, **dict(tally.rows())})
        return
    output.table(["Run", str(facts["name"])], tally.rows())
    for failed in (*tally.refused, *tally.unanswered)[:10]:
        output.complain(f"{failed.order} {failed.kind}: {failed.error}")


def _run_name(given: str | None) -> str:
    """Letters, digits and hyphens, for it becomes part of references and mail addresses."""
    if given is None:
        digits, seconds = "0123456789abcdefghijklmnopqrstuvwxyz", math.floor(time.time())
        text = ""
        while seconds:
            seconds, rest = divmod(seconds, 36)
            text = digits[rest] + text
        return f"sim-{text}"
    if not given.replace("-", "").isalnum() or not given.isascii() or len(given) > 30 or given.strip("-") != given:
        raise UsageProblem(f"--run {given}: 1 to 30 letters, digits and hyphens")
    return given.lower()
