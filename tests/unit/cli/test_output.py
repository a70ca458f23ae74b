import io
import json

from wismo.cli.output import Output, outputs, printable
from wismo.orders.v1.order_pb2 import Order


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def made(out: io.StringIO, environ: dict[str, str] | None = None) -> Output:
    return outputs(out, io.StringIO(), {"TERM": "xterm-256color", "COLUMNS": "80"} | (environ or {}))


def test_piped_tables_are_tab_separated_and_never_wrapped() -> None:
    out = io.StringIO()
    made(out).table(["Order", "State"], [["R-1", "on its way"], ["R-2", "x" * 300]])
    assert out.getvalue().splitlines() == ["Order\tState", "R-1\ton its way", "R-2\t" + "x" * 300]


def test_a_terminal_gets_colour_unless_no_color_is_set(monkeypatch: object) -> None:
    coloured, plain = Terminal(), Terminal()
    made(coloured).table(["State"], [["complete"]])
    made(plain, {"NO_COLOR": "1"}).table(["State"], [["complete"]])
    assert "\x1b[32m" in coloured.getvalue()
    assert "\x1b[32m" not in plain.getvalue()


def test_texts_of_shops_and_buyers_are_neither_markup_nor_control() -> None:
    out = io.StringIO()
    made(out).line("[red]x[/red] \x1b[2J\u202e")
    assert out.getvalue() == "[red]x[/red] �[2J�\n"
    assert printable("a\tb\n") == "a\tb\n"


def test_json_has_the_contract_s_own_names() -> None:
    out = io.StringIO()
    made(out).json({"orders": [Order(reference="R-1", next_update_at=None)]})
    assert json.loads(out.getvalue()) == {"orders": [{"reference": "R-1"}]}
