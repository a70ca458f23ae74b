from datetime import timedelta

import pytest

from tests.fakes.status_page_site import LINKS, Site, records_of
from tests.samples import merchants
from tests.samples.mixed import ACCESS_CODE, LICENCE_KEY, mixed_order, new_order, report_problem
from tests.samples.story import Story, stamp
from wismo.orders.v1 import entitlement_pb2
from wismo.orders.v1 import fulfilment_event_pb2 as events


def test_a_signed_link_leads_to_a_clean_address_with_everything_on_it(site: Site) -> None:
    story = mixed_order()
    site.tell(story)
    answer = site.browser.get(site.link(story))
    assert answer.status_code == 303
    assert answer.location == "/orders/lantern/R-10042"
    page = site.browser.get(answer.location)
    assert page.status_code == 200
    for text in ("Northern Lights, hardback", "Atlas 2.1 for Windows", ACCESS_CODE, LICENCE_KEY, "RM123456785GB"):
        assert text in page.text


def test_each_line_has_its_own_state_and_next_step(site: Site) -> None:
    story = mixed_order()
    site.tell(story)
    page = site.open(story).text
    lines = ("book", "atlas", "room")
    cards = {line: page.partition(f'id="line-{line}"')[2].partition("</article>")[0] for line in lines}
    assert ">Delivered<" in cards["book"]
    assert ">Ready to download<" in cards["atlas"]
    assert ">Access is open<" in cards["room"]
    steps = {line: card.partition('class="happens">')[2].partition("</p>")[0] for line, card in cards.items()}
    assert len(set(steps.values())) == 3
    assert all(steps.values())


def test_opening_a_link_ten_times_changes_nothing(site: Site) -> None:
    """Mail scanners open links, with GET and with HEAD."""
    story = mixed_order()
    site.tell(story)
    link = site.link(story)
    before = (dict(site.orders.rows), site.counters.taken(story.order.name), site.outbox.facts)
    for _ in range(10):
        assert site.browser.get(link).status_code == 303
        assert site.browser.head(link).status_code == 303
        assert site.browser.get(site.path(story)).status_code == 200
        assert site.browser.head(site.path(story)).status_code == 200
    assert (dict(site.orders.rows), site.counters.taken(story.order.name), site.outbox.facts) == before


def test_without_the_cookie_the_clean_address_shows_the_look_up(site: Site) -> None:
    story = mixed_order()
    site.tell(story)
    there, not_there = (site.browser.get(f"/orders/lantern/{reference}") for reference in ("R-10042", "R-99999"))
    assert there.status_code == not_there.status_code == 200
    assert 'name="contact"' in there.text
    assert ACCESS_CODE not in there.text
    # Nothing tells an order that exists from one that does not.
    assert len(there.text) == len(not_there.text)


def test_a_link_with_any_byte_changed_does_not_open(site: Site) -> None:
    story = mixed_order()
    site.tell(story)
    token = site.link(story).removeprefix("/o/")
    for at in range(len(token)):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        answer = site.browser.get(f"/o/{changed}")
        assert answer.status_code == 404, changed
        assert "Set-Cookie" not in answer.headers or "wismo=" in answer.headers["Set-Cookie"]
    assert ACCESS_CODE not in site.browser.get(site.path(story)).text


def test_a_link_opens_until_its_last_second(site: Site) -> None:
    story = mixed_order()
    site.tell(story)
    link = site.link(story, expires_at=site.clock.at + timedelta(seconds=10))
    site.clock.forward(seconds=9)
    assert site.browser.get(link).status_code == 303
    site.clock.forward(seconds=1)
    late = site.browser.get(link)
    assert late.status_code == 410
    assert "This link is too old" in late.text
    assert "Mail me a new link" in late.text


def test_a_link_for_another_purpose_does_not_open(site: Site) -> None:
    story = mixed_order()
    site.tell(story)
    assert site.browser.get(site.link(story, purpose="answer")).status_code == 404


def test_a_revoked_link_does_not_open_and_closes_what_was_open(site: Site) -> None:
    story = mixed_order()
    site.tell(story)
    old = site.link(story)
    assert site.open(story).status_code == 200
    story.order.link_version = 2
    story.tell(events.FulfilmentEvent(contact_updated=events.ContactUpdated()))
    site.tell(story)
    assert site.browser.get(old).status_code == 410
    page = site.browser.get(site.path(story))
    assert page.status_code == 410
    assert "There is a newer link" in page.text
    assert ACCESS_CODE not in page.text
    assert site.open(story).status_code == 200


def test_an_old_but_genuine_link_is_enough_to_ask_for_a_new_one(site: Site) -> None:
    story = mixed_order()
    site.tell(story)
    page = site.browser.get(site.link(story, expires_at=site.clock.at - timedelta(days=1)))
    proof = page.text.partition('name="proof" value="')[2].partition('"')[0]
    token = page.text.partition('name="token" value="')[2].partition('"')[0]
    answer = site.browser.post("/link/again", data={"token": token, "proof": proof})
    assert answer.status_code == 303
    assert [(fact.kind, fact.order) for fact in site.outbox.facts] == [("link_requested", story.order.name)]
    assert site.woken == 1


