import pytest

from wismo.cli.exits import Exit, UsageProblem, code_of, lines_of
from wismo.client import InvalidInput, NotAllowed, NotFound, TooBusy, Unavailable
from wismo.client.errors import InvalidField


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageProblem("x"), Exit.USAGE),
        (FileNotFoundError(2, "No such file", "a.yaml"), Exit.USAGE),
        (Unavailable("x"), Exit.UNREACHABLE),
        (TooBusy("x"), Exit.UNREACHABLE),
        (NotAllowed("x"), Exit.NOT_ALLOWED),
        (NotFound("x"), Exit.REFUSED),
        (InvalidInput("x"), Exit.REFUSED),
    ],
)
def test_each_kind_of_failure_has_its_exit_code(error: Exception, code: Exit) -> None:
    assert code_of(error) is code


def test_what_the_server_refuses_is_shown_at_its_line_in_the_file() -> None:
    error = InvalidInput("bad", fields=[InvalidField("order.lines[1].title", "is needed")])
    places = {"order.lines[1]": "order.yaml:9", "order.lines": "order.yaml:3"}
    assert lines_of(error, places=places) == ["order.yaml:9: lines[1].title: is needed"]


def test_a_field_that_stands_nowhere_is_shown_without_a_place() -> None:
    error = InvalidInput("bad", fields=[InvalidField("event.parcel_shipped.parcel_id", "is needed")])
    assert lines_of(error) == ["parcel_shipped.parcel_id: is needed"]


def test_an_unreachable_server_comes_with_what_to_look_at() -> None:
    lines = lines_of(Unavailable("refused"), target="orders.example:443")
    assert lines[0].startswith("orders.example:443 cannot be reached")
    assert any("--tls" in line for line in lines)


def test_other_refusals_carry_their_stable_reason() -> None:
    assert lines_of(NotFound("R-1 does not exist", reason="NOT_FOUND")) == ["R-1 does not exist [NOT_FOUND]"]
