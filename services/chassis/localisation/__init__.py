"""Languages: catalogs of translations read from .po files, and dates, numbers and lists as people write them.

    catalog = Catalog(Path(__file__).parent, "notifier", ("en", "ru")).then(wording.catalog())
    language = catalog.language(negotiate(["ru-RU", "en"], catalog.locales, "en"))
    language.gettext("Your order is on its way")

The source language is English: it needs no catalog. ``python -m chassis.localisation extract|check PACKAGE_DIR`` keeps
the others.
"""

from chassis.localisation.catalog import SOURCE_LANGUAGE, Catalog, negotiate
from chassis.localisation.jinja import install_jinja
from chassis.localisation.language import Direction, Language
from chassis.localisation.marking import mark, mark_plural

__all__ = [
    "SOURCE_LANGUAGE",
    "Catalog",
    "Direction",
    "Language",
    "install_jinja",
    "mark",
    "mark_plural",
    "negotiate",
]
