"""Whatever colour a merchant has, what is written on it or with it can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.rendering.colours import CALM_BLUE, READABLE, WHITE, brand_colour, contrast, readable_on, text_on

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
DARK_CARD = "#1a2129"


@given(COLOURS)
def test_text_on_a_button_can_be_read(colour: str) -> None:
    assert contrast(text_on(colour), colour) >= READABLE


@given(COLOURS)
def test_links_can_be_read_on_white_and_on_dark(colour: str) -> None:
    assert contrast(readable_on(colour, WHITE), WHITE) >= READABLE
    assert contrast(readable_on(colour, DARK_CARD), DARK_CARD) >= READABLE


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert readable_on("#1f5d4c", WHITE) == "#1f5d4c"


@pytest.mark.parametrize("bad", ["", "green", "#12345", "#1234567", "#12345g", "red;background:url(x)"])
def test_what_is_no_colour_becomes_the_calm_blue(bad: str) -> None:
    assert brand_colour(bad) == CALM_BLUE
