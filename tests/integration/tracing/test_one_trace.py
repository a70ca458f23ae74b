"""One order is one trace, from the call to the mail and the page; nobody's name or address is in it."""

from pathlib import Path

import pytest

from tests.integration.tracing.one_order import EMAIL, NAME, SPANS, one_order_traced


@pytest.mark.slow
def test_one_order_is_one_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spans, everything = one_order_traced(tmp_path, monkeypatch.setenv)
    (view,) = [span for span in spans if span.name == "page view"]
    one = [span for span in spans if span is not view]
    assert len({span.trace for span in one}) == 1
    assert sorted(span.name for span in one) == sorted(SPANS)
    by_name = {span.name: span for span in one}
    parents = {span.name: next((up.name for up in one if up.id == span.parent), "") for span in one}
    assert parents == {
        "CreateOrder": "",
        "outbox write": "CreateOrder",
        "relay publish": "CreateOrder",
        "notifier plan": "relay publish",
        "notifier send": "notifier plan",
        "projector fold": "relay publish",
    }
    assert by_name["notifier send"].attributes["wismo.result"] == "sent"
    assert {span.service for span in spans} == {"orders", "notifier", "status_page", "status_page.projector"}
    # The view is a trace of its own and leads here.
    assert view.trace != one[0].trace
    assert view.links == (one[0].trace,)
    # Not only this order's: the demo's buyers were traced as well.
    assert len(everything) > len(spans)
    texts = [text.lower() for span in everything for text in span.texts]
    assert any("traced-1" in text for text in texts)
    for personal in (EMAIL, NAME, "@", "hopper"):
        assert not [text for text in texts if personal.lower() in text]
