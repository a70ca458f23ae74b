import pytest

from wismo.cli import care_words
from wismo.cli.words import short

ORDER = "merchants/acme/orders/R-1"


@pytest.mark.parametrize("full", [f"{ORDER}#00000003/buyer/email", f"{ORDER}!SILENCE/heard@2026/DUE/buyer/email"])
def test_an_id_is_short_for_people_and_whole_for_the_service(full: str) -> None:
    assert care_words.full_id(care_words.short_id(full, ORDER), ORDER) == full
    assert care_words.full_id(full, ORDER) == full
    assert "merchants/" not in care_words.short_id(full, ORDER)


def test_what_is_not_this_order_s_is_shown_as_it_is() -> None:
    assert care_words.short_id("superseded by problem/p@1", ORDER) == "superseded by problem/p@1"


def test_a_share_is_never_rounded_up_to_all() -> None:
    assert care_words.share(999, 1_000) == "999 of 1000 (99 %)"
    assert care_words.share(0, 0) == "-"


def test_lengths_have_the_unit_that_a_person_would_take() -> None:
    assert [care_words.length(seconds) for seconds in (45, 720, 19_800, 612_000)] == [
        "45 s",
        "12 min",
        "5.5 h",
        "7.1 d",
    ]


def test_a_long_text_is_cut_and_stands_on_one_line() -> None:
    assert short("Where\n is it?") == "Where is it?"
    assert short("x" * 100, 10) == "xxxxxxxxx…"
