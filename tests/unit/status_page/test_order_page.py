from tests.fakes.status_page_site import Site
from tests.samples.mixed import ACCESS_CODE, LICENCE_KEY, mixed_order


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
