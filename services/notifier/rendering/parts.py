"""The subject and the two parts of a message: what its kind has to say, inside what every message has around it."""

from typing import Any

from markupsafe import Markup

from notifier.channels.headers import one_line
from notifier.planning.kinds import MessageKind
from notifier.rendering.pieces import Pieces
from wording import Reader

Sections = list[tuple[MessageKind, dict[str, Any]]]


def subject_line(templates: Pieces, sections: Sections, shell: dict[str, Any], reader: Reader) -> str:
    """One line, fit for a header."""
    if len(sections) > 1:
        return one_line(reader.gettext("News about your order %(reference)s", reference=shell["reference"]))
    kind, facts = sections[0]
    return one_line(templates.subject(kind).render(shell | facts))


def text_part(templates: Pieces, sections: Sections, shell: dict[str, Any], reader: Reader) -> str:
    """The plain text."""
    content, _ = _told(templates, sections, shell, reader, html=False)
    return _without_wide_gaps(templates.layout_text.render(shell | {"content": content}))


def html_part(templates: Pieces, sections: Sections, shell: dict[str, Any], subject: str, reader: Reader) -> str:
    """The HTML."""
    content, preheader = _told(templates, sections, shell, reader, html=True)
    return templates.layout_html.render(
        shell
        | {
            "subject": subject,
            "preheader": Markup(preheader),  # noqa: S704  # Rendered by a template that escapes, like all below.
            "content": Markup(content),  # noqa: S704
            "masthead": Markup(templates.masthead_html.render(shell)),  # noqa: S704
            "lines_table": Markup(templates.lines_html.render(shell)),  # noqa: S704
            "foot": Markup(templates.foot_html.render(shell)),  # noqa: S704
        }
    )


def _told(
    templates: Pieces, sections: Sections, shell: dict[str, Any], reader: Reader, *, html: bool
) -> tuple[str, str]:
    """What is told, and the first lead, which mail programs show beside the subject."""
    macros = templates.macros(html=html, context=shell)
    told, preheader = [], ""
    for kind, facts in sections:
        body = templates.body(kind, html=html)
        context = shell | facts | {"m": macros}
        words = {name: " ".join(templates.block(body, name, context).split()) for name in ("title", "lead")}
        heading = macros.title if len(sections) == 1 else macros.section_title
        preheader = preheader or words["lead"]
        lead = Markup(words["lead"]) if html else words["lead"]  # noqa: S704  # Rendered by a template that escapes.
        title = Markup(words["title"]) if html else words["title"]  # noqa: S704  # Likewise.
        told += [heading(title), macros.p(lead), templates.block(body, "more", context)]
    if len(sections) > 1:
        told.insert(0, macros.title(reader.gettext("There is news about your order")))
    return "".join(told), preheader


def _without_wide_gaps(text: str) -> str:
    """At most one empty line at a time, and none at the ends."""
    lines: list[str] = []
    for line in (one.rstrip() for one in text.strip().splitlines()):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines) + "\n"
