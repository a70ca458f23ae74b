"""The merchant's colour, and text on it that can be read (WCAG 2.2, contrast ratio)."""

import re
from functools import lru_cache

CALM_BLUE = "#1f3a5f"
WHITE = "#ffffff"
# Pure black: with anything lighter there are greens on which neither can be read.
BLACK = "#000000"
# WCAG 2.2, 1.4.3: 4.5 to 1 for text.
READABLE = 4.5

_HEX = re.compile(r"#[0-9a-fA-F]{6}\Z")


def brand_colour(colour: str) -> str:
    """``#rrggbb`` as given, or the calm blue for anything else."""
    return colour.lower() if _HEX.match(colour) else CALM_BLUE


def text_on(background: str) -> str:
    """Black or white, whichever can be read better on it."""
    return WHITE if contrast(WHITE, background) >= contrast(BLACK, background) else BLACK


def readable_on(colour: str, background: str) -> str:
    """``colour``, moved towards black or white until it can be read on ``background``."""
    target = BLACK if contrast(BLACK, background) > contrast(WHITE, background) else WHITE
    return next(
        (mixed for step in range(20) if contrast(mixed := _mix(colour, target, step / 20), background) >= READABLE),
        target,
    )


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@lru_cache(1024)
def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _mix(colour: str, target: str, share: float) -> str:
    pairs = ((int(colour[at : at + 2], 16), int(target[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(have + (want - have) * share):02x}" for have, want in pairs)
