from datetime import timedelta

import pytest

from tests.fakes.status_page_site import Site, records_of
from tests.samples import merchants
from tests.samples.mixed import LICENCE_KEY, mixed_order, new_order, report_problem
from tests.samples.story import Story, stamp
from wismo.orders.v1 import entitlement_pb2, order_pb2, question_pb2
from wismo.orders.v1 import fulfilment_event_pb2 as events


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


def test_a_promise_of_the_watchdog_is_the_next_word_and_what_happened_to_mails_is_not_told(site: Site) -> None:
    story = mixed_order()
    hidden = (
        events.FulfilmentEvent(
            message_bounced=events.MessageBounced(message_id="m", permanent=True, status="5.1.1"),
        ),
        events.FulfilmentEvent(resend_requested=events.ResendRequested(message_id="m")),
        events.FulfilmentEvent(preferences_updated=events.PreferencesUpdated()),
    )
    site.tell(story)
    before = site.open(story).text.count("<li")
    for event in hidden:
        story.tell(event)
    promised = stamp(site.clock.at + timedelta(hours=20))
    told = events.StillWithYou(cause=events.WATCH_CAUSE_SILENCE, next_update_at=promised, message_id="m2")

    def change(order: order_pb2.Order) -> None:
        order.watch_promise_at.CopyFrom(promised)
        order.next_update_at.CopyFrom(promised)

    story.tell(events.FulfilmentEvent(still_with_you=told), change)
    site.tell(story)
    page = site.open(story).text
    assert page.count("<li") == before + 1
    assert "we wrote to you, so that you know" in page
    assert '<time datetime="2026-11-21T11:00:00Z">' in page.partition("Our next word to you comes by")[2]


def test_an_answer_that_was_promised_earlier_is_the_next_word(site: Site) -> None:
    story = mixed_order()
    story.order.next_update_at.CopyFrom(stamp(site.clock.at + timedelta(hours=20)))
    promised = stamp(site.clock.at + timedelta(hours=4))
    story.order.questions.add(question_id="q-1", state=question_pb2.QUESTION_STATE_OPEN, reply_by=promised)
    story.tell(events.FulfilmentEvent(note_to_buyer=events.NoteToBuyer(text="x")))
    site.tell(story)
    page = site.open(story).text
    assert '<time datetime="2026-11-20T19:00:00Z">' in page.partition("Our next word to you comes by")[2]
