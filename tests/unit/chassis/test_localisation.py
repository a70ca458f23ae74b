"""Languages: catalogs, formats, templates, and the command that keeps catalogs."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from jinja2 import Environment

import chassis.localisation as package
from chassis.localisation import Catalog, install_jinja, mark, mark_plural, negotiate, upkeep
from chassis.localisation.__main__ import main

HERE = Path(package.__file__).parent
NOW = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
HEADER = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=3; {}\\n"\n\n'.format(
        "plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
    )
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A package with three texts, translated."""
    folder = tmp_path / "shop"
    (folder / "locale" / "ru" / "LC_MESSAGES").mkdir(parents=True)
    (folder / "templates").mkdir()
    (folder / "code.py").write_text(
        'language.gettext("Hello %(name)s")\nlanguage.ngettext("%(count)s day", "%(count)s days", n)\n'
        'language.pgettext("a tree", "bark")\n'
    )
    (folder / "templates" / "page.html").write_text("{% trans %}Bye{% endtrans %}")
    (folder / "locale" / "ru" / "LC_MESSAGES" / "shop.po").write_text(
        HEADER
        + 'msgid "Hello %(name)s"\nmsgstr "Привет, %(name)s"\n\nmsgid "%(count)s day"\nmsgid_plural "%(count)s days"\n'
        'msgstr[0] "%(count)s день"\nmsgstr[1] "%(count)s дня"\nmsgstr[2] "%(count)s дней"\n\n'
        'msgctxt "a tree"\nmsgid "bark"\nmsgstr "кора"\n\nmsgid "Bye"\nmsgstr "Пока"\n'
    )
    return folder


def test_texts_and_plurals_come_in_the_language_and_fall_back_to_english(shop: Path) -> None:
    catalog = Catalog(shop, "shop", ("en", "ru"))
    russian, english = catalog.language("ru"), catalog.language("en")
    assert russian.gettext("Hello %(name)s", name="Ада") == "Привет, Ада"
    assert [russian.ngettext("%(count)s day", "%(count)s days", n) for n in (1, 2, 5, 21, 1000)] == [
        "1 день",
        "2 дня",
        "5 дней",
        "21 день",
        "1\xa0000 дней",
    ]
    assert english.ngettext("%(count)s day", "%(count)s days", 1) == "1 day"
    assert russian.pgettext("a tree", "bark") == "кора"
    assert russian.gettext("100% unknown") == "100% unknown"


def test_catalogs_are_looked_through_one_after_the_other(shop: Path) -> None:
    chained = Catalog(shop, "shop", ("en", "ru")).then(Catalog(HERE, "chassis", ("en", "ru")))
    assert chained.domains == ("shop", "chassis")
    assert chained.language("ru").gettext("Bye") == "Пока"
    assert chained.language("ru").gettext("today") == "сегодня"


