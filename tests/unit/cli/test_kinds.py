import re
from importlib.resources import files

import pytest

from wismo.cli import kinds
from wismo.cli.exits import UsageProblem
from wismo.orders.v1.fulfilment_event_pb2 import FulfilmentEvent


def test_every_kind_that_may_be_emitted_is_listed_with_the_contract_s_own_words() -> None:
    all_kinds = {field.name for field in FulfilmentEvent.DESCRIPTOR.oneofs_by_name["change"].fields}
    listed = kinds.kinds()
    assert {kind.name for kind in listed} == all_kinds - set(kinds.NOT_EMITTED)
    assert all(kind.comment for kind in listed)
    assert all(field.comment and field.form for kind in listed for field in kind.fields)


def test_what_must_be_given_is_marked() -> None:
    shipped = {field.name: field.required for field in kinds.find("parcel_shipped").fields}
    assert shipped["parcel_id"]
    assert not shipped["carrier"]
    assert not shipped["tracking_url"]
    reported = {field.name: field.required for field in kinds.find("problem_reported").fields}
    assert reported["next_update_at"]
    assert reported["what_we_do"]
    assert not reported["parcel_id"]
    progressed = {field.name: field.required for field in kinds.find("parcel_progressed").fields}
    assert progressed["status"]
    assert not progressed["reason"]


@pytest.mark.parametrize("typed", ["parcel_shipped", "parcel-shipped", "ParcelShipped", "Parcel shipped"])
def test_a_kind_may_be_written_in_several_ways(typed: str) -> None:
    assert kinds.find(typed).name == "parcel_shipped"


def test_a_typo_is_met_with_what_was_meant() -> None:
    with pytest.raises(UsageProblem, match="did you mean parcel_shipped"):
        kinds.find("parcel_shiped")


def test_what_wismo_writes_itself_cannot_be_emitted() -> None:
    with pytest.raises(UsageProblem, match="written by Wismo itself"):
        kinds.find("buyer_erased")


def test_exactly_what_the_contract_says_that_wismo_writes_cannot_be_emitted() -> None:
    source = files("wismo.orders.v1").joinpath("fulfilment_event.proto").read_text(encoding="utf-8")
    body = source.partition("oneof change {")[2].partition("\n  }")[0]
    written = re.findall(r"Written by [^\n]*\n\s*\w+ (\w+) = \d+;", body)
    assert set(written) == set(kinds.NOT_EMITTED)


@pytest.mark.parametrize("kind", list(kinds.NOT_EMITTED))
def test_whoever_tries_it_all_the_same_is_told_what_leads_to_it(kind: str) -> None:
    with pytest.raises(UsageProblem) as refused:
        kinds.find(kind)
    assert str(refused.value).endswith(kinds.NOT_EMITTED[kind])
