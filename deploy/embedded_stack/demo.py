"""Sends the demo orders on the first start, and says where to look at them on every start."""

import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from chassis.keys import KeyRing
from chassis.signed_links import LinkSigner
from embedded_stack.addresses import Addresses
from embedded_stack.demo_care import CareKeys, engage_teams, make_care_keys, send_trouble
from embedded_stack.demo_orders import DemoOrder, further_orders, merchants, mixed_order, russian_order
from embedded_stack.downloads import DemoFile
from embedded_stack.keys import InstallationKeys, write_private
from embedded_stack.servers import InboxServer
from wismo.client import AlreadyExists, RetryPolicy, WismoClient, WismoError

LINK_LIFETIME = timedelta(days=180)
PATIENCE = 60.0


class DemoFailedError(RuntimeError):
    """Something refused a demo order, or no mail came."""


@dataclass(frozen=True)
class Demo:
    """`link` is the mixed order's signed link; `care_keys` are of the first shop's desk; `mail_after`: seconds from the
    mixed order's creation to its mail, if just sent.
    """

    link: str
    other_links: dict[str, str]
    care_keys: CareKeys
    mail_after: float | None


def send_demo(
    folder: Path,
    addresses: Addresses,
    keys: InstallationKeys,
    files: list[DemoFile],
    inbox: InboxServer | None,
    say: Callable[[str], None],
) -> Demo:
    """Send the orders unless an earlier start did. Blocks until the first mail is there, where the inbox is ours."""
    done = folder / "demo.json"
    after: float | None = None
    known = _known(folder)
    if not done.exists():
        api_keys = _merchants(addresses, keys)
        _tell_the_command(folder, addresses, keys, {"api_keys": api_keys})
        after = _send(addresses, api_keys, files, inbox, say)
        done.write_text(json.dumps({"sent_at": datetime.now(UTC).isoformat()}), encoding="utf-8")
    else:
        api_keys = known["api_keys"]
    # A folder that an older version filled has no desk yet.
    care_keys = CareKeys(**known["care_keys"]) if "care_keys" in known else _desk(addresses, keys, api_keys)
    _tell_the_command(folder, addresses, keys, {"api_keys": api_keys, "care_keys": asdict(care_keys)})
    others = {"In Russian": ("severny", "S-2001"), "In trouble": ("lantern", "L-1004")}
    return Demo(
        _link(addresses, keys, api_keys, "lantern", "L-1001"),
        {name: _link(addresses, keys, api_keys, *order) for name, order in others.items()},
        care_keys,
        after,
    )


def _desk(addresses: Addresses, keys: InstallationKeys, api_keys: dict[str, str]) -> CareKeys:
    """A care team, something for it to do, and the keys of its desk."""
    try:
        engage_teams(addresses, keys)
        send_trouble(addresses, api_keys["lantern"])
        return make_care_keys(addresses, keys, "lantern")
    except WismoError as error:
        raise DemoFailedError(str(error)) from error


def _merchants(addresses: Addresses, keys: InstallationKeys) -> dict[str, str]:
    """Create the shops; their API keys by merchant."""
    api_keys = {}
    try:
        with WismoClient(addresses.grpc, keys.admin, retry=RetryPolicy(give_up_after=PATIENCE)) as admin:
            for merchant in merchants():
                with contextlib.suppress(AlreadyExists):  # From an earlier start that did not get to its end.
                    admin.create_merchant(merchant)
                key = admin.create_key(display_name="demo", merchant=merchant.name)
                api_keys[merchant.name.removeprefix("merchants/")] = key.secret
    except WismoError as error:
        raise DemoFailedError(str(error)) from error
    return api_keys


def _send(
    addresses: Addresses,
    api_keys: dict[str, str],
    files: list[DemoFile],
    inbox: InboxServer | None,
    say: Callable[[str], None],
) -> float | None:
    """Send everything; seconds until the first order's first mail."""
    first = mixed_order(files)
    buyer = first.order.buyer.email
    try:
        with WismoClient(addresses.grpc, api_keys[first.merchant]) as shop:
            _create(shop, first)
        after = None
        if inbox is not None:
            began = time.monotonic()
            inbox.wait_for(buyer, seconds=PATIENCE)
            after = time.monotonic() - began
            say(f"the first mail is in the inbox, {after:.1f} s after its order")
        for demo in (first, russian_order(), *further_orders()):
            with WismoClient(addresses.grpc, api_keys[demo.merchant]) as shop:
                _create(shop, demo)
                for number, event in enumerate(demo.story):
                    with contextlib.suppress(AlreadyExists):  # As in `_create`.
                        shop.record(demo.order.reference, event, request_id=f"demo-{demo.order.reference}-{number}")
    except TimeoutError as error:
        raise DemoFailedError(f"no mail came: {error}") from error
    except WismoError as error:
        raise DemoFailedError(str(error)) from error
    return after


def _create(shop: WismoClient, demo: DemoOrder) -> None:
    # Sent a moment ago (which answers the same again), or by an earlier start that did not get to its end.
    with contextlib.suppress(AlreadyExists):
        shop.create_order(demo.order, request_id=f"demo-{demo.order.reference}")


def _known(folder: Path) -> dict[str, Any]:
    """What an earlier start told the command."""
    file = folder / "cli.json"
    known: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return known


def _tell_the_command(folder: Path, addresses: Addresses, keys: InstallationKeys, made: dict[str, Any]) -> None:
    """Where `wismo` finds the stack: its own target and key, and for `wismo doctor` everything that can be asked.

    `made` are the shops' keys: `api_keys` by shop, and `care_keys`, the first shop's, by role, once there are some.
    """
    known = {
        "target": addresses.grpc,
        "care_target": addresses.care,
        "api_key": made["api_keys"]["lantern"],
        **made,
        "admin_key": keys.admin,
        "page_url": addresses.page_url,
        "inbox_url": addresses.inbox_url,
        "kafka_bootstrap": addresses.kafka,
        "mongo_url": addresses.mongo,
        "smtp_url": addresses.smtp,
        "ops": addresses.ops,
    }
    write_private(folder / "cli.json", json.dumps(known, indent=2))


def _link(addresses: Addresses, keys: InstallationKeys, api_keys: dict[str, str], merchant: str, reference: str) -> str:
    """The order's page, as a fresh mail would link it."""
    try:
        with WismoClient(addresses.grpc, api_keys[merchant]) as shop:
            order = shop.get_order(reference)
    except WismoError as error:
        raise DemoFailedError(str(error)) from error
    token = LinkSigner(KeyRing.parse(keys.link)).sign(
        purpose="order",
        subject=order.name,
        version=order.link_version,
        expires_at=datetime.now(UTC) + LINK_LIFETIME,
    )
    return f"{addresses.page_url}/o/{token}"
