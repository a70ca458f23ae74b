"""docs/operate.md holds exactly the settings that the services read."""

import os
from pathlib import Path

import notifier.settings
import orders.settings
import status_page.inbound.settings
import status_page.settings
from chassis.settings import describe

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operate.md"
BEGIN, END = "<!-- settings:", "<!-- end of settings -->"
PROCESSES = {
    "orders and relay": orders.settings.Settings,
    "notifier": notifier.settings.Settings,
    "page": status_page.settings.PageSettings,
    "projector": status_page.settings.ProjectorSettings,
    "inbound mail": status_page.inbound.settings.InboundSettings,
}


def tables() -> str:
    """One table a process."""
    lines: list[str] = []
    for process, settings in PROCESSES.items():
        lines += [f"### {process}", "", "| variable | what it is | takes | default |", "| --- | --- | --- | --- |"]
        for row in describe(settings):
            default = "required" if row.default is None else f"`{row.default}`" if row.default else "empty"
            lines.append(f"| `{row.variable}` | {row.help} | {row.expected.replace('|', chr(92) + '|')} | {default} |")
        lines.append("")
    return "\n".join(lines)


def test_the_operators_page_has_every_setting_with_its_default() -> None:
    """A variable that is added, renamed or given another default changes the page."""
    text = PAGE.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    marker, _, rest = rest.partition("\n")
    _, _, tail = rest.partition(END)
    expected = f"{head}{BEGIN}{marker}\n\n{tables()}\n{END}{tail}"
    if os.environ.get("WISMO_UPDATE_DOCS"):
        PAGE.write_text(expected, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == expected, (
        "run the test again with WISMO_UPDATE_DOCS=1 and read the change"
    )
