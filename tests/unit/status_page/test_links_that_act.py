"""Links that do something without any login: cancelling a trial, ending optional messages."""

from datetime import timedelta

import pytest

from status_page.preferences.routes import PURPOSE as OPTIONAL_OFF
from status_page.trials.routes import PURPOSE as CANCEL
from tests.fakes.status_page_site import LINKS, Site
from tests.samples.story import Story, stamp
from tests.samples.trial import trial_order
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import line_pb2, order_pb2, orders_service_pb2


@pytest.fixture
def story(site: Site) -> Story:
    """A trial that runs, and no browser that has it open."""
    story = trial_order()
    site.tell(story)
    return story


def cancel_link(site: Site, story: Story, **changes: object) -> str:
    given = {
        "purpose": CANCEL,
        "subject": f"{story.order.name} course",
        "version": 1,
        "expires_at": site.clock.at + timedelta(days=20),
    }
    return f"/t/{LINKS.sign(**{**given, **changes})}"  # type: ignore[arg-type]  # As given.


def off_link(site: Site, story: Story, **changes: object) -> str:
    given = {
        "purpose": OPTIONAL_OFF,
        "subject": story.order.name,
        "version": 1,
        "expires_at": site.clock.at + timedelta(days=20),
    }
    return f"/u/{LINKS.sign(**{**given, **changes})}"  # type: ignore[arg-type]  # As given.


def told(site: Site) -> list[events.FulfilmentEvent]:
    return [orders_service_pb2.RecordEventRequest.FromString(fact.body).event for fact in site.outbox.letters]


def test_the_cancel_link_says_what_will_happen_and_changes_nothing(site: Site, story: Story) -> None:
    link = cancel_link(site, story)
    page = site.browser.get(link)
    for _ in range(10):
        site.browser.get(link)
        site.browser.head(link)
    assert page.status_code == 200
    assert "Cancel the trial “Spanish course”?" in page.text
    assert "£29.00" in page.text
    assert "7 of 10 (lessons)" in page.text
    assert site.outbox.letters == []
    assert site.orders.rows[story.order.name].pending == ()


def test_one_button_cancels_without_a_cookie_and_confirms_at_once(site: Site, story: Story) -> None:
    done = site.app.test_client(use_cookies=False).post(cancel_link(site, story))
    assert done.status_code == 200
    assert "Your trial is cancelled" in done.text
    assert "Nothing will be charged" in done.text
    [event] = told(site)
    assert event.trial_cancelled == events.TrialCancelled(line_id="course", by_buyer=True)
    assert event.source == events.EVENT_SOURCE_BUYER
    assert event.occurred_at == stamp(site.clock.at)


def test_cancelling_again_says_the_same_and_tells_nothing_more(site: Site, story: Story) -> None:
    link = cancel_link(site, story)
    first = site.browser.post(link).text
    site.clock.forward(minutes=5)
    for page in (site.browser.post(link).text, site.browser.get(link).text):
        assert "Your trial is cancelled" in page
        assert first.partition("was cancelled:")[2][:60] == page.partition("was cancelled:")[2][:60]
    assert len(site.outbox.letters) == 1


def test_the_orders_page_shows_the_cancellation_while_orders_is_down(site: Site, story: Story) -> None:
    page = site.open(story).text
    assert "Coming charge" in page
    assert '<progress max="10" value="3"' in page
    assert "7 left" in page
    site.browser.post(cancel_link(site, story))
    page = site.open(story).text
    assert "Coming charge" not in page
    assert "/trials/course/cancel" not in page
    assert "Nothing will be charged." in page


def test_a_browser_that_has_the_order_open_cancels_from_its_page(site: Site, story: Story) -> None:
    page = site.open(story).text
    path = f"{site.path(story)}/trials/course/cancel"
    assert f'href="{path}"' in page
    shown = site.browser.get(path).text
    assert "Keep it" in shown
    assert site.outbox.letters == []
    assert site.browser.post(path).status_code == 403
    done = site.browser.post(path, data={"token": site.token(path)})
    assert "Your trial is cancelled" in done.text
    assert len(site.outbox.letters) == 1


