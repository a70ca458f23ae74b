"""What merchants, carriers and buyers write is text, whatever is in it."""

import re

import pytest
from google.type.money_pb2 import Money

from tests.fakes.status_page_site import Site
from tests.samples import merchants
from tests.samples.mixed import mixed_order, report_problem, scan
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import tracking_pb2

XSS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</title><script>alert(1)</script>",
    "{{ config }}{% raw %}",
    "javascript:alert(1)",
    "<!--<script>",
    "\u202ealert",
    "&lt;script&gt;",
    "%(name)s %s %d",
    "${7*7}#{7*7}",
]


@pytest.mark.parametrize("text", XSS)
def test_text_from_merchants_carriers_and_buyers_is_inert(site: Site, text: str) -> None:
    shop = merchants.lantern()
    shop.display_name = text
    shop.contact.opening_hours = text
    shop.contact.postal_address.append(text)
    shop.brand.colour = text
    shop.revision = 9
    story = mixed_order(merchant=shop)
    scan(story, tracking_pb2.TRACKING_STATUS_IN_TRANSIT, text, hours=1)
    report_problem(story)
    order = story.order
    order.buyer.display_name = order.buyer.shipping_address.recipient = text
    for line in order.lines:
        line.title = text
    order.problems[0].what_happened = order.problems[0].what_we_do = text
    parcel = order.parcels[0]
    parcel.carrier = parcel.tracking_number = parcel.received_by = parcel.scans[0].description = text
    order.downloads[0].files[0].file_name = text
    order.accesses[0].username = text
    order.accesses[0].steps.append(text)
    order.timeline[0].note = text
    order.refunds.add(refund_id="r", reason=text, amount=Money(currency_code="GBP", units=5))
    order.credits.add(credit_id="c", description=text, reason=text)
    story.tell(events.FulfilmentEvent(note_to_buyer=events.NoteToBuyer(text=text)))
    site.tell(story)
    page = site.open(story)
    assert page.status_code == 200
    if "<" in text or '"' in text:
        assert text not in page.text
    assert "<script>" not in page.text
    assert "<img src=x" not in page.text
    assert "<svg/" not in page.text
    assert re.findall(r"<script[^>]*>", page.text) == re.findall(r"<script src=\"/static/[^>]*>", page.text)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "//evil.test",
        "https:evil",
        "\tjavascript:alert(1)",
        "file:///etc/passwd",
        "https://",
        "http://[",
    ],
)
def test_an_address_that_is_no_web_address_becomes_no_link(site: Site, url: str) -> None:
    shop = merchants.lantern()
    shop.brand.shop_url = shop.brand.logo_url = url
    story = mixed_order(merchant=shop)
    order = story.order
    order.parcels[0].tracking_url = order.accesses[0].login_url = order.pay_url = url
    story.tell(events.FulfilmentEvent(note_to_buyer=events.NoteToBuyer(text="x")))
    site.tell(story)
    page = site.open(story).text
    links = re.findall(r'(?:href|src|action)="([^"]*)"', page)
    assert not [link for link in links if not re.match(r"(/(?!/)|\?|#|https?://[a-z]|mailto:|tel:)", link)]


@pytest.mark.parametrize("logo", ["https://a.test;script-src *", "https://a.test 'unsafe-inline'", "https://a.test,x"])
def test_a_logo_cannot_widen_the_policy(site: Site, logo: str) -> None:
    shop = merchants.lantern()
    shop.brand.logo_url = logo
    story = mixed_order(merchant=shop)
    site.tell(story)
    policy = site.open(story).headers["Content-Security-Policy"]
    assert policy.count("script-src") == 1
    assert "unsafe" not in policy
    assert "img-src 'self';" in policy
