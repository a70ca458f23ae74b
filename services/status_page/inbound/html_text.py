"""The words of an HTML mail, for mails that bring no plain text. Pure; nothing is loaded and nothing is run."""

from html.parser import HTMLParser

_SILENT = frozenset({"script", "style", "head", "title", "template", "svg"})
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "ul", "ol", "table", "blockquote", "hr"})
_LONGEST = 400_000


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._silent = 0
        self._quoted = 0

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        if tag == "blockquote":
            self._quoted += 1
        if tag in _BREAKS:
            self._break()

    def handle_startendtag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self._break()

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        if tag == "blockquote":
            self._quoted = max(0, self._quoted - 1)
        if tag in _BREAKS:
            self._break()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(" ".join(data.split()) + (" " if data[-1:].isspace() else ""))

    def _break(self) -> None:
        # Quoted lines look as they do in plain text, so that they are recognised in one place.
        self.words.append("\n> " if self._quoted else "\n")


def text_of_html(html: str) -> str:
    """The text, with a line for each block, and quotations marked as in plain text."""
    words = _Words()
    words.feed(html[:_LONGEST])
    words.close()
    lines = "".join(words.words).split("\n")
    kept = [line.strip() for line in lines]
    return "\n".join(line for at, line in enumerate(kept) if line not in {"", ">"} or (at and kept[at - 1])).strip()
