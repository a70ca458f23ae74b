"""Every command against a real gRPC server, in this process."""

import json
import re
from pathlib import Path

import pytest

from tests.fakes.in_memory_orders import InMemoryOrders
from tests.fakes.refusals import bad_field
from tests.integration.cli.conftest import ORDER, Run

NAME = "merchants/acme/orders/R-1"
MERCHANT = """\
name: acme
display_name: Acme
sender: {email: orders@acme.test}
contact: {email: care@acme.test, phone: "+493012345678", postal_address: [Acme, Berlin]}
"""


@pytest.fixture(autouse=True)
def order(wismo: Run) -> None:
    assert wismo("order", "create", "order.yaml").exit_code == 0


def test_an_order_is_created_from_a_file_and_shown(wismo: Run, server: InMemoryOrders) -> None:
    assert server.orders[NAME].lines[0].title == "A book"
    shown = wismo("order", "get", "R-1")
    assert shown.exit_code == 0
    assert "book\t2 x A book\tphysical\treceived" in shown.stdout


def test_an_order_is_created_from_standard_input(wismo: Run, server: InMemoryOrders) -> None:
    assert wismo("order", "create", "-", stdin=ORDER.replace("R-1", "R-2")).exit_code == 0
    assert "merchants/acme/orders/R-2" in server.orders


def test_mistakes_in_a_file_are_told_with_their_lines(wismo: Run, folder: Path) -> None:
    (folder / "bad.yaml").write_text("reference: R-9\nlines:\n  - kind: fysical\n    titel: x\n")
    refused = wismo("order", "create", "bad.yaml")
    assert refused.exit_code == 1
    assert refused.stderr.splitlines() == [
        "bad.yaml:3: lines[0].kind: 'fysical' is not one of them; did you mean physical?",
        "bad.yaml:4: lines[0].titel: is not known; did you mean title?",
    ]


def test_what_the_server_refuses_is_told_at_its_line_too(wismo: Run, server: InMemoryOrders) -> None:
    server.refuse_next(bad_field("order.lines[0].title", "at most 200 letters"))
    refused = wismo("order", "create", "order.yaml")
    assert (refused.exit_code, refused.stderr) == (1, "order.yaml:4: lines[0].title: at most 200 letters\n")


def test_a_file_that_is_not_there_is_a_matter_of_usage(wismo: Run) -> None:
    missing = wismo("order", "create", "nothing.yaml")
    assert (missing.exit_code, missing.stderr) == (2, "nothing.yaml: No such file or directory\n")


def test_orders_are_listed_page_by_page(wismo: Run) -> None:
    for number in range(2, 5):
        wismo("order", "create", "-", stdin=ORDER.replace("R-1", f"R-{number}"))
    first = wismo("order", "list", "--limit", "3")
    assert [line.split("\t")[0] for line in first.stdout.splitlines()] == ["Order", "R-1", "R-2", "R-3"]
    token = first.stderr.rsplit(maxsplit=1)[-1]
    rest = json.loads(wismo("order", "list", "--page-token", token, "--json").stdout)
    assert [order["reference"] for order in rest["orders"]] == ["R-4"]


def test_a_state_that_does_not_exist_is_met_with_a_suggestion(wismo: Run) -> None:
    refused = wismo("order", "list", "--state", "complet")
    assert refused.exit_code == 2
    assert "did you mean complete?" in refused.stderr


def test_an_event_is_emitted_from_words(wismo: Run, server: InMemoryOrders) -> None:
    done = wismo("event", "emit", "R-1", "parcel-shipped", "parcel_id=P-1", "carrier=dhl", "lines=book:1", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout) | {"request_id": ""} == {
        "order": "R-1",
        "kind": "parcel_shipped",
        "request_id": "",
        "sequence": 2,
        "effect": "applied",
        "order_state": "confirmed",
        "etag": "e2",
    }
    sent = server.recorded[NAME][0].event.parcel_shipped
    assert (sent.parcel_id, sent.carrier, sent.lines[0].quantity) == ("P-1", "dhl", 1)


def test_dots_lead_into_what_a_field_holds(wismo: Run, server: InMemoryOrders) -> None:
    words = ["pickup_point.name=Kiosk", "pickup_point.address.city=Berlin", "status=available for pickup"]
    assert wismo("event", "emit", "R-1", "parcel_progressed", "parcel_id=P-1", *words).exit_code == 0
    point = server.recorded[NAME][0].event.parcel_progressed.pickup_point
    assert (point.display_name, point.address.city) == ("Kiosk", "Berlin")


