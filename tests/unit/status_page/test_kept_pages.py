from status_page.pages.kept_pages import KeptPages
from status_page.pages.secrets import PageWithHoles, SealedSecrets
from status_page.web.languages import catalog
from tests.fakes.status_page_site import Site
from tests.samples import keys
from tests.samples.mixed import ACCESS_CODE, LICENCE_KEY, mixed_order
from wismo.orders.v1 import fulfilment_event_pb2 as events


def kept(site: Site) -> list[PageWithHoles]:
    return list(site.parts.kept_pages._pages.values())


def test_what_several_browsers_have_in_common_is_made_once(site: Site) -> None:
    story = mixed_order()
    site.tell(story)
    pages = [site.open(story, site.app.test_client()) for _ in range(3)]
    assert len(kept(site)) == 1
    assert all(ACCESS_CODE in page.text and LICENCE_KEY in page.text for page in pages)
    # Each has its own token, its own nonce and its own etag.
    assert len({page.text for page in pages}) == 3
    assert len({page.headers["ETag"] for page in pages}) == 3
    assert len({page.headers["Content-Security-Policy"] for page in pages}) == 3


def test_no_secret_is_kept(site: Site) -> None:
    story = mixed_order()
    site.tell(story)
    site.open(story)
    [page] = kept(site)
    everything = "".join(page._parts) + repr(page._sealed.__dict__)
    for secret in (ACCESS_CODE, LICENCE_KEY, site.token(site.path(story))):
        assert secret not in everything


def test_full_page_and_progress_are_kept_apart(site: Site) -> None:
    story = mixed_order()
    site.tell(story)
    site.open(story)
    site.look_up("R-10042", "YO1 7HH")
    progress = site.browser.get("/progress").text
    assert ACCESS_CODE not in progress
    assert "Northern Lights" not in progress
    assert len(kept(site)) == 2
    assert ACCESS_CODE in site.browser.get(site.path(story)).text


def test_a_text_cannot_pass_itself_off_as_a_hole(site: Site) -> None:
    story = mixed_order()
    story.order.lines[0].title = "\x02:secret0\x03 \x02token\x03"
    story.tell(events.FulfilmentEvent(note_to_buyer=events.NoteToBuyer(text="x")))
    site.tell(story)
    page = site.open(story).text
    assert page.count(ACCESS_CODE) == 1
    assert "\x02:secret0\x03" in page


def page() -> PageWithHoles:
    return PageWithHoles("x", SealedSecrets("o", catalog().language("en"), keys.sealer()), ())


def test_only_so_many_are_kept_and_the_least_used_go_first() -> None:
    pages, one = KeptPages(most=2), page()
    pages.keep("a", 1, one)
    pages.keep("b", 1, one)
    assert pages.find("a", 1) is one
    pages.keep("c", 1, one)
    assert (pages.find("a", 1), pages.find("b", 1), pages.find("c", 1)) == (one, None, one)


def test_when_the_period_is_over_nothing_is_kept() -> None:
    pages, one = KeptPages(), page()
    pages.keep("a", 1, one)
    assert pages.find("a", 2) is None
    assert pages._pages == {}
    pages.keep("b", 2, one)
    assert pages.find("b", 2) is one