def test_who_has_not_opened_the_order_cancels_nothing(site: Site, story: Story) -> None:
    path = f"{site.path(story)}/trials/course/cancel"
    assert site.browser.get(path).status_code == 404
    assert site.browser.post(path, data={"token": site.token("/")}).status_code == 404
    site.open(story)
    other = f"{site.path(story)}/trials/nothing/cancel"
    assert site.browser.get(other).status_code == 404
    assert site.browser.post(other, data={"token": site.token("/")}).status_code == 404
    assert site.outbox.letters == []


def test_a_trial_that_was_charged_is_not_cancelled_by_a_button(site: Site, story: Story) -> None:
    def change(order: order_pb2.Order) -> None:
        order.trials[0].charged_at.CopyFrom(stamp(site.clock.at))
        order.lines[0].state = line_pb2.LINE_STATE_SUBSCRIBED

    story.tell(events.FulfilmentEvent(charge_made=events.ChargeMade(line_id="course")), change)
    site.tell(story)
    page = site.browser.post(cancel_link(site, story)).text
    assert "charged already" in page
    assert site.outbox.letters == []


def test_a_link_that_is_changed_expired_revoked_or_for_something_else_cancels_nothing(site: Site, story: Story) -> None:
    good = cancel_link(site, story)
    token = good.removeprefix("/t/")
    flipped = [token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :] for at in range(len(token))]
    bad = [f"/t/{one}" for one in flipped]
    bad += [cancel_link(site, story, purpose=purpose) for purpose in ("order", "download", OPTIONAL_OFF)]
    bad += [off_link(site, story).replace("/u/", "/t/"), site.link(story).replace("/o/", "/t/")]
    bad += [cancel_link(site, story, expires_at=site.clock.at)]
    for link in bad:
        assert site.browser.post(link).status_code in {404, 410}, link
    story.order.link_version = 2
    story.tell(events.FulfilmentEvent(link_requested=events.LinkRequested()))
    site.tell(story)
    assert site.browser.post(good).status_code == 410
    assert site.outbox.letters == []


def test_a_link_to_another_order_or_line_reaches_nothing(site: Site, story: Story) -> None:
    assert site.browser.post(cancel_link(site, story, subject=f"{story.order.name} other")).status_code == 404
    ahead = site.browser.post(cancel_link(site, story, subject="merchants/lantern/orders/R-404 course"))
    assert ahead.status_code == 200
    assert "being made ready" in ahead.text
    assert site.outbox.letters == []


def test_optional_messages_end_by_one_post_as_mail_providers_send_it(site: Site, story: Story) -> None:
    link = off_link(site, story)
    for _ in range(10):
        assert "End optional messages?" in site.browser.get(link).text
    assert site.outbox.letters == []
    provider = site.app.test_client(use_cookies=False)
    for _ in range(2):
        done = provider.post(link, data={"List-Unsubscribe": "One-Click"})
        assert done.status_code == 200
        assert "No more optional messages" in done.text
    [event] = told(site)
    assert event.preferences_updated == events.PreferencesUpdated(optional_messages=False)
    assert "No more optional messages" in site.browser.get(link).text


def test_a_changed_link_ends_nothing(site: Site, story: Story) -> None:
    token = off_link(site, story).removeprefix("/u/")
    for at in range(len(token)):
        flipped = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        assert site.browser.post(f"/u/{flipped}").status_code == 404
    assert site.browser.post(cancel_link(site, story).replace("/t/", "/u/")).status_code == 404
    assert site.outbox.letters == []


@pytest.mark.parametrize(("then", "ends"), [("ask", "#ask"), ("well", "?told=well"), ("//evil", "R-20001")])
def test_the_follow_up_leads_to_the_form_or_to_thanks_and_nowhere_else(
    site: Site, story: Story, then: str, ends: str
) -> None:
    answer = site.browser.get(site.link(story), query_string={"then": then})
    assert answer.location.endswith(ends)
    assert answer.location.startswith("/orders/lantern/R-20001")
    assert site.outbox.letters == []
