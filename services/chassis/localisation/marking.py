"""Marks for texts that stand in tables: extracted for translation where they are, translated where they are used."""


def mark(text: str) -> str:
    """Mark ``text`` for translation and return it as it is; translate it later with ``language.gettext``."""
    return text


def mark_plural(one: str, many: str) -> tuple[str, str]:
    """Mark a pair for translation with plural; translate it later with ``language.ngettext(*pair, count)``."""
    return one, many