def test_an_event_is_emitted_from_a_file_with_words_laid_over_it(
    wismo: Run, server: InMemoryOrders, folder: Path
) -> None:
    (folder / "event.yaml").write_text("parcel_id: P-1\ncarrier: dhl\n")
    done = wismo("event", "emit", "R-1", "parcel_shipped", "carrier=ups", "--file", "event.yaml", "--at", "2h ago")
    assert done.exit_code == 0
    event = server.recorded[NAME][0].event
    assert (event.parcel_shipped.parcel_id, event.parcel_shipped.carrier) == ("P-1", "ups")
    assert event.HasField("occurred_at")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["parcel_shiped", "a=b"], 2, "did you mean parcel_shipped"),
        (["buyer_erased"], 2, "written by Wismo itself"),
        (["parcel_shipped", "carrier"], 2, "is not KEY=VALUE"),
        (["parcel_shipped", "carrier=a", "carrier=b"], 2, "carrier is given twice"),
        (["parcel_shipped", "carier=dhl"], 1, "did you mean carrier?"),
        (["parcel_progressed", "status=lost"], 1, "status: 'lost' is not one of them"),
        (["parcel_shipped", "parcel_id=P", "--at", "yesterday"], 2, "--at: 'yesterday' is no time"),
        (["parcel_shipped", "parcel_id=P", "--etag", "old"], 1, "[ETAG_MISMATCH]"),
    ],
)
def test_a_mistyped_event_is_met_with_what_would_be_right(
    wismo: Run, arguments: list[str], code: int, said: str
) -> None:
    refused = wismo("event", "emit", "R-1", *arguments)
    assert refused.exit_code == code
    assert said in refused.stderr


def test_the_same_request_id_may_be_sent_again(wismo: Run) -> None:
    say = ("event", "emit", "R-1", "note_to_buyer", "text=hello", "--request-id", "one", "--json")
    assert json.loads(wismo(*say).stdout) == json.loads(wismo(*say).stdout)
    other = wismo(*[word.replace("hello", "other") for word in say])
    assert (other.exit_code, "REQUEST_ID_REUSED" in other.stderr) == (1, True)


def test_the_kinds_of_event_are_listed_with_their_fields(wismo: Run) -> None:
    shown = wismo("event", "kinds")
    assert "\nparcel_shipped\n" in shown.stdout
    assert "parcel_id* = text" in shown.stdout
    one = json.loads(wismo("event", "kinds", "charge-coming", "--json").stdout)
    assert [field["name"] for field in one[0]["fields"] if field["required"]] == ["line_id", "charge_at", "amount"]


def test_merchants_and_keys_are_managed(wismo: Run, folder: Path, server: InMemoryOrders) -> None:
    (folder / "merchant.yaml").write_text(MERCHANT)
    assert wismo("merchant", "create", "merchant.yaml").exit_code == 0
    (folder / "change.yaml").write_text("name: acme\ndisplay_name: Acme Books\n")
    assert json.loads(wismo("merchant", "update", "change.yaml", "--json").stdout)["display_name"] == "Acme Books"
    assert server.merchants["merchants/acme"].contact.email == "care@acme.test"
    assert "acme\tAcme Books" in wismo("merchant", "list").stdout
    assert "Acme Books" in wismo("merchant", "get").stdout
    made = wismo("key", "create", "backend", "--merchant", "acme", "--expires", "in 90 days")
    assert made.stdout.strip() == "wk_acme_secret"
    assert "k1\tbackend\twrite" in wismo("key", "list").stdout
    assert wismo("key", "revoke", "k1").exit_code == 0


def test_a_merchant_file_without_a_name_says_so(wismo: Run, folder: Path) -> None:
    (folder / "merchant.yaml").write_text("display_name: Acme\n")
    refused = wismo("merchant", "create", "merchant.yaml")
    assert (refused.exit_code, "name is missing" in refused.stderr) == (2, True)


def test_an_order_that_does_not_exist_is_refused_with_its_reason(wismo: Run) -> None:
    refused = wismo("order", "get", "R-404")
    assert refused.exit_code == 1
    assert "[NOT_FOUND]" in refused.stderr


