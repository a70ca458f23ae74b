"""A credit, a message or link sent once more, a download issued again, a corrected address."""

import re

from chassis.localisation import mark
from chassis.outbox import Letter
from status_page.care_desk.acts.act import About, ActKind, Given, Said
from status_page.care_desk.acts.forms import Field, Reading
from status_page.outbox.facts import contact, recorded, stamp
from wismo.orders.v1 import buyer_pb2, orders_service_pb2
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wording import money

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,180}\.[^@\s]{2,60}")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_LINES = 6


def _credit(about: About, given: Given) -> events.CreditGiven:
    reading = Reading(given, about.reader)
    amount = reading.money("amount", "currency")
    credit = events.CreditGiven(
        description=reading.text("description", longest=500), reason=reading.text("reason", required=False, longest=500)
    )
    reading.done()
    if amount is not None:
        credit.amount.CopyFrom(amount)
    return credit


def _record_credit(about: About, given: Given, request_id: str) -> Letter:
    credit = _credit(about, given)
    credit.credit_id = f"desk-{request_id[:40]}"
    event = events.FulfilmentEvent(source=events.EVENT_SOURCE_CARE, credit_given=credit)
    return recorded(about.order.name, event, about.reader.now, request_id)


def _read_credit(about: About, given: Given) -> tuple[Said, ...]:
    credit = _credit(about, given)
    title = about.buyer.gettext("We gave you a credit")
    if credit.HasField("amount"):
        title = about.buyer.gettext("We gave you a credit of %(amount)s", amount=money(credit.amount, about.buyer))
    return (Said(title, credit.description), Said("", credit.reason))


def _currency(about: About) -> str:
    prices = [about.order.total, *(line.price for line in about.order.lines)]
    return next((price.currency_code for price in prices if price.currency_code), "EUR")


def _resend(about: About, _given: Given, request_id: str) -> Letter:
    event = events.FulfilmentEvent(source=events.EVENT_SOURCE_CARE)
    event.resend_requested.message_id = about.subject
    return recorded(about.order.name, event, about.reader.now, request_id)


def _link(about: About, _given: Given, request_id: str) -> Letter:
    event = events.FulfilmentEvent(source=events.EVENT_SOURCE_CARE)
    event.link_requested.SetInParent()
    return recorded(about.order.name, event, about.reader.now, request_id)


def _reissue(about: About, given: Given, request_id: str) -> Letter:
    reading = Reading(given, about.reader)
    until = reading.last_minute("expires_at")
    reading.done()
    event = events.FulfilmentEvent(source=events.EVENT_SOURCE_CARE)
    event.download_renewed.line_id = about.subject
    if until is not None:
        event.download_renewed.expires_at.CopyFrom(stamp(until))
    return recorded(about.order.name, event, about.reader.now, request_id)


def _read_reissue(about: About, given: Given) -> tuple[Said, ...]:
    _reissue(about, given, "-")
    titles = [line.title for line in about.order.lines if line.line_id == about.subject]
    return (Said(about.buyer.gettext("Your download was renewed"), ", ".join(titles)),)


def _has_download(about: About) -> bool:
    return any(one.line_id == about.subject and not one.HasField("revoked_at") for one in about.order.downloads)


def _buyer(about: About, given: Given) -> buyer_pb2.Buyer:
    reading = Reading(given, about.reader)
    buyer = buyer_pb2.Buyer()
    buyer.CopyFrom(about.order.buyer)
    buyer.email = reading.text("email", longest=254)
    buyer.phone = reading.text("phone", required=False, longest=20).replace(" ", "")
    buyer.display_name = reading.text("name", required=False, longest=120)
    if buyer.email and not _EMAIL.fullmatch(buyer.email):
        reading.wrong("email", mark("This does not look like an e-mail address."))
    if buyer.phone and not _PHONE.fullmatch(buyer.phone):
        reading.wrong("phone", mark("Please give it with its country, for example +442079460018."))
    if _ships(about):
        _read_address(buyer.shipping_address, reading)
    reading.done()
    return buyer