def test_a_language_without_a_catalog_is_an_error_at_the_start(shop: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Catalog(shop, "shop", ("en", "de"))
    with pytest.raises(KeyError):
        Catalog(shop, "shop", ("en", "ru")).language("de")


@pytest.mark.parametrize(
    ("preferred", "answer"),
    [
        (["ru"], "ru"),
        (["de", "ru_RU"], "ru-RU"),
        (["EN-us", "ru"], "EN-us"),
        (["de", "fr"], "en"),
        (["", "*", "r", "../../etc", "ru"], "ru"),
        ([], "en"),
    ],
)
def test_the_first_preferred_language_that_is_there_wins(preferred: list[str], answer: str) -> None:
    assert negotiate(preferred, ("en", "ru"), "en") == answer


def test_dates_times_and_amounts_are_written_as_the_language_writes_them() -> None:
    catalog = Catalog(HERE, "chassis", ("en", "ru"))
    english, russian, american = (catalog.language(tag) for tag in ("en", "ru", "en-US"))
    assert english.datetime(NOW, "Europe/Berlin") == "23 November, 23:30"
    assert russian.day(NOW, "Europe/Moscow") == "24 ноября", "it is past midnight there"
    assert russian.day(NOW, now=NOW - timedelta(days=365)) == "23 ноября 2026\u202fгода"
    assert american.date(NOW) == "November 23, 2026"
    assert english.money(Decimal("12.5"), "EUR") == "€12.50"
    assert russian.number(12345.5) == "12\xa0345,5"
    assert english.list(["a", "b", "c"]) == "a, b and c"
    assert russian.list(["a", "b"]) == "a и b"
    assert english.day_range(NOW, NOW + timedelta(days=2)) == "23–25 November"
    assert english.day_range(NOW, NOW) == "23 November"
    assert english.percent(0.5) == "50%"
    assert [english.size(n) for n in (12, 43_100_000)] == ["12 bytes", "43 MB"]
    assert english.direction == "ltr"
    assert (english.own_name, russian.own_name) == ("English", "русский")


def test_days_near_now_have_names_in_the_reader_s_zone() -> None:
    russian = Catalog(HERE, "chassis", ("en", "ru")).language("ru")
    said = [russian.relative_day(NOW + timedelta(days=n), NOW, "Europe/Moscow") for n in (-1, 0, 1, 5)]
    assert said == ["вчера", "сегодня", "завтра", "воскресенье, 29 ноября"]
    assert russian.relative_datetime(NOW, NOW, "Europe/Moscow") == "сегодня, 01:30"


def test_the_change_to_summer_time_moves_the_clock_not_the_moment() -> None:
    english = Catalog(HERE, "chassis", ("en", "ru")).language("en")
    before, after = datetime(2026, 3, 29, 0, 59, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert [english.time(when, "Europe/Berlin") for when in (before, after)] == ["01:59", "03:00"]


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError):
        Catalog(HERE, "chassis", ("en",)).language("en").time(NOW.replace(tzinfo=None))


def test_a_language_written_from_right_to_left_says_so(tmp_path: Path) -> None:
    for name in ("shop", "chassis"):
        folder = tmp_path / "locale" / "ar" / "LC_MESSAGES"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.po").write_text('msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n')
    from babel.support import NullTranslations

    arabic = package.Language("ar", "ar", NullTranslations())
    assert arabic.direction == "rtl"
    assert arabic.datetime(NOW).count("،") == 1


def test_templates_speak_the_language_of_the_moment(shop: Path) -> None:
    catalog = Catalog(shop, "shop", ("en", "ru"))
    current = [catalog.language("ru")]
    env = Environment(autoescape=True)
    install_jinja(env, lambda: current[0])
    template = env.from_string(
        "{% trans %}Bye{% endtrans %}|{{ gettext('Hello %(name)s', name='<b>') }}|{{ now | day('Europe/Berlin') }}"
        "|{% trans count=2 %}{{ count }} day{% pluralize %}{{ count }} days{% endtrans %}|{{ ['a', 'b'] | list_of }}"
    )
    assert template.render(now=NOW) == "Пока|Привет, &lt;b&gt;|23 ноября|2 дня|a и b"
    current[0] = catalog.language("en")
    assert template.render(now=NOW).startswith("Bye|Hello &lt;b&gt;|23 November|2 days|a and b")


def test_marks_return_what_they_mark() -> None:
    assert mark("x") == "x"
    assert mark_plural("x", "xs") == ("x", "xs")


def test_the_check_passes_when_all_is_translated_and_extraction_changes_nothing_twice(shop: Path) -> None:
    assert upkeep.check(shop, "shop") == []
    upkeep.extract(shop, "shop")
    assert upkeep.extract(shop, "shop") == []
    assert main(["check", str(shop)]) == 0


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('msgstr "Пока"', 'msgstr ""', "untranslated"),
        ('msgid "Bye"', '#, fuzzy\nmsgid "Bye"', "fuzzy"),
        ('msgid "Bye"', 'msgid "By"', "not extracted"),
        ('msgid "Bye"', 'msgid "By"', "no longer used"),
        ("Привет, %(name)s", "Привет", "placeholders differ: name"),
        ("Привет, %(name)s", "Привет, %(nmae)s", "placeholders differ"),
        ('msgstr[2] "%(count)s дней"', 'msgstr[2] ""', "untranslated"),
    ],
)
def test_the_check_fails_and_says_where(
    before: str, after: str, problem: str, shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    po = shop / "locale" / "ru" / "LC_MESSAGES" / "shop.po"
    assert before in po.read_text()
    po.write_text(po.read_text().replace(before, after))
    assert main(["check", str(shop)]) == 1
    assert problem in capsys.readouterr().out


def test_extraction_adds_what_is_new_and_drops_what_is_gone(shop: Path) -> None:
    (shop / "code.py").write_text('language.gettext("New")\n')
    assert main(["extract", str(shop), "de"]) == 0
    russian = (shop / "locale" / "ru" / "LC_MESSAGES" / "shop.po").read_text()
    assert 'msgid "New"\nmsgstr ""' in russian
    assert "Hello" not in russian
    assert 'msgid "Bye"\nmsgstr "Пока"' in russian
    assert 'msgid "New"' in (shop / "locale" / "de" / "LC_MESSAGES" / "shop.po").read_text()


def test_a_wrong_call_says_how_it_is_meant() -> None:
    assert main([]) == 2
    assert main(["check", "/nowhere"]) == 2
