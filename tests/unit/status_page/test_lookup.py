import re
from statistics import median
from time import perf_counter

import pytest

from status_page.lookup.keys import LookupKeys, folded
from tests.fakes.status_page_site import Site
from tests.samples import merchants
from tests.samples.mixed import ACCESS_CODE, LICENCE_KEY, mixed_order, report_problem

PRIVATE = (
    ACCESS_CODE,
    LICENCE_KEY,
    "Northern Lights",
    "Atlas 2.1",
    "Readers",
    "RM123456785GB",
    "Robin",
    "Mill Lane",
    "YO1",
    "York",
    "Leeds",
    "robin@buyers.test",
    "84.50",
)


@pytest.mark.parametrize("contact", ["robin@buyers.test", " Robin@Buyers.Test ", "YO1 7HH", "yo17hh", "YO1-7HH"])
@pytest.mark.parametrize("reference", ["R-10042", "r-10042", " #R-10042 "])
def test_reference_and_contact_show_how_far_the_order_is(site: Site, reference: str, contact: str) -> None:
    story = mixed_order()
    site.tell(story)
    answer = site.look_up(reference, contact)
    assert (answer.status_code, answer.location) == (303, "/progress")
    page = site.browser.get("/progress")
    assert page.status_code == 200
    assert "Order R-10042" in page.text
    assert ">Delivered<" in page.text


def test_progress_shows_nothing_but_progress(site: Site) -> None:
    story = mixed_order()
    report_problem(story)
    site.tell(story)
    site.look_up("R-10042", "YO1 7HH")
    page = site.browser.get("/progress").text
    # What the buyer typed is the buyer's own; the page repeats none of it.
    assert [text for text in PRIVATE if text in page] == []
    assert "damaged" not in page
    assert "/downloads/" not in page
    assert "Mail me the link" in page


def test_looking_up_opens_no_order(site: Site) -> None:
    story = mixed_order()
    site.tell(story)
    site.look_up("R-10042", "YO1 7HH")
    assert ACCESS_CODE not in site.browser.get(site.path(story)).text


def shape(site: Site, reference: str, contact: str) -> tuple[object, ...]:
    """Everything of an answer that could tell a hit from a miss, with what is random in every answer left out."""
    answer = site.look_up(reference, contact, browser=site.app.test_client())
    headers = sorted((name, re.sub(r"wismo-progress=[^;]+", "", value)) for name, value in answer.headers)
    cookie = next(value for name, value in answer.headers if "wismo-progress" in value)
    return answer.status_code, len(answer.data), len(cookie), answer.data, headers


def test_a_hit_and_a_miss_look_the_same(site: Site) -> None:
    site.tell(mixed_order())
    hit = shape(site, "R-10042", "robin@buyers.test")
    assert shape(site, "R-10042", "someone@buyers.test") == hit
    assert shape(site, "R-99999", "robin@buyers.test") == hit
    assert shape(site, "R-99999", "YO1 7HH") == hit


def test_an_order_that_exists_and_one_that_does_not_show_the_same_page_to_a_stranger(site: Site) -> None:
    site.tell(mixed_order())
    pages = []
    for reference in ("R-10042", "R-99999"):
        site.look_up(reference, "someone@else.test")
        page = site.browser.get("/progress")
        pages.append((page.status_code, re.sub(r'nonce="[^"]+"', "", page.text)))
    assert pages[0] == pages[1]
    assert "We found no order with these two details" in pages[0][1]


def test_wrong_contact_and_unknown_reference_take_the_same_time(site: Site) -> None:
    """Both are a key that is not there. The bound is wide, because the machine has other things to do."""
    site.tell(*[mixed_order(f"R-{number}") for number in range(50)])
    seconds: dict[str, list[float]] = {"R-7": [], "X-7": []}
    with site.app.test_request_context():
        for _ in range(1000):
            for reference, times in seconds.items():
                began = perf_counter()
                site.orders.find_by_key(site.lookup_keys.of_contact(reference, "someone@else.test"))
                times.append(perf_counter() - began)
    known, unknown = (median(times) for times in seconds.values())
    assert abs(known - unknown) < 0.2 * max(known, unknown)


def test_the_link_is_mailed_to_the_stored_address_only(site: Site) -> None:
    story = mixed_order()
    site.tell(story)
    form = {"token": site.token(), "reference": "r-10042", "contact": "YO17HH"}
    answer = site.browser.post("/link", data=form)
    assert answer.status_code == 303
    assert answer.location == "/link-sent"
    assert [(fact.kind, fact.about) for fact in site.outbox.letters] == [("link_requested", story.order.name)]
    page = site.browser.get(answer.location).text
    assert "Look into your inbox" in page
    assert "robin" not in page


def test_asking_for_the_link_of_no_order_looks_the_same_and_tells_nobody(site: Site) -> None:
    site.tell(mixed_order())
    answers = []
    for reference in ("R-10042", "R-99999"):
        form = {"token": site.token(), "reference": reference, "contact": "YO1 7HH"}
        answer = site.browser.post("/link", data=form)
        answers.append((answer.status_code, answer.location, answer.data, sorted(answer.headers.keys())))
    assert answers[0] == answers[1]
    # Each leaves a row, so that both take the same time; one of them says nothing to anybody.
    assert [fact.kind for fact in site.outbox.letters] == ["link_requested", "nothing"]


