import os
import threading
from pathlib import Path

import pytest

from status_page.downloads.serving import local_file
from tests.fakes.status_page_site import Site
from tests.samples.mixed import mixed_order
from tests.samples.story import Story, after, stamp
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import orders_service_pb2

CONTENT = bytes(range(256)) * 40


@pytest.fixture
def story(site: Site) -> Story:
    """A mixed order that is open in the browser, with its file in place."""
    story = mixed_order()
    site.tell(story)
    site.open(story)
    site.file("lantern/atlas-2.1-setup.exe", CONTENT)
    return story


def told(site: Site) -> list[str]:
    return [fact.kind for fact in site.outbox.letters]


def changed(site: Site, story: Story) -> None:
    """Publish the story's order as it is now."""
    story.tell(events.FulfilmentEvent(note_to_buyer=events.NoteToBuyer(text="Changed")))
    site.tell(story)


def test_starting_a_download_counts_once_and_leads_to_the_file(site: Site, story: Story) -> None:
    started = site.start_download(story)
    assert started.status_code == 303
    file = site.browser.get(started.location)
    assert file.status_code == 200
    assert file.data == CONTENT
    assert file.headers["Content-Disposition"] == "attachment; filename=atlas-2.1-setup.exe"
    assert file.headers["Content-Type"] == "application/octet-stream"
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert "2 downloads left" in site.browser.get(site.path(story)).text
    fact = site.outbox.letters[0]
    assert (fact.kind, fact.about) == ("download_taken", story.order.name)
    taken = orders_service_pb2.RecordEventRequest.FromString(fact.body).event.download_taken
    assert (taken.line_id, taken.file_id) == ("atlas", "atlas-win")
    assert site.woken == 1


def test_getting_a_download_never_counts(site: Site, story: Story) -> None:
    path = f"{site.path(story)}/downloads/atlas/atlas-win"
    for _ in range(10):
        assert site.browser.get(path).status_code == 405
        assert site.browser.head(path).status_code == 405
    location = site.start_download(story).location
    for _ in range(10):
        site.browser.get(location)
        site.browser.head(location)
    assert told(site) == ["download_taken"]


def test_resuming_is_the_same_download(site: Site, story: Story) -> None:
    location = site.start_download(story).location
    whole = site.browser.get(location)
    part = site.browser.get(location, headers={"Range": "bytes=5000-", "If-Range": whole.headers["ETag"]})
    assert part.status_code == 206
    assert part.headers["Content-Range"] == f"bytes 5000-{len(CONTENT) - 1}/{len(CONTENT)}"
    assert part.data == CONTENT[5000:]
    assert told(site) == ["download_taken"]


def test_a_file_that_changed_meanwhile_is_sent_whole(site: Site, story: Story) -> None:
    location = site.start_download(story).location
    etag = site.browser.get(location).headers["ETag"]
    path = site.file("lantern/atlas-2.1-setup.exe", b"new" * 5000)
    os.utime(path, (1, 1))
    answer = site.browser.get(location, headers={"Range": "bytes=5000-", "If-Range": etag})
    assert answer.status_code == 200
    assert len(answer.data) == 15000


def test_a_range_outside_the_file_is_refused(site: Site, story: Story) -> None:
    location = site.start_download(story).location
    assert site.browser.get(location, headers={"Range": "bytes=999999-"}).status_code == 416


def test_pressing_again_after_a_cancelled_save_dialog_is_the_same_download(site: Site, story: Story) -> None:
    first, second = site.start_download(story), site.start_download(story)
    assert second.status_code == 303
    assert site.browser.get(second.location).data == CONTENT
    assert site.browser.get(first.location).status_code == 200
    assert told(site) == ["download_taken"]


def test_a_day_later_it_is_another_download(site: Site, story: Story) -> None:
    first = site.start_download(story)
    site.clock.forward(hours=25)
    assert site.browser.get(first.location).status_code == 410
    assert site.start_download(story).status_code == 303
    assert told(site) == ["download_taken"] * 2


def test_as_often_as_allowed_and_not_once_more(site: Site, story: Story) -> None:
    for _ in range(3):
        assert site.start_download(story).status_code == 303
        site.clock.forward(hours=25)
    page = site.browser.get(site.path(story)).text
    assert "as often as it could be" in page
    assert "Renew the download" in page
    refused = site.browser.post(
        f"{site.path(story)}/downloads/atlas/atlas-win", data={"token": site.token(site.path(story))}
    )
    assert refused.status_code == 409
    assert told(site) == ["download_taken"] * 3