def test_one_browser_holds_several_orders(site: Site) -> None:
    stories = [mixed_order(f"R-{number}") for number in range(1, 4)]
    site.tell(*stories)
    for story in stories:
        site.open(story)
    assert [site.browser.get(site.path(story)).status_code for story in stories] == [200] * 3
    assert all(ACCESS_CODE in site.browser.get(site.path(story)).text for story in stories)


def test_the_session_cookie_is_closed_to_scripts_and_to_other_sites(site: Site) -> None:
    story = mixed_order()
    site.tell(story)
    cookie = site.browser.get(site.link(story)).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "R-10042" not in cookie
    assert len(cookie) < 4096


def test_even_with_the_most_orders_the_cookie_is_small_enough_for_browsers(site: Site) -> None:
    for number in range(40):
        story = mixed_order(f"{'R' * 55}-{number}")
        site.tell(story)
        cookie = site.browser.get(site.link(story)).headers["Set-Cookie"]
        assert len(cookie) < 4096


def test_an_order_can_be_closed_on_this_device(site: Site) -> None:
    story = mixed_order()
    site.tell(story)
    site.open(story)
    path = site.path(story)
    assert site.browser.post(f"{path}/close", data={"token": site.token(path)}).status_code == 303
    assert ACCESS_CODE not in site.browser.get(path).text


