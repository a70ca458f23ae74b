"""Signed links: what they open, for how long, and for whom."""

from datetime import timedelta

from tests.fakes.status_page_site import LINKS, Site
from tests.samples.mixed import ACCESS_CODE, LICENCE_KEY, mixed_order
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


def test_opening_a_link_ten_times_changes_nothing(site: Site) -> None:
    """Mail scanners open links, with GET and with HEAD."""
    story = mixed_order()
    site.tell(story)
    link = site.link(story)
    before = (dict(site.orders.rows), site.counters.taken(story.order.name), site.outbox.letters)
    for _ in range(10):
        assert site.browser.get(link).status_code == 303
        assert site.browser.head(link).status_code == 303
        assert site.browser.get(site.path(story)).status_code == 200
        assert site.browser.head(site.path(story)).status_code == 200
    assert (dict(site.orders.rows), site.counters.taken(story.order.name), site.outbox.letters) == before


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
    assert [(fact.kind, fact.about) for fact in site.outbox.letters] == [("link_requested", story.order.name)]
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


def test_a_link_that_is_faster_than_its_order_shows_a_page_that_waits(site: Site) -> None:
    story = mixed_order()
    page = site.open(story)
    assert page.status_code == 200
    assert "Your page is being made ready" in page.text
    assert 'http-equiv="refresh"' in page.text
    site.tell(story)
    assert ACCESS_CODE in site.browser.get(site.path(story)).text


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
