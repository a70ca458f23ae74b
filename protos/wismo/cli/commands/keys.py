"""`wismo key create | list | revoke`."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from wismo.cli import words
from wismo.cli.commands import AsJson
from wismo.cli.exits import UsageProblem
from wismo.cli.friendly import moment
from wismo.cli.session import session_of
from wismo.client.vocabulary import ApiKeyScope, suggestion
from wismo.orders.v1.merchant_pb2 import ApiKey
from wismo.orders.v1.merchant_pb2 import ApiKeyScope as ScopeEnum

app = typer.Typer(help="A merchant's API keys.", no_args_is_help=True)
MerchantOption = Annotated[str | None, typer.Option(help="Which merchant; none: the key's own.")]


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What the key is for, for example `production backend`.")],
    scope: Annotated[
        str,
        typer.Option(
            help="What it may do: write or read for a backend; care-reader, care-agent or care-admin for the care desk."
        ),
    ] = "write",
    expires: Annotated[str | None, typer.Option(help="When it stops working: ISO 8601, or `in 90 days`.")] = None,
    merchant: MerchantOption = None,
    as_json: AsJson = False,
) -> None:
    """Make a key. It is shown once, here, and never again."""
    session = session_of(context)
    may = _scope_of(scope)
    try:
        expires_at = moment(expires, datetime.now(UTC)) if expires else None
    except ValueError as bad:
        raise UsageProblem(f"--expires: {bad}") from None
    with session.configuration.admin_or_own(merchant) as client:
        made = client.create_key(display_name=name, scope=may, expires_at=expires_at, merchant=merchant)
    if as_json:
        session.output.json({"api_key": made.api_key, "secret": made.secret})
        return
    session.output.complain("Keep it now: it cannot be shown again.", style="yellow")
    session.output.line(made.secret)


@app.command("list")
def list_keys(context: typer.Context, merchant: MerchantOption = None, as_json: AsJson = False) -> None:
    """List all keys, revoked ones too, without their secrets."""
    session = session_of(context)
    with session.configuration.admin_or_own(merchant) as client:
        keys = client.list_keys(merchant)
    if as_json:
        session.output.json({"api_keys": keys})
        return
    session.output.table(
        ["Key", "For", "May", "Made", "Expires", "Revoked"],
        [
            [
                key.name.rpartition("/")[2],
                key.display_name,
                _scope(key),
                words.when(key.create_time),
                words.when(key.expire_time),
                words.when(key.revoke_time),
            ]
            for key in keys
        ],
    )


@app.command()
def revoke(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="As `wismo key list` shows it, or its full name.")],
    merchant: MerchantOption = None,
    as_json: AsJson = False,
) -> None:
    """Make a key stop working, within 10 seconds everywhere."""
    session = session_of(context)
    with session.configuration.admin_or_own(merchant) as client:
        revoked = client.revoke_key(key)
    if as_json:
        session.output.json(revoked)
        return
    session.output.line(f"{revoked.name} is revoked.", style="green")


def _scope_of(typed: str) -> ApiKeyScope:
    try:
        return ApiKeyScope(typed.lower().replace("-", "_"))
    except ValueError:
        raise UsageProblem(f"--scope {typed}: {suggestion(typed, ApiKeyScope)}") from None


def _scope(key: ApiKey) -> str:
    name = ScopeEnum.Name(key.scope) if key.scope in ScopeEnum.values() else ""
    return name.removeprefix("API_KEY_SCOPE_").lower().replace("_", "-")