def test_a_page_that_the_browser_has_is_not_sent_again(site: Site) -> None:
    story = mixed_order()
    site.tell(story)
    first = site.open(story)
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = site.browser.get(site.path(story), headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""
    # The nonce of a kept page stays the one that its policy names.
    assert "Content-Security-Policy" not in again.headers


def test_a_page_that_is_not_sent_again_is_not_parsed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    story = mixed_order()
    site.tell(story)
    etag = site.open(story).headers["ETag"]
    row = site.orders.rows[story.order.name]
    # Bytes that are no order: reading them would raise.
    object.__setattr__(row, "order", b"\xff\xff")
    assert site.browser.get(site.path(story), headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("change", ["event", "language", "merchant", "download", "time", "browser"], ids=str)
def test_whatever_changes_the_page_makes_a_kept_one_stale(site: Site, change: str) -> None:
    story = mixed_order()
    site.tell(story)
    etag = site.open(story).headers["ETag"]
    browser = site.browser
    match change:
        case "event":
            story.tell(events.FulfilmentEvent(note_to_buyer=events.NoteToBuyer(text="Hello")))
            site.tell(story)
        case "language":
            browser.get(f"{site.path(story)}?lang=ru")
        case "merchant":
            story.merchant.revision += 1
            story.tell(events.FulfilmentEvent(note_to_buyer=events.NoteToBuyer(text="Hello")))
            site.tell(story)
        case "download":
            site.start_download(story)
        case "time":
            site.clock.forward(minutes=6)
        case "browser":
            browser = site.app.test_client()
            site.open(story, browser)
        case _:
            raise AssertionError(change)
    answer = browser.get(site.path(story), headers={"If-None-Match": etag})
    assert answer.status_code == 200
    assert answer.headers["ETag"] != etag


def test_an_older_event_that_comes_late_does_not_take_the_page_back(site: Site) -> None:
    story = mixed_order()
    site.tell(story)
    first = site.open(story)
    site.projector.handle(records_of(story, [0]))
    assert site.browser.get(site.path(story), headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_link_that_is_faster_than_its_order_shows_a_page_that_waits(site: Site) -> None:
    story = mixed_order()
    page = site.open(story)
    assert page.status_code == 200
    assert "Your page is being made ready" in page.text
    assert 'http-equiv="refresh"' in page.text
    site.tell(story)
    assert ACCESS_CODE in site.browser.get(site.path(story)).text


def test_a_problem_says_what_happened_what_we_do_and_when_the_next_word_comes(site: Site) -> None:
    story = mixed_order()
    report_problem(story)
    site.tell(story)
    page = site.open(story).text
    problem = page.partition('class="problem"')[2].partition("</section>")[0]
    assert "damaged in their depot" in problem
    assert "packing a new copy" in problem
    assert "22 November" in problem
    assert "even if nothing has changed" in page


def test_a_promise_that_was_missed_is_owned_up_to(site: Site) -> None:
    story = mixed_order()
    report_problem(story)
    site.tell(story)
    site.clock.forward(days=3)
    page = site.open(story).text
    assert "have not kept that. We are sorry." in page


def test_times_are_shown_in_the_buyers_zone_and_say_so_to_machines(site: Site) -> None:
    story = mixed_order(merchant=merchants.severny(), locale="ru")
    site.tell(story)
    page = site.open(story).text
    # The story begins at 9:00 UTC, which is noon in Moscow.
    assert '<time datetime="2026-11-20T09:00:00Z">сегодня, 12:00</time>' in page


@pytest.mark.parametrize("zone", ["", "Nowhere/Never", "Europe", "../etc/passwd", "x" * 64])
def test_a_zone_that_nobody_knows_gives_way_to_the_shops(site: Site, zone: str) -> None:
    story = mixed_order()
    story.order.buyer.time_zone = zone
    story.tell(events.FulfilmentEvent(note_to_buyer=events.NoteToBuyer(text="Hello")))
    site.tell(story)
    page = site.open(story)
    assert page.status_code == 200
    assert "All times are in Greenwich Mean Time" in page.text


@pytest.mark.parametrize(("locale", "said"), [("en", "Step by step"), ("ru", "По шагам")])
def test_the_page_speaks_the_buyers_language(site: Site, locale: str, said: str) -> None:
    story = mixed_order(locale=locale)
    site.tell(story)
    page = site.open(story)
    assert f'<html lang="{locale}" dir="ltr">' in page.text
    assert page.headers["Content-Language"] == locale
    assert said in page.text


def test_the_language_can_be_switched_and_stays(site: Site) -> None:
    story = mixed_order()
    site.tell(story)
    site.open(story)
    switched = site.browser.get(f"{site.path(story)}?lang=ru")
    assert switched.status_code == 303
    assert switched.location == site.path(story)
    assert '<html lang="ru"' in site.browser.get(site.path(story)).text
    assert '<html lang="ru"' in site.browser.get("/").text


def test_nothing_on_a_russian_page_is_left_in_english(site: Site) -> None:
    story = mixed_order(merchant=merchants.severny(), locale="ru")
    report_problem(story)
    site.tell(story)
    page = site.open(story).text
    for text in ("Download", "Copy", "capital", "Step by step", "Reach us", "Your ", "downloads left"):
        assert f">{text}" not in page


def test_every_way_to_reach_the_shop_is_on_the_page(site: Site) -> None:
    story = mixed_order()
    site.tell(story)
    for page in (site.open(story).text, site.browser.get("/m/lantern/").text, site.browser.get("/link-sent").text):
        for text in ("care@lantern.test", "+44 20 7946 0018", "12 Harbour Row", "Mon to Fri, 9:00 to 17:00"):
            assert text in page


def test_an_erased_buyer_leaves_nothing_but_that_it_was_erased(site: Site) -> None:
    story = mixed_order()
    site.tell(story)
    link = site.link(story)
    site.open(story)

    def erase(order: object) -> None:
        # The producer clears the buyer; the page must not even rely on that.
        story.order.erase_time.CopyFrom(stamp(site.clock.at))
        story.order.link_version = 2

    story.tell(events.FulfilmentEvent(buyer_erased=events.BuyerErased()), erase)
    site.tell(story)
    page = site.browser.get(site.path(story))
    assert page.status_code == 410
    assert "Your data has been erased" in page.text
    kept = site.orders.rows[story.order.name]
    for trace in (b"robin", b"York", b"YO1", b"RM123456785GB", b"Northern"):
        assert trace not in kept.order
    assert kept.lookup_keys == ()
    assert kept.locale == ""
    assert "erased" in site.browser.get(link, follow_redirects=True).text


def test_a_secret_that_no_key_opens_costs_only_itself(site: Site) -> None:
    story = mixed_order()
    story.order.accesses[0].code.key_id = "gone"
    story.tell(events.FulfilmentEvent(note_to_buyer=events.NoteToBuyer(text="Hello")))
    site.tell(story)
    page = site.open(story)
    assert page.status_code == 200
    assert "We cannot show your code just now" in page.text
    assert LICENCE_KEY in page.text


def test_case_and_look_alike_characters_are_said_out_loud(site: Site) -> None:
    story = mixed_order()
    site.tell(story)
    page = site.open(story).text
    assert "Capital and small letters are different in it" in page
    access = page.partition('id="line-room"')[2]
    for spelt in ("small letter l", "zero", "capital letter O", "capital letter I"):
        assert spelt in access


def test_an_order_of_which_nothing_is_known_yet_still_says_what_comes_next(site: Site) -> None:
    story = Story(merchants.lantern(), new_order(merchants.lantern(), "R-1", "robin@buyers.test"))
    story.tell(events.FulfilmentEvent(order_created=events.OrderCreated()))
    site.tell(story)
    page = site.open(story).text
    assert page.count('class="happens"') == 3


def test_help_for_the_buyers_own_system_is_open(site: Site) -> None:
    story = mixed_order()
    file = story.order.downloads[0].files[0]
    file.platform = entitlement_pb2.PLATFORM_UNSPECIFIED
    story.tell(events.FulfilmentEvent(note_to_buyer=events.NoteToBuyer(text="Hello")))
    site.tell(story)
    site.open(story)
    agent = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/130 Mobile Safari/537.36"
    page = site.browser.get(site.path(story), headers={"User-Agent": agent}).text
    assert page.count('id="guide-atlas-') == 5
    assert 'id="guide-atlas-android" open' in page
    assert page.count(" open>") == 1


def test_a_token_of_the_link_keys_of_another_purpose_is_no_download(site: Site) -> None:
    story = mixed_order()
    site.tell(story)
    token = LINKS.sign(
        purpose="download",
        subject=f"{story.order.name}/atlas/atlas-win/1",
        version=1,
        expires_at=site.clock.at + timedelta(days=1),
    )
    assert site.browser.get(f"/d/{token}").status_code == 410
