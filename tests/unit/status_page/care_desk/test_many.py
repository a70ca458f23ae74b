"""Explaining to many: who gets what is seen first; each is told once, whatever happens on the way."""

import pytest

from status_page.care_desk.many.worker import CHUNK, JobWorker
from status_page.outbox.orders_client import request_of
from status_page.projection.facets import facet, facets_of
from tests.fakes.care_desk_site import DeskSite, hidden
from tests.samples import merchants
from tests.samples.desk_stories import open_order
from tests.samples.mixed import mixed_order
from wismo.orders.v1 import orders_service_pb2

PATH = "/desk/many?by=carrier&value=Royal-Mail"
WORDS = {
    "trouble": "delay",
    "what_happened": "The carrier is on strike.",
    "what_we_do": "We wait with you.",
    "next_update_at": "2026-11-22T12:00",
}


def requests(site: DeskSite) -> list[orders_service_pb2.RecordEventRequest]:
    found = [request_of(letter) for letter in site.outbox.letters]
    assert all(isinstance(one, orders_service_pb2.RecordEventRequest) for one in found)
    return found  # type: ignore[return-value]  # Checked in the line before.


def crowd(site: DeskSite, count: int) -> None:
    site.tell(
        *(open_order(f"C-{n:03}", f"c{n}@buyers.test", locale="ru" if n % 3 == 0 else "en") for n in range(count))
    )


@pytest.mark.parametrize(
    ("by", "value"),
    [("carrier", "ROYAL-MAIL"), ("sku", "book-17"), ("title", "northern lights, hardback"), ("day", "2026-11-20")],
)
def test_whom_it_concerns_is_counted_by_what_they_share(site: DeskSite, by: str, value: str) -> None:
    shown = site.colleague("ada").get(f"/desk/many?by={by}&value={value}").text
    assert "3 open orders" in shown


def test_nobody_is_said_to_be_nobody(site: DeskSite) -> None:
    shown = site.colleague("ada").get("/desk/many?by=carrier&value=dhl").text
    assert "No open order fits." in shown


def test_only_open_orders_have_something_in_common(site: DeskSite) -> None:
    shop = merchants.lantern()
    assert facet(shop.name, "carrier", "royal-mail") in facets_of(open_order().order, shop)
    assert facets_of(mixed_order().order, shop) == ()


def test_who_gets_what_is_seen_in_each_buyers_language(site: DeskSite) -> None:
    crowd(site, 3)
    browser = site.colleague("ada")
    own = {"what_happened_ru": "Перевозчик бастует.", "what_we_do_ru": "Мы ждём вместе с вами."}
    looked = site.send(browser, PATH, step="look", **WORDS, **own)
    assert "Перевозчик бастует." in looked.text
    assert 'lang="ru"' in looked.text
    assert "The carrier is on strike." in looked.text
    assert "Tell 6 buyers" in looked.text
    assert not site.jobs.kept
    site.confirm(browser, looked, PATH)
    site.worker.work_once()
    told = {one.order.rpartition("/")[2]: one.event.delay_announced.what_happened for one in requests(site)}
    assert told["C-000"] == "Перевозчик бастует."
    assert told["C-001"] == "The carrier is on strike."


def test_a_half_written_language_is_not_taken(site: DeskSite) -> None:
    crowd(site, 1)
    looked = site.send(site.colleague("ada"), PATH, step="look", what_happened_ru="Перевозчик бастует.", **WORDS)
    assert looked.status_code == 422
    assert "both in this language" in looked.text


def test_each_order_hears_of_its_own_lines(site: DeskSite) -> None:
    site.act(site.colleague("ada"), PATH, **WORDS)
    site.worker.work_once()
    assert {tuple(one.event.delay_announced.line_ids) for one in requests(site)} == {("book",)}


def test_progress_is_shown_and_the_end(site: DeskSite) -> None:
    browser = site.colleague("ada")
    page = site.act(browser, PATH, **WORDS).headers["Location"]
    assert "They are being told" in browser.get(page).text
    site.worker.work_once()
    shown = browser.get(page).text
    assert "Everybody is told" in shown
    assert 'value="100"' in shown
    assert "as soon as the orders service answers" in browser.get("/desk/orders/R-1").text


def test_the_same_form_sent_twice_is_one_job(site: DeskSite) -> None:
    browser = site.colleague("ada")
    looked = site.send(browser, PATH, step="look", **WORDS)
    assert len({site.confirm(browser, looked, PATH).headers["Location"] for _ in range(3)}) == 1
    assert len(site.jobs.kept) == 1


def test_a_job_whose_process_was_killed_goes_on_and_nobody_is_told_twice(site: DeskSite) -> None:
    crowd(site, CHUNK + 20)
    site.act(site.colleague("ada"), PATH, **WORDS)
    (job,) = site.jobs.kept.values()
    # Killed after the first chunk was put out, and before the job knew.
    assert site.jobs.claim("the one that dies", site.clock.at) is not None
    rows = site.desk_orders.affected(job.facet, "", CHUNK)
    site.outbox.put(*(site.worker._letter(job, row) for row in rows))
    next_one = JobWorker(site.jobs, site.desk_orders, site.outbox, site.acts, site.clock)
    assert not next_one.work_once()
    site.clock.forward(seconds=31)
    assert next_one.work_once()
    told = [letter.about for letter in site.outbox.letters]
    assert len(told) == len(set(told)) == CHUNK + 23
    done = site.jobs.kept[job.id]
    assert (done.state, done.done) == ("done", CHUNK + 23)


def test_a_stopped_job_tells_nobody_else(site: DeskSite) -> None:
    browser = site.colleague("ada")
    page = site.act(browser, PATH, **WORDS).headers["Location"]
    assert browser.post(f"{page}/stop", data=hidden(browser.get(page).text)).status_code == 303
    assert not site.worker.work_once()
    assert not site.outbox.letters
    assert "Stopped" in browser.get(page).text


def test_a_language_that_few_read_is_among_the_samples(site: DeskSite) -> None:
    crowd(site, 1)
    site.tell(*(open_order(f"A-{n}", f"a{n}@buyers.test") for n in range(9)))
    looked = site.send(site.colleague("ada"), PATH, step="look", **WORDS)
    assert 'lang="ru"' in looked.text
    assert looked.text.count('<div class="letter"') == 5
