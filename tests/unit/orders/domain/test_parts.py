"""Parts of an order are frozen and comparable, however quickly they are built."""

import copy
from dataclasses import FrozenInstanceError, fields, replace

import pytest

from orders.domain import order as domain
from orders.domain.values import Part

PARTS = [value for name in domain.__all__ if issubclass(value := getattr(domain, name), Part)]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_a_part_is_frozen_comparable_and_has_a_place_for_its_bytes(part: type[Part]) -> None:
    names = [field.name for field in fields(part)]  # type: ignore[arg-type]  # All parts are dataclasses.
    one, same, other = (part(*[value] * len(names)) for value in ("a", "a", "b"))
    assert one == same != other
    assert (one.encoded, type(one), hash(one)) == (None, part, hash(same))
    assert copy.deepcopy(one) == one
    with pytest.raises(FrozenInstanceError):
        setattr(one, names[0], "b")


def test_a_changed_part_does_not_inherit_the_bytes_of_the_one_before() -> None:
    line = domain.Line("a", domain.LineKind.PHYSICAL, "Book")
    object.__setattr__(line, "encoded", b"bytes")
    assert replace(line, title="Other").encoded is None
    assert line == replace(line)
