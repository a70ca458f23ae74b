"""Templates: the MJML layout compiled once, and per language one set for HTML and one for plain text.

A kind of message is a folder with `subject.txt` and `body.jinja`. The body says each thing once, in blocks (`title`,
`lead`, `more`),
with the pieces of `layout/html.jinja` or `layout/text.jinja`: so both parts of a mail always say the same.
"""

import textwrap
from functools import cache
from pathlib import Path
from typing import Any

import mrml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

import wording
from chassis.localisation import Catalog, Language, install_jinja
from notifier.planning.kinds import MessageKind

PACKAGE = Path(__file__).parent.parent
TEMPLATES = PACKAGE / "templates"
DOMAIN = "notifier"
WIDTH = 72


@cache
def catalog() -> Catalog:
    """Everything that the notifier can say, in every language."""
    return Catalog(PACKAGE, DOMAIN, wording.LOCALES).then(wording.catalog())


class Pieces:
    """The templates in one language."""

    def __init__(self, language: Language) -> None:
        self._html = _environment(language, html=True)
        self._text = _environment(language, html=False)
        self.layout_html = self._html.from_string(compiled_layout())
        self.layout_text = self._text.get_template("layout/layout.txt")
        self.masthead_html = self._html.get_template("layout/masthead.html")
        self.lines_html = self._html.get_template("layout/lines.html")
        self.foot_html = self._html.get_template("layout/foot.html")

    def compile_all(self) -> None:
        """Compile every template now, so that a broken one is seen at the start and the first mails are not slow."""
        for kind in MessageKind:
            self.subject(kind)
            for html in (True, False):
                self.body(kind, html=html)

    def subject(self, kind: MessageKind) -> Template:
        """The subject of a kind."""
        return self._text.get_template(f"{kind}/subject.txt")

    def body(self, kind: MessageKind, *, html: bool) -> Template:
        """The body of a kind, for one of the two parts."""
        return (self._html if html else self._text).get_template(f"{kind}/body.jinja")

    def block(self, template: Template, name: str, context: dict[str, Any]) -> str:
        """One block of a body. A body without that block says nothing there."""
        block = template.blocks.get(name)
        return "".join(block(template.new_context(context))) if block is not None else ""

    def macros(self, *, html: bool, context: dict[str, Any]) -> Any:
        """The pieces for one part, knowing ``context`` (the colours, say)."""
        environment, name = (self._html, "layout/html.jinja") if html else (self._text, "layout/text.jinja")
        return environment.get_template(name).make_module(context)


@cache
def pieces(tag: str) -> Pieces:
    """The templates for the texts of one language. Made once; takes some milliseconds."""
    return Pieces(catalog().language(tag))


@cache
def compiled_layout() -> str:
    """The layout as HTML, with Jinja's marks still in it: MJML is compiled once, not once per mail."""
    compiled = mrml.to_html((TEMPLATES / "layout" / "layout.mjml").read_text(encoding="utf-8"))
    if compiled.warnings:
        raise ValueError(f"layout.mjml: {[str(warning.kind) for warning in compiled.warnings]}")
    # MJML writes its own language and direction in two places; ours are known only when a mail is rendered.
    return compiled.content


def _environment(language: Language, *, html: bool) -> Environment:
    environment = Environment(  # Plain text must not be escaped; HTML is.
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=html,  # noqa: S701  # Plain text must not be escaped; HTML is.
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        auto_reload=False,
    )
    install_jinja(environment, lambda: language)
    environment.filters |= {"wrap": _wrap, "hang": _hang, "quoted": _quoted}
    return environment


def _wrap(text: str, indent: int = 0) -> str:
    """Paragraphs of plain text, at most 72 wide. Words (links, above all) are never broken."""
    margin = " " * indent
    return "\n".join(
        margin + line if len(line) <= WIDTH - indent else _fill(line, margin) for line in str(text).splitlines()
    )


def _fill(line: str, margin: str) -> str:
    return textwrap.fill(
        line, WIDTH, initial_indent=margin, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
    )


def _hang(text: str) -> str:
    """Text behind a bullet or a label: further lines are indented."""
    lines = str(text).splitlines() or [""]
    return "\n   ".join(part for line in lines for part in (_wrap(line).splitlines() or [""]))


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in _wrap(str(text)).splitlines())
