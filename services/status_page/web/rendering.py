"""Templates, translated when they are loaded: what a page says in every case costs nothing when it is rendered."""

import re
from collections.abc import Callable
from pathlib import Path

from flask import url_for
from jinja2 import BaseLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from chassis.localisation import Catalog, Language, install_jinja
from status_page.web.icons import icon
from status_page.web.shops import Shop

_FOLDER = Path(__file__).parent.parent / "templates"
# A text without values, standing alone: the only use of gettext that a loader can answer.
_TEXT = re.compile(r"\{\{ gettext\('((?:[^'\\]|\\.)*)'\) \}\}")
_MOST_FRAGMENTS = 4096
_ICON = re.compile(r"\{\{ icon\('(\w+)'\) \}\}")


class Templates:
    """The templates in each language that the pages speak."""

    def __init__(self, catalog: Catalog, static: Callable[[str], str], folder: Path = _FOLDER) -> None:
        self._folder = folder
        self._static = static
        self._fragments: dict[tuple[str, str, str, int], Markup] = {}
        self._languages = [catalog.language(tag) for tag in catalog.locales]
        self._environments = {language.tag: self._environment(language) for language in self._languages}

    def render(self, name: str, language: Language, /, **values: object) -> str:
        """The page. A name that a template uses and nobody gives is an error."""
        return self._environments[language.tag].get_template(name).render(**values)

    def fragment(self, name: str, language: Language, shop: Shop) -> Markup:
        """A part of the page that depends on the shop alone, rendered once for each of its revisions."""
        key = (name, language.tag, shop.name, shop.revision)
        found = self._fragments.get(key)
        if found is None:
            if len(self._fragments) >= _MOST_FRAGMENTS:
                self._fragments.clear()
            found = Markup(self.render(name, language, shop=shop))  # noqa: S704  # Escaped while it was rendered.
            self._fragments[key] = found
        return found

    def _environment(self, language: Language) -> Environment:
        environment = Environment(
            loader=_Translated(FileSystemLoader(self._folder), language),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
            auto_reload=False,
        )
        install_jinja(environment, lambda: language)
        environment.globals.update(
            speaks=language,
            languages=self._languages,
            static=self._static,
            url_for=url_for,
            icon=icon,
            of_shop=lambda name, shop: self.fragment(name, language, shop),
        )
        return environment


class _Translated(BaseLoader):
    def __init__(self, inner: BaseLoader, language: Language) -> None:
        self._inner = inner
        self._language = language

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, filename, up_to_date = self._inner.get_source(environment, template)
        source = _TEXT.sub(self._said, source)
        return _ICON.sub(lambda found: icon(found[1]), source), filename, up_to_date

    def _said(self, found: re.Match[str]) -> str:
        # As {{ gettext() }} has it: what translators write is HTML, and a per cent sign is written twice.
        said = self._language.gettext(found[1].replace("\\'", "'")) % ()
        if "{{" in said or "{%" in said:
            raise ValueError(f"a translation holds template code: {said!r}")
        return Markup(said)  # noqa: S704  # Written by us, not by a merchant or buyer.
