"""docs/errors.md is what the real service answers, held against the file: `WISMO_UPDATE_DOCS=1` writes it anew."""

import os
from itertools import groupby
from pathlib import Path

import grpc
from google.rpc import error_details_pb2

from tests.integration.orders.error_case import Case
from tests.integration.orders.error_cases import CASES
from tests.integration.orders.shop import TIMEOUT, Shop, detail, details, shipped
from wismo.orders.v1 import fulfilment_event_pb2 as events
from wismo.orders.v1 import orders_service_pb2 as pb

FILE = Path(__file__).parents[3] / "docs" / "errors.md"
HEADER = """\
# What the service says to what is wrong

Every row was sent to a running service; `make docs-errors` writes this file again, and a test fails when it is not what
the service answers. Each row had an order of its own with three lines (`book`, `atlas`, `room`) whose book was shipped
as parcel `p1`. Every error carries `google.rpc.ErrorInfo` (domain `wismo`, the *reason* below) and, where a field is to
blame, `google.rpc.BadRequest` with the *field* and what would be right. `UNAVAILABLE`, `ABORTED` and
`RESOURCE_EXHAUSTED` may be tried again with the same `request_id`; the others come again until the request is mended.

`APPLIED` changed the order, `NOTED` joined its timeline and moved nothing, `REPEATED` wrote nothing.
"""


def test_the_table_of_errors_is_what_the_service_answers(shop: Shop) -> None:
    lines = [HEADER]
    for group, cases in groupby(enumerate(CASES), key=lambda numbered: numbered[1].group):
        lines += [f"\n## {group}", "", "| sent | answer | reason | field | says |", "| --- | --- | --- | --- | --- |"]
        lines += [_row(shop, f"R-{number}", case) for number, case in cases]
    text = "\n".join(lines).replace(shop.name, "merchants/lantern") + "\n"
    if os.environ.get("WISMO_UPDATE_DOCS"):
        FILE.write_text(text)
    assert FILE.read_text() == text, "docs/errors.md is not what the service answers: run `make docs-errors`"


def test_unforeseen_errors_are_none_of_the_answers() -> None:
    """The table above would show them; this keeps it from being updated with one unseen."""
    assert "INTERNAL" not in FILE.read_text()
    assert "UNKNOWN |" not in FILE.read_text()


def _row(shop: Shop, reference: str, case: Case) -> str:
    shop.create(reference)
    shop.record(shipped(), "shipped", reference)
    for request_id, event in case.before:
        shop.record(event, request_id, reference)
    request = case.send(shop, reference)
    body = request if isinstance(request, bytes) else request.SerializeToString()
    call = shop.channel.unary_unary(f"/wismo.orders.v1.{case.service}/{case.method}", bytes, bytes)
    metadata = shop.metadata if case.metadata is None else case.metadata
    try:
        answer = call(body, metadata=metadata, timeout=TIMEOUT)
    except grpc.RpcError as error:
        cells = _refused(error)
    else:
        recorded = pb.RecordEventResponse.FromString(answer)
        effect = events.Effect.Name(recorded.effect).removeprefix("EFFECT_")
        cells = ["OK", "", "", f"`{effect}`, sequence {recorded.sequence}"]
    return f"| {case.sent} | " + " | ".join(cells).replace(reference, "R-1").replace(reference.lower(), "r-1") + " |"


def _refused(error: grpc.RpcError) -> list[str]:
    code = error.code().name
    try:
        status = details(error)
    except AssertionError:
        return [f"`{code}`", "", "", "the request cannot be read at all"]
    info = detail(status, error_details_pb2.ErrorInfo)
    assert info is not None
    bad = detail(status, error_details_pb2.BadRequest)
    violations = list(bad.field_violations) if bad else []
    fields = "<br>".join(f"`{one.field}`" for one in violations)
    says = "<br>".join(one.description for one in violations) or status.message
    return [f"`{code}`", f"`{info.reason}`", fields, says.replace("|", "\\|")]