def test_a_wrong_key_has_an_exit_code_of_its_own(wismo: Run) -> None:
    refused = wismo("--api-key", "wk_acme_wrong", "order", "list")
    assert refused.exit_code == 4
    assert "--api-key or WISMO_API_KEY" in refused.stderr


def test_a_server_that_is_down_has_an_exit_code_of_its_own(wismo: Run, server: InMemoryOrders) -> None:
    server.stop()
    refused = wismo("--wait", "0.2", "order", "list")
    assert refused.exit_code == 3
    assert f"{server.target} cannot be reached" in refused.stderr


def test_the_doctor_says_what_is_well_and_what_is_not(wismo: Run, server: InMemoryOrders) -> None:
    well = json.loads(wismo("doctor", "--json").stdout)
    states = {finding["what"]: finding["state"] for finding in well["findings"]}
    assert well["ok"]
    assert (states["orders"], states["API key"]) == ("ok", "ok")
    server.stop()
    ill = wismo("doctor")
    assert ill.exit_code == 1
    assert "orders\tfail" in ill.stdout
    assert "make run" in ill.stdout
    assert all(finding["advice"] for finding in well["findings"] if finding["state"] != "ok")


def test_help_lists_the_exit_codes(wismo: Run) -> None:
    assert "Exit codes" in wismo("--help").stdout
    assert wismo("event", "emit", "--help").exit_code == 0


def test_the_version_is_told(wismo: Run) -> None:
    assert wismo("version").stdout == "wismo 0.1.0\n"


def test_a_simulation_runs_and_reports_every_acknowledgement(wismo: Run, folder: Path, server: InMemoryOrders) -> None:
    done = wismo("simulate", "--orders", "20", "--rate", "0", "--seed", "5", "--run", "sim-t", "--report", "r.json")
    assert done.exit_code == 0, done.output
    report = json.loads((folder / "r.json").read_text())
    assert len(report["orders"]) == 20
    for order in report["orders"]:
        sent = [event for event in order["events"] if event["kind"] != "order_created"]
        assert {event["request_id"] for event in sent} == {
            request.request_id for request in server.recorded[order["order"]]
        }
        assert order["highest_sequence"] == server.orders[order["order"]].sequence


def test_disasters_are_counted_and_impatient_buyers_ask(wismo: Run, folder: Path, server: InMemoryOrders) -> None:
    terms = ("simulate", "--disasters", "--orders", "60", "--rate", "0", "--run", "sim-d", "--seed", "7")
    done = wismo(*terms, "--report", "r.json")
    assert done.exit_code == 0, done.output
    for name in ("carrier strike", "lost parcel", "silent warehouse", "trial wave", "impatient buyer"):
        assert re.search(rf"^{name}\t[1-9]", done.stdout, re.MULTILINE), done.stdout
    orders = json.loads((folder / "r.json").read_text())["orders"]
    asking = {order["order"] for order in orders if "impatient buyer" in order["disasters"]}
    assert set(server.questions) == {
        order["order"] for order in orders if "question_asked" in {event["kind"] for event in order["events"]}
    }
    assert set(server.questions) <= asking
    assert any(len(question.posts) > 2 for own in server.questions.values() for question in own)


def test_the_same_run_twice_records_nothing_new(wismo: Run, server: InMemoryOrders) -> None:
    again = ("simulate", "--orders", "5", "--rate", "0", "--run", "sim-t", "--base", "2026-11-24T12:00:00Z", "--json")
    first = json.loads(wismo(*again).stdout)
    recorded = sum(len(requests) for requests in server.recorded.values())
    second = json.loads(wismo(*again).stdout)
    assert sum(len(requests) for requests in server.recorded.values()) == recorded
    assert first["requests acknowledged"] == second["requests acknowledged"]


def test_a_simulation_for_another_merchant_makes_it_and_revokes_its_key(wismo: Run, server: InMemoryOrders) -> None:
    server.accept("wk_second-shop_secret")
    done = wismo("simulate", "--orders", "2", "--rate", "0", "--merchant", "second-shop")
    assert done.exit_code == 0, done.output
    assert "merchants/second-shop" in server.merchants
    assert all(key.HasField("revoke_time") for key in server.keys.values())


@pytest.mark.parametrize("name", ["a b", "ä", "-x", "x" * 31])
def test_the_name_of_a_run_must_fit_into_references_and_addresses(wismo: Run, name: str) -> None:
    assert wismo("simulate", "--run", name).exit_code == 2
