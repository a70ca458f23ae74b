"""What both services that speak to buyers say: the vocabulary of orders in plain words. Pure functions.

    catalog = Catalog(Path(__file__).parent, "notifier", wording.LOCALES).then(wording.catalog())
    reader = Reader(catalog.language("ru"), "Europe/Moscow", now)
    step = next_step(order, line, reader)     # step.happens, step.by, step.you, step.action, step.must_act
    headline(order, reader), line_state(line, reader), timeline_entry(entry, order, reader)  # the last may be None

Labels have no full stop, sentences have one. Nothing here escapes HTML: that is the template's part.
"""

from pathlib import Path

from chassis.localisation import Catalog
from wording.amounts import money, quantity_of, times, titles
from wording.carriers import (
    Explained,
    acting_party,
    carrier_name,
    delivered_to,
    exception_reason,
    tracking_status,
    waits_at,
)
from wording.codes import SpelledCharacter, letter_case_matters, look_alikes, spell
from wording.expected import expected_by, expected_source, expected_when
from wording.known import Known, last_known, last_scan
from wording.lines import line_kind, line_state
from wording.next_steps import next_step
from wording.next_steps_on_screen import allowance_left, charge_coming
from wording.next_steps_physical import parcels_of
from wording.orders import headline, parcel_contents, parcel_label
from wording.problems import next_word, open_problem
from wording.reader import DOMAIN, Reader
from wording.step import Action, NextStep
from wording.steps import access_steps, copy_label, download_label, download_steps, platform_name
from wording.timeline import payment_state, timeline_entry

LOCALES = ("en", "ru")
"""The languages that Wismo speaks completely."""


def catalog() -> Catalog:
    """The translations of this package, to be chained: ``Catalog(…).then(wording.catalog())``."""
    return Catalog(Path(__file__).parent, DOMAIN, LOCALES)


__all__ = [
    "DOMAIN",
    "LOCALES",
    "Action",
    "Explained",
    "Known",
    "NextStep",
    "Reader",
    "SpelledCharacter",
    "access_steps",
    "acting_party",
    "allowance_left",
    "carrier_name",
    "catalog",
    "charge_coming",
    "copy_label",
    "delivered_to",
    "download_label",
    "download_steps",
    "exception_reason",
    "expected_by",
    "expected_source",
    "expected_when",
    "headline",
    "last_known",
    "last_scan",
    "letter_case_matters",
    "line_kind",
    "line_state",
    "look_alikes",
    "money",
    "next_step",
    "next_word",
    "open_problem",
    "parcel_contents",
    "parcel_label",
    "parcels_of",
    "payment_state",
    "platform_name",
    "quantity_of",
    "spell",
    "timeline_entry",
    "times",
    "titles",
    "tracking_status",
    "waits_at",
]