def test_a_hundred_at_once_with_three_left_are_exactly_three(site: Site, story: Story) -> None:
    browsers = [site.app.test_client() for _ in range(100)]
    for browser in browsers:
        browser.get(site.link(story))
    tokens = [site.token("/", browser) for browser in browsers]
    path = f"{site.path(story)}/downloads/atlas/atlas-win"
    statuses: list[int] = []

    def press(at: int) -> None:
        statuses.append(browsers[at].post(path, data={"token": tokens[at]}).status_code)

    threads = [threading.Thread(target=press, args=(at,)) for at in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [303] * 3 + [409] * 97
    assert told(site) == ["download_taken"] * 3


def test_the_buyer_renews_what_has_run_out(site: Site, story: Story) -> None:
    site.clock.forward(days=29, hours=18)
    path = site.path(story)
    assert "The time for this download is over" in site.open(story).text
    token = site.token(path)
    for _ in range(3):  # However often the button is pressed, it is one renewal.
        answer = site.browser.post(f"{path}/renewals/atlas", data={"token": token})
        assert answer.location == f"{path}?told=renewed#line-atlas"
    assert told(site) == ["download_renewed"]
    assert "is being renewed" in site.browser.get(f"{path}?told=renewed").text
    download = story.order.downloads[0]
    download.issue, download.renewals_used = 2, 1
    download.expires_at.CopyFrom(after(days=60))
    changed(site, story)
    assert "3 downloads left" in site.browser.get(path).text
    assert site.start_download(story).status_code == 303


def test_what_has_not_run_out_is_not_renewed(site: Site, story: Story) -> None:
    path = site.path(story)
    assert site.browser.post(f"{path}/renewals/atlas", data={"token": site.token(path)}).status_code == 409
    assert told(site) == []


def test_a_policy_without_renewals_says_whom_to_write_to(site: Site, story: Story) -> None:
    story.merchant.policies.download_renewals = 0
    story.merchant.revision = 2
    changed(site, story)
    site.clock.forward(days=29, hours=18)
    page = site.open(story).text
    assert "Renew the download" not in page
    assert "Please write to us: we will find a way." in page


def test_time_runs_from_the_first_download_where_the_shop_says_so(site: Site, story: Story) -> None:
    download = story.order.downloads[0]
    download.ClearField("expires_at")
    download.expires_after_first.seconds = 2 * 86400
    changed(site, story)
    assert "stays open for 2 days" in site.browser.get(site.path(story)).text
    site.start_download(story)
    assert "You can download until" in site.browser.get(site.path(story)).text
    site.clock.forward(days=2)
    assert "The time for this download is over" in site.browser.get(site.path(story)).text


def test_a_started_download_belongs_to_its_browser(site: Site, story: Story) -> None:
    location = site.start_download(story).location
    stranger = site.app.test_client()
    assert stranger.get(location).status_code == 404
    other = site.app.test_client()
    site.open(mixed_order("R-2"), other)
    assert other.get(location).status_code == 404


def test_a_download_of_another_order_is_not_found(site: Site, story: Story) -> None:
    other = mixed_order("R-2")
    site.tell(other)
    token = site.token(site.path(story))
    answer = site.browser.post(f"{site.path(other)}/downloads/atlas/atlas-win", data={"token": token})
    assert answer.status_code == 404
    assert told(site) == []


@pytest.mark.parametrize(("line", "file"), [("book", "atlas-win"), ("atlas", "nothing"), ("nothing", "atlas-win")])
def test_a_file_that_is_not_in_the_order_is_not_found(site: Site, story: Story, line: str, file: str) -> None:
    assert site.start_download(story, line, file).status_code == 404
    assert told(site) == []


def test_a_download_that_was_taken_back_cannot_be_started_or_resumed(site: Site, story: Story) -> None:
    location = site.start_download(story).location
    story.order.downloads[0].revoked_at.CopyFrom(stamp(site.clock.at))
    changed(site, story)
    assert site.browser.get(location).status_code == 409
    token = site.token(site.path(story))
    path = f"{site.path(story)}/downloads/atlas/atlas-win"
    assert site.browser.post(path, data={"token": token}).status_code == 409
    assert "/downloads/atlas/" not in site.browser.get(site.path(story)).text


def test_a_file_of_the_merchants_own_is_redirected_to(site: Site, story: Story) -> None:
    file = story.order.downloads[0].files[0]
    file.ClearField("local_path")
    file.signed_url = "https://files.lantern.test/atlas?signature=abc"
    changed(site, story)
    page = site.browser.get(site.path(story))
    # A browser would not follow a form's redirect to where the policy does not let forms lead.
    assert "form-action 'self' https://files.lantern.test;" in page.headers["Content-Security-Policy"]
    answer = site.browser.get(site.start_download(story).location)
    assert (answer.status_code, answer.location) == (303, "https://files.lantern.test/atlas?signature=abc")
    assert told(site) == ["download_taken"]


def test_a_file_that_is_missing_is_our_fault_and_costs_nothing_more(site: Site, story: Story) -> None:
    (site.downloads_dir / "lantern/atlas-2.1-setup.exe").unlink()
    location = site.start_download(story).location
    page = site.browser.get(location)
    assert page.status_code == 503
    assert "That is our mistake" in page.text
    site.file("lantern/atlas-2.1-setup.exe", CONTENT)
    assert site.browser.get(location).data == CONTENT


@pytest.mark.parametrize(
    "path",
    ["../secret", "lantern/../../secret", "/etc/passwd", "a/../../secret", "..", ".", "", "lantern", "link", "\x00"],
)
def test_nothing_outside_the_downloads_folder_is_served(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "downloads"
    (folder / "lantern").mkdir(parents=True)
    (tmp_path / "secret").write_text("secret")
    (folder / "link").symlink_to(tmp_path / "secret")
    assert local_file(folder, path) is None


def test_a_link_inside_the_downloads_folder_is_served(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("content")
    (tmp_path / "link").symlink_to("file")
    assert local_file(tmp_path, "link") == tmp_path / "file"


@pytest.mark.parametrize("name", ['a"b.exe', "a\r\nSet-Cookie: x=1.exe", "книга.zip", "a;b.exe", "x" * 200])
def test_no_file_name_breaks_out_of_its_header(site: Site, story: Story, name: str) -> None:
    story.order.downloads[0].files[0].file_name = name
    changed(site, story)
    answer = site.browser.get(site.start_download(story).location)
    assert answer.status_code == 200
    assert "x=1" not in answer.headers.get("Set-Cookie", "")
    assert "\n" not in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
