"""Catalogs: the translations of one package, read once from its .po files, and chained with those of others."""

from collections.abc import Iterable, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from chassis.localisation.language import Language

SOURCE_LANGUAGE = "en"
_CHASSIS_DOMAIN = "chassis"


class Catalog:
    """The texts of one package (and of those chained behind it) in several languages. Read at construction, then
    immutable.

    Reads ``package_dir/locale/<language>/LC_MESSAGES/<domain>.po`` for each locale but English, in which the texts are
    written. Raises FileNotFoundError for a language without its file. Entries marked fuzzy are not used.
    """

    def __init__(self, package_dir: Path, domain: str, locales: Iterable[str]) -> None:
        self._become(((package_dir, domain),), tuple(locales))

    def then(self, other: "Catalog") -> "Catalog":
        """A catalog that looks here first, then in ``other``. It has the languages that both have."""
        return _Chain(self.parts + other.parts, tuple(tag for tag in self.locales if tag in other.locales))

    def language(self, tag: str) -> Language:
        """The language for a tag such as ``ru``, ``ru-RU`` or ``en_US``: texts by the language, formats by the region
        too.

        A language that the catalog does not have raises KeyError: negotiate first. Cheap: each is made once.
        """
        wanted = tag.replace("_", "-")
        if wanted not in self._made:
            language = next((one for one in self.locales if _matches(one, wanted)), None)
            if language is None:
                raise KeyError(tag)
            self._made[wanted] = Language(language, wanted, self._translations[language], self.domains)
        return self._made[wanted]

    def _become(self, parts: tuple[tuple[Path, str], ...], locales: tuple[str, ...]) -> None:
        self.parts = parts
        self.locales = locales
        self.domains = tuple(domain for _, domain in parts)
        self._translations = {tag: _load(tag, parts) for tag in locales}
        self._made: dict[str, Language] = {}


class _Chain(Catalog):
    def __init__(self, parts: tuple[tuple[Path, str], ...], locales: tuple[str, ...]) -> None:
        self._become(parts, locales)


def negotiate(preferred: Sequence[str], available: Sequence[str], default: str) -> str:
    """The first of ``preferred`` (most wanted first) that is available, else ``default``.

    ``de-AT`` is served by ``de``; case and ``_`` or ``-`` do not matter; what is no language tag is passed over. The
    answer keeps the preferred region (``en-US`` when ``en`` is available), because dates are written by it.
    """
    for tag in preferred:
        wanted = tag.strip().replace("_", "-")
        if wanted and any(_matches(one, wanted) for one in available) and Language.knows(wanted):
            return wanted
    return default


def _load(tag: str, parts: Iterable[tuple[Path, str]]) -> NullTranslations:
    if tag == SOURCE_LANGUAGE:
        return NullTranslations()
    sources = [*parts, (Path(__file__).parent, _CHASSIS_DOMAIN)]
    first, *others = [Translations(BytesIO(_compile(package_dir, domain, tag))) for package_dir, domain in sources]
    for other in others:
        first.add_fallback(other)
    return first


def _matches(available: str, wanted: str) -> bool:
    one, other = available.replace("_", "-").lower(), wanted.lower()
    return other == one or other.startswith(one + "-")


@cache
def _compile(package_dir: Path, domain: str, tag: str) -> bytes:
    """A .po file as the bytes of a .mo file: in memory, so that no compiled file can be older than its source."""
    with (package_dir / "locale" / tag / "LC_MESSAGES" / f"{domain}.po").open("rb") as source:
        messages = read_po(source, locale=tag, domain=domain, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, messages)
    return compiled.getvalue()
