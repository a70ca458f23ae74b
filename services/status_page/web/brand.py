"""A merchant's colour as a small style sheet in which all text can be read (WCAG 2.2, contrast of 4.5 to 1)."""

import re
from dataclasses import dataclass

CALM_BLUE = "#1d3f72"
_LIGHT_GROUND = (255, 255, 255)
_DARK_GROUND = (27, 31, 38)
_ENOUGH = 4.9
"""A little over 4.5, because grounds a shade away from white are used as well."""
_ENOUGH_IN_THE_DARK = 7.0
"""More, because eyes that are used to the dark see thin dark letters on dark badly."""

_Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Brand:
    """The colours that follow from a merchant's one."""

    ground: str
    """For areas of colour."""
    on_ground: str
    """Text on such an area: black or white, whichever can be read."""
    ink: str
    """The colour as text on a light page, darkened as far as needed."""
    ink_dark: str
    """The colour as text on a dark page, lightened as far as needed."""

    def css(self) -> str:
        """The style sheet."""
        inks = f"--ink-light:{self.ink};--ink-dark:{self.ink_dark}"
        return f":root{{--brand:{self.ground};--on-brand:{self.on_ground};{inks}}}"


def brand_of(colour: str) -> Brand:
    """The brand for ``#rrggbb``; anything else is taken as the calm blue."""
    ground = _parse(colour if re.fullmatch(r"#[0-9a-fA-F]{6}", colour) else CALM_BLUE)
    white, black = (255, 255, 255), (0, 0, 0)
    on_ground = white if contrast(white, ground) >= contrast(black, ground) else black
    return Brand(
        _write(ground),
        _write(on_ground),
        _write(_towards(ground, black, _LIGHT_GROUND, _ENOUGH)),
        _write(_towards(ground, white, _DARK_GROUND, _ENOUGH_IN_THE_DARK)),
    )


def contrast(one: _Colour, other: _Colour) -> float:
    """The contrast ratio of two colours after WCAG 2.2, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _towards(colour: _Colour, end: _Colour, ground: _Colour, enough: float) -> _Colour:
    """The first step from ``colour`` to ``end`` that can be read on ``ground``."""
    for step in range(21):
        mixed = tuple(round(own + (goal - own) * step / 20) for own, goal in zip(colour, end, strict=True))
        candidate = (mixed[0], mixed[1], mixed[2])
        if contrast(candidate, ground) >= enough:
            return candidate
    return end


def _luminance(colour: _Colour) -> float:
    red, green, blue = (_linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return float(channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4)


def _parse(colour: str) -> _Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _write(colour: _Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
