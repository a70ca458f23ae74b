"""Keeping catalogs up to date.

Texts extracted from source and templates, merged into each language's .po file, and checked.
"""

import re
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog as Messages
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

_METHODS = [("**.py", "python"), ("**/templates/**.*", "jinja2")]
_OPTIONS = {"**/templates/**.*": {"silent": "false", "newstyle_gettext": "true", "trimmed": "true"}}
_KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "gettext": None,
    "mark": None,
    "ngettext": (1, 2),
    "mark_plural": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def extract(package_dir: Path, domain: str) -> list[Path]:
    """Bring every .po file of the package up to date: new texts added untranslated, those gone dropped. The files that
    changed.

    Nothing is ever marked fuzzy: a text that has changed is a new one, to be translated anew.
    """
    template = _template(package_dir)
    changed = []
    for path in _po_files(package_dir, domain):
        before = path.read_bytes()
        messages = _read(path)
        messages.update(template, no_fuzzy_matching=True, update_creation_date=False)
        messages.obsolete.clear()
        after = _written(messages)
        if after != before:
            path.write_bytes(after)
            changed.append(path)
    return changed


def make(package_dir: Path, domain: str, language: str) -> None:
    """An empty catalog for a language that has none yet."""
    path = package_dir / "locale" / language / "LC_MESSAGES" / f"{domain}.po"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_written(Messages(locale=language)))


def check(package_dir: Path, domain: str) -> list[str]:
    """What is wrong with the catalogs, one line each.

    A text missing, untranslated, fuzzy, gone, or with other placeholders.
    """
    template = _template(package_dir)
    wanted = {_key(message): message for message in template if message.id}
    problems = []
    for path in _po_files(package_dir, domain):
        messages = _read(path)
        found = {_key(message): message for message in messages if message.id}
        problems += [f"{path}: not extracted: {_shown(message)}" for key, message in wanted.items() if key not in found]
        problems += [
            f"{path}: no longer used: {_shown(message)}" for key, message in found.items() if key not in wanted
        ]
        for key, message in found.items():
            if key in wanted:
                problems += [f"{path}: {problem}: {_shown(message)}" for problem in _problems(message, messages)]
    return problems


def _problems(message: Message, messages: Messages) -> Iterable[str]:
    forms = message.string if isinstance(message.string, list | tuple) else (message.string,)
    if message.fuzzy:
        yield "fuzzy"
    if not all(forms) or (message.pluralizable and len(forms) != messages.num_plurals):
        yield "untranslated"
        return
    ids = message.id if isinstance(message.id, list | tuple) else (message.id,)
    named = set(_PLACEHOLDER.findall(" ".join(ids)))
    # A plural form may leave the number out ("one day"), nothing else.
    optional = {"count", "num"} if message.pluralizable else set()
    for form in forms:
        here = set(_PLACEHOLDER.findall(str(form)))
        if not named - optional <= here <= named:
            yield f"placeholders differ: {', '.join(sorted(named ^ here))}"


def _template(package_dir: Path) -> Messages:
    template = Messages()
    found = extract_from_dir(
        str(package_dir),
        _METHODS,
        _OPTIONS,
        keywords=_KEYWORDS,
        comment_tags=("Translators:",),
        strip_comment_tags=True,
    )
    for path, line, text, comments, context in sorted(found, key=lambda one: (one[0], one[1])):
        template.add(text, locations=[(path, line)], auto_comments=comments, context=context)
    return template


def _po_files(package_dir: Path, domain: str) -> list[Path]:
    return sorted((package_dir / "locale").glob(f"*/LC_MESSAGES/{domain}.po"))


def _read(path: Path) -> Messages:
    with path.open("rb") as source:
        return read_po(source, locale=path.parent.parent.name, abort_invalid=True)


def _written(messages: Messages) -> bytes:
    """The file's bytes: only what says something, so that a change of a line number elsewhere changes no catalog."""
    out = BytesIO()
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    header += f'"Language: {messages.locale_identifier}\\n"\n'
    header += f'"Plural-Forms: {messages.plural_forms}\\n"\n\n'
    write_po(out, messages, width=110, omit_header=True, include_lineno=False, sort_by_file=True)
    return header.encode() + out.getvalue().lstrip(b"\n")


def _key(message: Message) -> tuple[object, object]:
    return (tuple(message.id) if isinstance(message.id, list | tuple) else message.id, message.context)


def _shown(message: Message) -> str:
    return repr(message.id if isinstance(message.id, str) else message.id[0])
