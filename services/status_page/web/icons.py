"""The page's few icons, drawn for it: lines on a grid of 24."""

from markupsafe import Markup

_LINES = {
    "physical": '<path d="M3.5 7.7 12 3.2l8.5 4.5v8.6L12 20.8l-8.5-4.500z"/>'
    '<path d="m3.7 7.8 8.3 4.4 8.3-4.4M12 12.200v8.400M7.8 5.5l8.3 4.4"/>',
    "download": '<path d="M12 3.500v11.200m0 0 4.300-4.300M12 14.700l-4.300-4.300M4 16.500v2.300a1.700 1.700 0 0 0'
    ' 1.700 1.700h12.600a1.700 1.700 0 0 0 1.700-1.700v-2.300"/>',
    "access": '<circle cx="8" cy="15.5" r="4.3"/><path d="m11.1 12.4 8.4-8.400m-3 3 2.8 2.800m-5.600 0 1.9 1.9"/>',
    "trial": '<circle cx="12" cy="12.5" r="8"/><path d="M12 8v4.700l3 1.8M9.5 2.500h5"/>',
    "care": '<path d="M12 4 21 19.500H3z"/><path d="M12 10v4m0 2.700v.1"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7.200V12l3.2 2"/>',
    "mail": '<rect x="3" y="5.5" width="18" height="13" rx="2"/><path d="m3.5 7 8.5 6 8.5-6"/>',
    "out": '<path d="M13.5 4.500h6v6m0-6-9 9M17 14v4.500a1 1 0 0 1-1 1H5.500a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1H10"/>',
    "check": '<path d="m5 12.5 4.5 4.500L19 7.5"/>',
    "house": '<path d="m3.5 11.5 8.5-7.500 8.5 7.500M6 9.500v10h12v-10M10 19.500v-5.500h4v5.5"/>',
    "chat": '<path d="M4 5.500h16v11H10.500L6 20v-3.500H4z"/>',
    "eye": '<path d="M2.5 12S6 5.500 12 5.500 21.5 12 21.5 12 18 18.500 12 18.500 2.5 12 2.5 12z"/>'
    '<circle cx="12" cy="12" r="3"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4 20.500c0-4 3.500-6.500 8-6.500s8 2.500 8 6.500"/>',
    "dot": '<circle cx="12" cy="12" r="4"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6"/><path d="m15 15 5.500 5.500"/>',
}
_FRAME = (
    '<svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false" fill="none"'
    ' stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">{}</svg>'
)
_ICONS = {name: Markup(_FRAME).format(Markup(lines)) for name, lines in _LINES.items()}  # noqa: S704  # Our own drawing.


def icon(name: str) -> Markup:
    """The icon as inline SVG, in the colour of the text around it, hidden from screen readers. KeyError if unknown."""
    return _ICONS[name]
