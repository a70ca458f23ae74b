"""As whom the simulation speaks: the configured key, or a key made for the run with the admin key."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from wismo.cli.configuration import Configuration
from wismo.cli.exits import UsageProblem
from wismo.client import AlreadyExists, NewApiKey, NotFound, Unavailable, WismoClient, drafts
from wismo.client.values import merchant_name, merchant_of_key
from wismo.orders.v1.merchant_pb2 import Merchant


@contextmanager
def credentials(
    configuration: Configuration, merchant: str | None, run: str, patience: float
) -> Iterator[tuple[str, str]]:
    """The API key and the merchant's resource name. Keys made for the run are revoked at its end, all of them.

    Goes on through outages of up to ``patience`` seconds, as the run itself does.
    """
    own = merchant_of_key(configuration.api_key or "")
    if merchant is None or merchant_name(merchant) == merchant_name(own or ""):
        if not configuration.api_key or own is None:
            raise UsageProblem("No API key of a merchant. Give --api-key, or --merchant with the admin key.")
        yield configuration.api_key, merchant_name(own)
        return
    name = f"simulation {run}"
    with configuration.client(admin=True, merchant=merchant, patience=patience) as admin:
        _make_sure_of(admin, merchant)
        key = _new_key(admin, name, patience)
        try:
            yield key.secret, merchant_name(merchant)
        finally:
            for made in admin.list_keys():
                if made.display_name == name and not made.HasField("revoke_time"):
                    admin.revoke_key(made.name)


def _make_sure_of(admin: WismoClient, merchant: str) -> None:
    try:
        admin.get_merchant()
    except NotFound:
        try:
            admin.create_merchant(_shop(merchant))
        except AlreadyExists:
            admin.get_merchant()  # Made by our own first try, whose answer was lost, or by a run beside this one.


def _new_key(admin: WismoClient, name: str, patience: float) -> NewApiKey:
    """A key; made again when the answer was lost. The one that nobody knows is revoked with the others, by its name."""
    give_up = time.monotonic() + patience
    while True:
        try:
            return admin.create_key(display_name=name)
        except Unavailable:
            if time.monotonic() >= give_up:
                raise
        time.sleep(0.5)


def _shop(merchant: str) -> Merchant:
    short = merchant.removeprefix("merchants/")
    title = short.replace("-", " ").title()
    return drafts.new_merchant(
        merchant,
        title,
        sender_email=f"orders@{short}.test",
        contact_email=f"care@{short}.test",
        contact_phone="+493012345678",
        postal_address=[title, "Hauptstr. 1", "10115 Berlin"],
        opening_hours="Mon to Fri, 9:00 to 17:00",
        shop_url=f"https://{short}.test",
        time_zone="Europe/Berlin",
    )
