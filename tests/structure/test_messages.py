"""What holds for every message: every kind is told or has a reason, has its folder, and reads in every language."""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

import notifier
import wording
from chassis.localisation import upkeep
from notifier.planning.kinds import FACTS, OPTIONAL, TO_TEAM, URGENT, MessageKind, NotTold
from notifier.planning.milestones import MILESTONES
from notifier.planning.obsolete import NO_LONGER_TRUE_AFTER
from notifier.planning.table import TABLE, change_kind
from notifier.preview import previews
from notifier.rendering.facts import FACTS_OF
from notifier.rendering.letters import Rendered
from notifier.rendering.masking import MASK
from notifier.rendering.pieces import catalog
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
TO_THE_TEAM = [one for one in EVERY if one[0].startswith(tuple(kind.value for kind in TO_TEAM))]
TO_BUYERS = [one for one in EVERY if one not in TO_THE_TEAM]
# What is said when nothing has happened, or too late: care.md, "Words".
WITH_A_NEXT_WORD = [
    one for one in TO_BUYERS if one[0].startswith(("still_with_you", "promise_missed", "date_", "no_scan"))
]


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


@pytest.mark.parametrize(("name", "language"), TO_BUYERS)
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


@pytest.mark.parametrize(("name", "language"), TO_THE_TEAM)
def test_a_message_to_the_team_leads_to_the_desk_and_opens_nothing_as_the_buyer(name: str, language: str) -> None:
    content = rendered(language)[name].content
    words = Words(content.html)
    assert "R-10042" in content.subject
    assert len(content.subject) <= 90
    assert any(link.startswith("https://orders.lantern.example/desk/orders/R-10042") for link in words.links)
    assert "https://orders.lantern.example/desk/orders/R-10042" in content.text
    for part in (content.text, content.html):
        assert "lantern.example/o/" not in part
        assert "lantern.example/t/" not in part
    assert "application/ld+json" not in content.html
    assert "buyer@example.org" in content.text, "the team must know whom to write to"


@pytest.mark.parametrize(("name", "language"), WITH_A_NEXT_WORD)
def test_no_news_is_told_with_what_is_known_what_is_done_and_when_the_next_word_comes(name: str, language: str) -> None:
    text = " ".join(rendered(language)[name].content.text.split())
    say = catalog().language(language).gettext
    doing = (
        "What we do about it",
        "We follow it closely. As soon as it moves or there is a new date, we write to you.",
    )
    assert any(say(one) in text for one in doing)
    assert say("You need not do anything.") in text
    before, after = say("Our next message comes by %(when)s, even if nothing has changed by then.").split("%(when)s")
    assert re.search(re.escape(before) + r"2[45] \w+, \d\d:\d\d" + re.escape(after), text)
    assert re.search(r"2[013] (November|ноября)", text), "since when it is so"


@pytest.mark.parametrize(("name", "missed"), [("promise_missed", "24 November, 09:24"), ("date_missed", "23 November")])
def test_an_apology_names_the_time_that_was_missed_in_the_first_person(name: str, missed: str) -> None:
    text = " ".join(rendered("en")[name].content.text.split())
    assert missed in text
    assert re.search(r"We (promised|said) that", text)
    assert "sorry" in text


@pytest.mark.parametrize("name", ["charge_coming", "trial_ending"])
def test_a_coming_charge_is_told_with_amount_day_allowance_terms_and_the_way_out(name: str) -> None:
    content = rendered("en")[name].content
    for fact in ("£12.00", "8 December, 09:30", "every 30 days", "7 of 10 (lessons)", "You can stop at any time"):
        assert fact in content.text
    assert re.search(r"https://orders\.lantern\.example/t/\S+", content.text)


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_is_optional_can_be_unsubscribed_from(kind: MessageKind) -> None:
    link = rendered("en")[kind.value].unsubscribe
    assert link.startswith("https://orders.lantern.example/u/") if kind in OPTIONAL else link == ""


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_what_is_kept_of_a_message_opens_nothing(name: str, language: str) -> None:
    message = rendered(language)[name]
    kept = f"{message.kept.subject}\n{message.kept.text}\n{message.kept.html}"
    for secret in ("Kl0O-8BIl-q9Zs", "ATLAS-7Q2M-1IL0-OX58", "preview."):
        assert secret not in kept
    if name == "access_granted":
        assert MASK in message.kept.text
    assert message.kept.subject == message.content.subject


@pytest.mark.parametrize("name", [name for name, language in TO_BUYERS if language == "en"])
def test_no_message_says_what_says_nothing(name: str) -> None:
    text = " ".join(rendered("en")[name].content.text.split()).lower()
    for phrase in (
        "important to us",
        "inconvenience",
        "valued",
        "kindly",
        "as soon as possible",
        "we apologise for any",
    ):
        assert phrase not in text
    assert "!" not in rendered("en")[name].content.subject


def test_three_askings_are_one_question_with_one_time() -> None:
    text = rendered("en")["question_forwarded"].content.text
    assert text.count("> ") == 4
    assert "The buyer has asked 3 times already." in " ".join(text.split())
    assert "25 November, 04:30" in text


def test_an_access_code_is_selected_whole_and_spelt_out() -> None:
    content = rendered("en")["access_granted"].content
    assert "user-select:all" in content.html
    assert "Kl0O-8BIl-q9Zs" in content.html
    assert "Capital and small letters are not the same" in content.text
    assert "small letter l" in content.text


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text)
