"""The demo's care team: where its mail goes, the keys of its desk, and an order that needs it."""

import contextlib
from dataclasses import dataclass

from embedded_stack.addresses import Addresses
from embedded_stack.demo_trouble import askings, troubled_order
from embedded_stack.keys import InstallationKeys
from wismo.client import AlreadyExists, WismoClient, drafts

TEAMS = {
    "lantern": drafts.care_team(email="team@lantern.test", escalation_email="head@lantern.test", locale="en"),
    "severny": drafts.care_team(email="komanda@severny.test", escalation_email="nachalnik@severny.test", locale="ru"),
}
ROLES = ("reader", "agent", "admin")


@dataclass(frozen=True)
class CareKeys:
    """One shop's keys of the desk, by role."""

    reader: str
    agent: str
    admin: str


def engage_teams(addresses: Addresses, keys: InstallationKeys) -> None:
    """Give each shop its team. Harmless when it has it."""
    for merchant, team in TEAMS.items():
        with WismoClient(addresses.grpc, keys.admin) as admin:
            shop = admin.get_merchant(merchant)
            if shop.care != team:
                shop.care.CopyFrom(team)
                admin.update_merchant(shop, fields=["care"])


def make_care_keys(addresses: Addresses, keys: InstallationKeys, merchant: str) -> CareKeys:
    """New keys of the desk for a shop."""
    with WismoClient(addresses.grpc, keys.admin) as admin:
        made = {
            role: admin.create_key(display_name=f"demo {role}", scope=f"care_{role}", merchant=merchant).secret
            for role in ROLES
        }
    return CareKeys(**made)


def send_trouble(addresses: Addresses, api_key: str) -> None:
    """An order in trouble and its buyer's question. Sent again, it is what it was."""
    demo = troubled_order()
    reference = demo.order.reference
    with WismoClient(addresses.grpc, api_key) as shop:
        # What is there already is from an earlier start that did not get to its end.
        with contextlib.suppress(AlreadyExists):
            shop.create_order(demo.order, request_id=f"demo-{reference}")
        for number, event in enumerate(demo.story):
            with contextlib.suppress(AlreadyExists):
                shop.record(reference, event, request_id=f"demo-{reference}-{number}")
        for number, one in enumerate(askings()):
            with contextlib.suppress(AlreadyExists):
                request_id = f"demo-{reference}-asked-{number}"
                shop.ask_question(one.reference, one.text, channel=one.channel, request_id=request_id)