def _read_address(address: buyer_pb2.PostalAddress, reading: Reading) -> None:
    lines = [line.strip() for line in reading.text("street", longest=700).splitlines() if line.strip()]
    if len(lines) > _LINES or any(len(line) > 120 for line in lines):
        reading.wrong("street", mark("At most six lines, each of at most 120 characters."))
    address.recipient = reading.text("recipient", required=False, longest=120)
    del address.lines[:]
    address.lines.extend(lines)
    address.city = reading.text("city", longest=80)
    address.postcode = reading.text("postcode", required=False, longest=16)
    address.country = reading.text("country", required=False, longest=2).upper()
    if address.country and not _COUNTRY.fullmatch(address.country):
        reading.wrong("country", mark("Two letters, for example GB."))


def _ships(about: About) -> bool:
    return about.order.buyer.HasField("shipping_address")


def _contact_fields(about: About) -> tuple[Field, ...]:
    buyer = about.order.buyer
    address = buyer.shipping_address
    person = (
        Field(
            "email",
            mark("E-mail address"),
            longest=254,
            start=buyer.email,
            hint=mark("With another address, links that were sent before open no longer."),
        ),
        Field("phone", mark("Telephone"), longest=20, start=buyer.phone, required=False),
        Field("name", mark("Name"), longest=120, start=buyer.display_name, required=False),
    )
    if not _ships(about):
        return person
    return (
        *person,
        Field("recipient", mark("Name on the parcel"), longest=120, start=address.recipient, required=False),
        Field("street", mark("Street, house, flat"), "area", longest=700, start="\n".join(address.lines)),
        Field("postcode", mark("Postcode"), longest=16, start=address.postcode, required=False),
        Field("city", mark("Town"), longest=80, start=address.city),
        Field("country", mark("Country, two letters"), longest=2, start=address.country, required=False),
    )


def _contact(about: About, given: Given, request_id: str) -> Letter:
    request = orders_service_pb2.UpdateBuyerContactRequest(
        order=about.order.name, buyer=_buyer(about, given), request_id=request_id
    )
    return contact(request, about.reader.now)


def _read_contact(about: About, given: Given) -> tuple[Said, ...]:
    buyer = _buyer(about, given)
    address = buyer.shipping_address
    town = " ".join(part for part in (address.postcode, address.city, address.country) if part)
    where = "\n".join(part for part in (address.recipient, *address.lines, town) if part)
    person = "\n".join(part for part in (buyer.display_name, buyer.email, buyer.phone) if part)
    return (Said(about.buyer.gettext("Your contact details were changed"), person), Said("", where))


CREDIT = ActKind(
    "credit",
    mark("Give a credit"),
    mark("Give it"),
    mark("The credit is given, and the buyer is told."),
    fits=lambda about: not about.subject,
    fields=lambda about: (
        Field("amount", mark("Amount"), longest=12, required=False, hint=mark("Empty, if it is not money.")),
        Field("currency", mark("Currency"), longest=3, required=False, start=_currency(about)),
        Field(
            "description", mark("What it is"), hint=mark("In the buyer's language, for example: off your next order")
        ),
        Field("reason", mark("Why"), "area", mark("In the buyer's language."), required=False),
    ),
    reads=_read_credit,
    fact=_record_credit,
)
RESEND = ActKind(
    "resend",
    mark("Send the message once more"),
    mark("Send it once more"),
    mark("The message is sent once more, to the address as it is now."),
    fits=lambda about: 0 < len(about.subject) <= 256,
    fields=lambda _about: (),
    reads=lambda _about, _given: (),
    fact=_resend,
)
LINK = ActKind(
    "link",
    mark("Send the link to the order"),
    mark("Send the link"),
    mark("The link is on its way to the buyer."),
    fits=lambda about: not about.subject,
    fields=lambda _about: (),
    reads=lambda _about, _given: (),
    fact=_link,
)
REISSUE = ActKind(
    "reissue",
    mark("Issue the download again"),
    mark("Issue it again"),
    mark("The download starts afresh, and the buyer is told."),
    fits=_has_download,
    fields=lambda _about: (
        Field("expires_at", mark("Open until"), "day", mark("Empty: for as long again as before."), required=False),
    ),
    reads=_read_reissue,
    fact=_reissue,
)
CONTACT = ActKind(
    "contact",
    mark("Correct the address"),
    mark("Correct it"),
    mark("The address is being corrected."),
    fits=lambda about: not about.subject,
    fields=_contact_fields,
    reads=_read_contact,
    fact=_contact,
)