def test_the_progress_page_can_have_the_link_mailed(site: Site) -> None:
    story = mixed_order()
    site.tell(story)
    site.look_up("R-10042", "YO1 7HH")
    site.browser.post("/link/again", data={"token": site.token("/progress")})
    assert [(fact.kind, fact.about) for fact in site.outbox.letters] == [("link_requested", story.order.name)]


def test_a_forged_proof_asks_for_nothing(site: Site) -> None:
    site.tell(mixed_order())
    site.browser.post("/link/again", data={"token": site.token(), "proof": "merchants/lantern/orders/R-10042"})
    assert [fact.kind for fact in site.outbox.letters] == ["nothing"]


def test_a_shop_shows_only_its_own_orders(site: Site) -> None:
    ours, theirs = mixed_order("R-1"), mixed_order("R-1", merchant=merchants.severny())
    site.tell(ours, theirs)
    site.look_up("R-1", "YO1 7HH", "/m/severny/")
    page = site.browser.get("/progress").text
    assert "Северный ветер" in page
    assert "Lantern Books" not in page


def test_two_shops_with_the_same_reference_and_buyer_need_the_shop_named(site: Site) -> None:
    site.tell(mixed_order("R-1"), mixed_order("R-1", merchant=merchants.severny()))
    site.look_up("R-1", "YO1 7HH")
    assert "We found no order" in site.browser.get("/progress").text
    site.look_up("R-1", "YO1 7HH", "/m/lantern/")
    assert "Order R-1" in site.browser.get("/progress").text


def test_a_host_that_belongs_to_a_shop_shows_that_shop(site: Site) -> None:
    site.tell(mixed_order("R-1"), mixed_order("R-2", merchant=merchants.severny()))
    page = site.browser.get("/", headers={"Host": "orders.severny.test"}).text
    assert "Северный ветер" in page
    assert "Северный ветер" not in site.browser.get("/").text


def test_an_erased_order_is_found_no_more(site: Site) -> None:
    story = mixed_order()
    site.tell(story)
    site.look_up("R-10042", "YO1 7HH")
    story.order.erase_time.GetCurrentTime()
    story.tell(mixed_order().told[0].change)
    site.tell(story)
    assert "We found no order" in site.browser.get("/progress").text
    site.look_up("R-10042", "YO1 7HH")
    assert "We found no order" in site.browser.get("/progress").text


def test_look_ups_are_throttled_for_one_order_whoever_asks(site: Site) -> None:
    site.tell(mixed_order())
    statuses = []
    for number in range(12):
        browser = site.app.test_client()
        form = {"token": site.token("/", browser), "reference": "R-10042", "contact": f"{number}@guess.test"}
        address = {"REMOTE_ADDR": f"198.51.100.{number}"}
        statuses.append(browser.post("/", data=form, environ_base=address).status_code)
    assert statuses == [303] * 10 + [429] * 2


def test_look_ups_are_throttled_for_one_address_whatever_it_asks(site: Site) -> None:
    statuses = [site.look_up(f"R-{number}", "YO1 7HH").status_code for number in range(32)]
    assert statuses == [303] * 30 + [429] * 2
    page = site.browser.post("/", data={"token": site.token(), "reference": "R-1", "contact": "YO1"})
    assert "Please wait a moment" in page.text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Client-IP"])
def test_an_address_that_a_client_makes_up_lands_in_the_same_bucket(site: Site, header: str) -> None:
    statuses = []
    for number in range(32):
        form = {"token": site.token(), "reference": f"R-{number}", "contact": "YO1 7HH"}
        answer = site.browser.post("/", data=form, headers={header: f"203.0.113.{number}"})
        statuses.append(answer.status_code)
    assert statuses[-2:] == [429, 429]


def test_behind_one_proxy_only_what_that_proxy_says_counts(tmp_path_factory: pytest.TempPathFactory) -> None:
    site = Site(tmp_path_factory.mktemp("downloads"), trusted_proxies=1)
    statuses = []
    for number in range(32):
        form = {"token": site.token(), "reference": f"R-{number}", "contact": "YO1 7HH"}
        spoofed = {"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.7"}
        statuses.append(site.browser.post("/", data=form, headers=spoofed).status_code)
    assert statuses == [303] * 30 + [429] * 2


def test_addresses_of_one_ipv6_subscriber_are_one(site: Site) -> None:
    statuses = []
    for number in range(32):
        form = {"token": site.token(), "reference": f"R-{number}", "contact": "YO1 7HH"}
        address = {"REMOTE_ADDR": f"2001:db8:1:2::{number:x}"}
        statuses.append(site.browser.post("/", data=form, environ_base=address).status_code)
    assert statuses == [303] * 30 + [429] * 2


def test_a_progress_page_without_a_look_up_leads_to_the_form(site: Site) -> None:
    assert site.browser.get("/progress").location == "/"


def test_an_unknown_shop_is_not_found(site: Site) -> None:
    assert site.browser.get("/m/nobody/").status_code == 404


def test_references_are_compared_as_people_write_them() -> None:
    assert {folded(text) for text in ("R-10042", "r-10042 ", "#R-10042", "№ R-10042", "No. R-10042")} == {"r-10042"}


def test_keys_of_another_installation_are_others() -> None:
    one, other = LookupKeys(b"1" * 32), LookupKeys(b"2" * 32)
    assert one.of_contact("R-1", "a@b.test") != other.of_contact("R-1", "a@b.test")
    assert one.of_contact("R-1", "a@b.test") != one.of_contact("R-2", "a@b.test")
