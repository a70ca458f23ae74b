"""`wismo merchant create | get | update | list`."""

import sys
from typing import Annotated

import typer

from wismo.cli.commands import AsJson
from wismo.cli.documents import read_file
from wismo.cli.exits import UsageProblem
from wismo.cli.friendly import Reader
from wismo.cli.output import Output
from wismo.cli.session import Session, session_of
from wismo.client.values import merchant_name
from wismo.orders.v1.merchant_pb2 import Merchant

app = typer.Typer(help="Shops of this installation.", no_args_is_help=True)
MerchantFile = Annotated[
    str, typer.Argument(help="JSON or YAML, see docs/examples/merchant.yaml; - for standard input.")
]


@app.command()
def create(context: typer.Context, file: MerchantFile, as_json: AsJson = False) -> None:
    """Create a merchant from a file (admin key)."""
    session = session_of(context)
    merchant, _ = _read(session, file)
    with session.configuration.client(admin=True) as client:
        _show(session.output, client.create_merchant(merchant), as_json)


@app.command()
def get(
    context: typer.Context,
    merchant: Annotated[str | None, typer.Argument(help="Which; none: the key's own.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show a merchant."""
    session = session_of(context)
    client = session.configuration.admin_or_own(merchant) if merchant else session.configuration.client()
    with client:
        _show(session.output, client.get_merchant(merchant), as_json)


@app.command()
def update(context: typer.Context, file: MerchantFile, as_json: AsJson = False) -> None:
    """Change a merchant: the fields that the file holds, whole; `name` says which merchant."""
    session = session_of(context)
    merchant, given = _read(session, file)
    with session.configuration.admin_or_own() as client:
        _show(session.output, client.update_merchant(merchant, fields=given), as_json)


@app.command("list")
def list_merchants(context: typer.Context, as_json: AsJson = False) -> None:
    """List all merchants (admin key)."""
    session = session_of(context)
    merchants: list[Merchant] = []
    token = ""
    with session.configuration.client(admin=True) as client:
        while True:
            page = client.list_merchants(page_size=200, page_token=token)
            merchants.extend(page.items)
            token = page.next_page_token
            if not token:
                break
    if as_json:
        session.output.json({"merchants": merchants})
        return
    session.output.table(
        ["Merchant", "Shop", "Language", "Zone", "Care", "Revision"],
        [
            [
                each.name.removeprefix("merchants/"),
                each.display_name,
                each.default_locale or "en",
                each.time_zone or "UTC",
                each.contact.email,
                str(each.revision),
            ]
            for each in merchants
        ],
    )


def _read(session: Session, file: str) -> tuple[Merchant, list[str]]:
    value, name = read_file(file, sys.stdin.read() if file == "-" else None)
    reader = Reader(name, places=session.places)
    merchant = Merchant()
    reader.fill(merchant, value, "merchant")
    reader.finish()
    if not merchant.name:
        raise UsageProblem(f"{name}: name is missing; give for example name: acme-books")
    merchant.name = merchant_name(merchant.name)
    return merchant, [field.name for field, _ in merchant.ListFields() if field.name != "name"]


def _show(output: Output, merchant: Merchant, as_json: bool) -> None:
    if as_json:
        output.json(merchant)
        return
    contact = merchant.contact
    output.table(
        ["Field", "Value"],
        [
            ["merchant", merchant.name.removeprefix("merchants/")],
            ["shop", merchant.display_name],
            ["sender", f"{merchant.sender.display_name or merchant.display_name} <{merchant.sender.email}>"],
            ["care", f"{contact.email}, {contact.phone}"],
            ["questions and alerts to", _care(merchant)],
            ["address", ", ".join(contact.postal_address)],
            ["language, zone", f"{merchant.default_locale or 'en'}, {merchant.time_zone or 'UTC'}"],
            ["revision", str(merchant.revision)],
        ],
    )


def _care(merchant: Merchant) -> str:
    care = merchant.care
    told = [care.email or merchant.contact.email]
    if care.escalation_email:
        told.append(f"then {care.escalation_email}")
    if care.webhook_url:
        told.append(care.webhook_url)
    return ", ".join(told)
