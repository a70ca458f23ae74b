from enum import StrEnum

import pytest

from wismo.client import Effect, InvalidInput, OrderState, TrackingStatus
from wismo.client.vocabulary import PROTO_ENUMS, number, word


@pytest.mark.parametrize("kind", list(PROTO_ENUMS), ids=lambda kind: kind.__name__)
def test_each_enum_is_its_proto_enum_member_by_member(kind: type[StrEnum]) -> None:
    descriptor, prefix = PROTO_ENUMS[kind]
    proto = {value.name.removeprefix(prefix) for value in descriptor.values} - {"UNSPECIFIED"}
    assert {member.name for member in kind} - {"UNSPECIFIED"} == proto
    assert all(member.value == member.name.lower() for member in kind)


def test_words_may_be_written_as_people_do() -> None:
    wanted = number(TrackingStatus, TrackingStatus.IN_TRANSIT, "status")
    assert number(TrackingStatus, "in_transit", "status") == wanted
    assert number(TrackingStatus, "In-Transit", "status") == wanted
    assert number(TrackingStatus, None, "status") == 0


def test_a_wrong_word_names_its_field_and_what_was_meant() -> None:
    with pytest.raises(InvalidInput, match=r"status: 'deliverd' is not one of them; did you mean delivered"):
        number(TrackingStatus, "deliverd", "status")


def test_a_word_from_a_newer_server_is_unspecified() -> None:
    assert word(OrderState, 999) is OrderState.UNSPECIFIED
    assert word(Effect, 2) is Effect.NOTED
