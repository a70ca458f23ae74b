"""What holds for every message: every kind is told or has a reason, has its folder, and reads in every language."""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

import notifier
import wording
from chassis.localisation import upkeep
from notifier.planning.kinds import FACTS, URGENT, MessageKind, NotTold
from notifier.planning.milestones import MILESTONES
from notifier.planning.obsolete import NO_LONGER_TRUE_AFTER
from notifier.planning.table import TABLE, change_kind
from notifier.preview import previews
from notifier.rendering.facts import FACTS_OF
from notifier.rendering.letters import Rendered
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import tracking_pb2 as tracking

PACKAGE = Path(notifier.__file__).parent
TEMPLATES = PACKAGE / "templates"
KINDS = sorted(MessageKind)
CYRILLIC, LATIN = re.compile("[а-яё]", re.IGNORECASE), re.compile("[a-z]{4,}", re.IGNORECASE)


class Words(HTMLParser):
    """The text of a page, what it links to, and its tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self._silent = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in {"style", "script", "title"}
        if tag == "a":
            self.links.append(dict(attrs).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"style", "script", "title"}

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.text.append(" ".join(data.split()))


@cache
def rendered(language: str) -> dict[str, Rendered]:
    return dict(previews(language))


EVERY = [(name, language) for language in wording.LOCALES for name in rendered(language)]


def test_the_planning_table_has_a_row_for_every_change() -> None:
    assert set(TABLE) == set(events.ChangeKind.values())
    assert all(rule.because for rule in TABLE.values() if isinstance(rule, NotTold))


def test_every_field_of_the_change_has_its_kind() -> None:
    for field in events.FulfilmentEvent.DESCRIPTOR.oneofs_by_name["change"].fields:
        change = events.FulfilmentEvent()
        getattr(change, field.name).SetInParent()
        assert change_kind(change) == field.number


def test_every_status_of_a_carrier_is_a_milestone_or_has_a_reason_not_to_be() -> None:
    assert set(MILESTONES) == set(tracking.TrackingStatus.values())


def test_every_kind_has_facts_and_templates_and_no_folder_is_left_over() -> None:
    assert set(FACTS_OF) == set(MessageKind)
    folders = {folder.name for folder in TEMPLATES.iterdir() if folder.is_dir()}
    assert folders == {kind.value for kind in MessageKind} | {"layout"}
    for kind in MessageKind:
        assert {file.name for file in (TEMPLATES / kind).iterdir()} == {"subject.txt", "body.jinja"}, kind


def test_what_is_urgent_or_a_fact_or_about_a_parcel_is_a_kind() -> None:
    assert (URGENT | FACTS | set(NO_LONGER_TRUE_AFTER)) <= set(MessageKind)


def test_every_kind_has_a_sample_in_every_language() -> None:
    for language in wording.LOCALES:
        assert {kind.value for kind in MessageKind} <= set(rendered(language))


def test_the_catalogues_are_complete() -> None:
    assert upkeep.check(PACKAGE, "notifier") == []


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_a_message_says_everything_that_every_message_must(name: str, language: str) -> None:
    message = rendered(language)[name]
    words = Words(message.content.html)
    page, text = " ".join(words.text), message.content.text
    assert message.language == language
    assert "R-10042" in message.content.subject
    assert "\n" not in message.content.subject
    assert len(message.content.subject) <= 90
    for contact in ("care@lantern.example", "Lantern Books" if language == "en" else "Северный ветер"):
        assert contact in page, "the contact block stands in the HTML"
        assert contact in text, "and in the plain text"
    assert re.search(r"\+(44|7) [\d -]+", page), "the phone number is written in groups"
    assert re.search(r"\+(44|7) [\d -]+", text)
    assert any(link.startswith("https://orders.lantern.example/o/") for link in words.links)
    assert "https://orders.lantern.example/o/" in text
    assert 'type="application/ld+json"' in message.content.html
    assert '<meta name="color-scheme"' in message.content.html
    assert f'lang="{language}"' in message.content.html


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_a_message_holds_no_mark_of_a_template_and_no_wide_plain_line(name: str, language: str) -> None:
    content = rendered(language)[name].content
    for part in (content.subject, content.text, content.html):
        assert not re.search(r"\{\{|\{%|%\(|None|Undefined|<generator", part)
    long = [line for line in content.text.splitlines() if len(line) > 78 and "://" not in line]
    assert long == []
    assert "<" not in content.text.replace("<3", "")


@pytest.mark.parametrize("name", list(rendered("ru")))
def test_no_english_is_left_in_russian(name: str) -> None:
    content = rendered("ru")[name].content
    # Only what the sample's shop wrote in Latin may stand there: files, codes, carriers, addresses, keys on a keyboard.
    allowed = re.compile(
        r"https?://\S+|\S+@\S+|atlas-2\.1-setup\.exe|ATLAS-[\w-]+|Kl0O-\S+|R-10042|RM\w+|CDEK|Caps Lock|Windows",
        re.IGNORECASE,
    )
    left = LATIN.findall(allowed.sub("", f"{content.subject}\n{content.text}"))
    assert left == []
    assert CYRILLIC.search(content.subject)


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_both_parts_say_the_same(name: str, language: str) -> None:
    """Every sentence of the plain text stands in the HTML too, except what is only marked up differently there."""
    content = rendered(language)[name].content
    page = _letters(" ".join(Words(content.html).text))
    for paragraph in content.text.split("\n\n"):
        first = paragraph.strip().splitlines()[0] if paragraph.strip() else ""
        if len(first) > 20 and "://" not in first and not set(first) <= set("=-"):
            assert _letters(re.sub(r"^\d+\. ", "", first))[:40] in page, first


def test_an_access_code_is_selected_whole_and_spelt_out() -> None:
    content = rendered("en")["access_granted"].content
    assert "user-select:all" in content.html
    assert "Kl0O-8BIl-q9Zs" in content.html
    assert "Capital and small letters are not the same" in content.text
    assert "small letter l" in content.text


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text)
