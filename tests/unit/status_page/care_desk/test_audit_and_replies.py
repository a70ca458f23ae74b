"""The audit log shows what was changed; saved replies are kept by admins."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from status_page.care_desk.audit import Deed, Entry, verify
from status_page.care_desk.replies import filled, unknown_places
from tests.fakes.care_desk import InMemoryAuditLog
from tests.fakes.care_desk_site import DeskSite, hidden
from tests.samples.story import START


def log_of(count: int) -> list[Entry]:
    log = InMemoryAuditLog()
    for number in range(count):
        log.append("merchants/lantern", Deed(START, "Ada", "key", "act.answer", detail=str(number)))
    return list(log.all("merchants/lantern"))


def test_a_chain_as_it_was_written_holds() -> None:
    entries = log_of(20)
    verdict = verify(iter(entries))
    assert (verdict.entries, verdict.broken_at, verdict.head) == (20, 0, entries[-1].digest)
    assert verify(iter([])).broken_at == 0


@given(at=st.integers(0, 9), field=st.sampled_from(["who", "by", "what", "order", "detail"]))
def test_a_changed_entry_is_found(at: int, field: str) -> None:
    entries = log_of(10)
    changed = {field: "somebody else"}
    entries[at] = replace(entries[at], deed=replace(entries[at].deed, **changed))  # type: ignore[arg-type]  # All texts.
    assert verify(iter(entries)).broken_at == at + 1


@given(at=st.integers(0, 8))
def test_a_missing_entry_is_found(at: int) -> None:
    entries = log_of(10)
    del entries[at]
    assert verify(iter(entries)).broken_at == at + 1


def test_an_admin_sees_the_log_and_whether_it_holds(site: DeskSite) -> None:
    browser = site.colleague("max")
    site.colleague("ada")
    shown = browser.get("/desk/audit").text
    assert "apiKeys/ada" in shown
    assert "The chain holds" in browser.get("/desk/audit/verify").text
    entries = site.audit.entries["merchants/lantern"]
    entries[0] = replace(entries[0], deed=replace(entries[0].deed, who="Nobody"))
    assert "The chain is broken" in browser.get("/desk/audit/verify").text


def test_a_saved_reply_is_written_changed_and_taken_away(site: DeskSite) -> None:
    browser = site.colleague("max")
    site.send(browser, "/desk/replies/new", title="Where is it", text="Dear {buyer}, it is on its way.")
    (reply,) = site.replies.of("merchants/lantern")
    path = f"/desk/replies/{reply.id}"
    site.send(browser, path, title="Where is it?", text="Dear {buyer}.")
    (changed,) = site.replies.of("merchants/lantern")
    assert (changed.id, changed.title) == (reply.id, "Where is it?")
    browser.post(f"{path}/remove", data=hidden(browser.get(path).text))
    assert not site.replies.of("merchants/lantern")
    whats = [entry.deed.what for entry in site.audit.newest("merchants/lantern", 0, 3)]
    assert whats == ["reply.remove", "reply.save", "reply.save"]


def test_a_place_that_means_nothing_is_refused(site: DeskSite) -> None:
    answer = site.send(site.colleague("max"), "/desk/replies/new", title="x", text="Dear {byuer}")
    assert answer.status_code == 422
    assert "{byuer}" in answer.text
    assert not site.replies.of("merchants/lantern")


@given(st.text(max_size=200))
def test_filling_a_text_never_fails_and_leaves_what_is_no_place(text: str) -> None:
    assert filled(text, {}) == text
    assert all(name.isidentifier() or name.isalnum() for name in unknown_places(text))
