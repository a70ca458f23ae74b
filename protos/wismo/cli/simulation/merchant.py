"""As whom the simulation speaks: the configured key, or a key made for the run with the admin key."""

from collections.abc import Iterator
from contextlib import contextmanager

from wismo.cli.configuration import Configuration
from wismo.cli.exits import UsageProblem
from wismo.client import NotFound, drafts
from wismo.client.values import merchant_name, merchant_of_key
from wismo.orders.v1.merchant_pb2 import Merchant


@contextmanager
def credentials(configuration: Configuration, merchant: str | None) -> Iterator[tuple[str, str]]:
    """The API key and the merchant's resource name. A key made for the run is revoked at its end."""
    own = merchant_of_key(configuration.api_key or "")
    if merchant is None or merchant_name(merchant) == merchant_name(own or ""):
        if not configuration.api_key or own is None:
            raise UsageProblem("No API key of a merchant. Give --api-key, or --merchant with the admin key.")
        yield configuration.api_key, merchant_name(own)
        return
    with configuration.client(admin=True, merchant=merchant) as admin:
        try:
            admin.get_merchant(merchant)
        except NotFound:
            admin.create_merchant(_shop(merchant))
        key = admin.create_key(display_name="wismo simulate", merchant=merchant)
        try:
            yield key.secret, merchant_name(merchant)
        finally:
            admin.revoke_key(key.api_key.name)


def _shop(merchant: str) -> Merchant:
    short = merchant.removeprefix("merchants/")
    return drafts.new_merchant(
        merchant,
        short.replace("-", " ").title(),
        sender_email=f"orders@{short}.test",
        contact_email=f"care@{short}.test",
        contact_phone="+493012345678",
        postal_address=[short.replace("-", " ").title(), "Hauptstr. 1", "10115 Berlin"],
        opening_hours="Mon to Fri, 9:00 to 17:00",
        shop_url=f"https://{short}.test",
        time_zone="Europe/Berlin",
    )
