"""`wismo question`, `wismo charge`, `wismo care` and the keys of the care desk, against real gRPC servers."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from tests.fakes.in_memory_care import InMemoryCare
from tests.fakes.in_memory_orders import InMemoryOrders
from tests.integration.cli.conftest import Run
from wismo.care.v1 import care_service_pb2 as care_messages
from wismo.care.v1 import message_pb2, obligation_pb2
from wismo.care.v1.measures_pb2 import CareDay, CareNow, Spread
from wismo.orders.v1.questions_service_pb2 import CHARGE_OBSTACLE_ALLOWANCE_LEFT, CheckChargeResponse

ORDER = "merchants/acme/orders/R-1"
MESSAGE = f"{ORDER}#00000001/buyer/email"


def stamp(hours: float) -> Timestamp:
    result = Timestamp()
    result.FromDatetime(datetime.now(UTC) + timedelta(hours=hours))
    return result


@pytest.fixture(autouse=True)
def order(wismo: Run) -> None:
    assert wismo("order", "create", "order.yaml").exit_code == 0


@pytest.fixture
def care(folder: Path) -> Iterator[InMemoryCare]:
    """A care service with one dark order, at the address that the folder's configuration names."""
    running = InMemoryCare().start()
    running.attention = [
        care_messages.Attention(
            order=ORDER,
            kind=care_messages.ATTENTION_KIND_DARK,
            since=stamp(-30),
            due_at=stamp(-6),
            rank=2,
            escalated=True,
        )
    ]
    running.stories[ORDER] = care_messages.GetCareStoryResponse(
        heard_at=stamp(-30),
        attention=running.attention,
        obligations=[
            obligation_pb2.Obligation(
                kind=obligation_pb2.OBLIGATION_KIND_SILENCE,
                cause="heard@1",
                state=obligation_pb2.OBLIGATION_STATE_OPEN,
                due_at=stamp(-6),
                steps=[
                    obligation_pb2.ObligationStepDone(step=obligation_pb2.OBLIGATION_STEP_DUE, done_at=stamp(-7)),
                    obligation_pb2.ObligationStepDone(step=obligation_pb2.OBLIGATION_STEP_ESCALATE),
                ],
            )
        ],
        messages=[
            message_pb2.Message(
                message_id=MESSAGE, kind="order_received", recipient="buyer", state=message_pb2.DELIVERY_STATE_BOUNCED
            )
        ],
    )
    running.messages[ORDER, MESSAGE] = message_pb2.Message(message_id=MESSAGE, subject="Your order", text="It is here.")
    running.measures = care_messages.GetMeasuresResponse(
        days=[CareDay(date="2026-11-24", orders=3, promises_due=3, promises_kept=2, buyer_hours_dark=6.25)],
        total=CareDay(orders=3, answer_seconds=Spread(count=2, p50=60, p90=5_400, p99=90_000)),
        now=CareNow(open_orders=2, dark_orders=1),
    )
    path = folder / ".wismo/cli.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"care_target": running.target}))
    yield running
    running.stop()


def test_a_phone_call_is_noted_and_a_second_one_joins_it(wismo: Run, server: InMemoryOrders) -> None:
    first = wismo("question", "ask", "R-1", "Where is it?", "--at", "2h ago")
    again = wismo("question", "ask", "R-1", "-", "--channel", "email", stdin="Hello?\n")
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert "question q-1 (asked 2 times), to be answered by" in again.stdout
    assert [request.text for request in server.asked] == ["Where is it?", "Hello?"]
    assert server.asked[0].HasField("asked_at")


def test_open_questions_are_listed_and_answered(wismo: Run) -> None:
    wismo("question", "ask", "R-1", "Where is it?\nI wait.", "--at", "30h ago")
    assert "R-1\tq-1\toverdue" in wismo("question", "list").stdout
    assert "once\tWhere is it? I wait." in wismo("question", "list").stdout
    assert wismo("question", "answer", "R-1", "q-1", "On Friday.").exit_code == 0
    assert wismo("question", "list").stderr == "No questions.\n"
    done = json.loads(wismo("question", "list", "--state", "answered", "--json").stdout)
    assert [each["question"]["state"] for each in done["questions"]] == ["QUESTION_STATE_ANSWERED"]


def test_what_cannot_be_asked_or_answered_is_said(wismo: Run) -> None:
    assert wismo("question", "ask", "R-1", " ").exit_code == 2
    assert "--at: 'soon' is no time" in wismo("question", "ask", "R-1", "Where?", "--at", "soon").stderr
    unknown = wismo("question", "answer", "R-1", "q-9", "On Friday.")
    assert (unknown.exit_code, "[UNKNOWN_QUESTION]" in unknown.stderr) == (1, True)


def test_a_charge_check_says_yes_or_no_by_its_exit_code(wismo: Run, server: InMemoryOrders) -> None:
    yes = wismo("charge", "check", "R-1", "lessons", "19.00 EUR")
    assert (yes.exit_code, yes.stdout.partition(":")[0]) == (0, "yes")
    server.charges[ORDER, "lessons"] = CheckChargeResponse(
        obstacle=CHARGE_OBSTACLE_ALLOWANCE_LEFT, explanation="3 of 10 lessons are left.", may_charge_at=stamp(48)
    )
    no = wismo("charge", "check", "R-1", "lessons", "19.00 EUR")
    assert no.exit_code == 1
    assert no.stdout.startswith("no: 3 of 10 lessons are left. [allowance left]\nIt may be made from ")
    told = json.loads(wismo("charge", "check", "R-1", "lessons", "19.00 EUR", "--json").stdout)
    assert (told["may_charge"], told["obstacle"]) == (False, "allowance_left")


def test_a_charge_check_that_cannot_be_made_is_no_yes(wismo: Run, server: InMemoryOrders) -> None:
    assert wismo("charge", "check", "R-1", "lessons", "a lot").exit_code == 2
    assert wismo("charge", "check", "R-404", "lessons", "19 EUR").exit_code == 1
    server.stop()
    assert wismo("--wait", "0.2", "charge", "check", "R-1", "lessons", "19 EUR").exit_code == 3


def test_what_needs_a_human_is_listed(wismo: Run, care: InMemoryCare) -> None:
    shown = wismo("care", "attention")
    assert shown.exit_code == 0
    assert "R-1\tdark\t" in shown.stdout
    assert "overdue, 6 h ago\t2\tescalated" in shown.stdout
    assert wismo("care", "attention", "--kind", "charge").stderr == "Nothing needs a human.\n"
    assert json.loads(wismo("care", "attention", "--json").stdout)["items"][0]["rank"] == 2


def test_an_order_s_story_and_messages_are_shown(wismo: Run, care: InMemoryCare) -> None:
    story = wismo("care", "story", "R-1").stdout
    assert "silence\theard@1\topen" in story
    assert "due " in story
    assert "escalate" not in story.partition("silence\t")[2].partition("\n")[0]
    assert "order received\tbuyer\tbounced" in story
    short = story.rstrip().rpartition("\t")[2]
    assert short == "00000001/buyer/email"
    assert "It is here." in wismo("care", "message", "R-1", short).stdout
    assert "It is here." in wismo("care", "message", "R-1", MESSAGE).stdout


def test_measures_are_shown_by_day_and_over_the_span(wismo: Run, care: InMemoryCare) -> None:
    shown = wismo("care", "measures", "--from", "2026-11-01", "--to", "2026-11-24").stdout
    assert "2026-11-24\t3\t6.2\t0.0\t2 of 3 (66 %)" in shown
    assert "answered within: half, 90, 99 of 100\t60 s, 90 min, 25.0 h" in shown
    assert "buyers in the dark\t1" in shown
    assert (care.asked[0].from_date, care.asked[0].to_date) == ("2026-11-01", "2026-11-24")
    assert wismo("care", "measures", "--from", "November").exit_code == 2


def test_a_care_service_that_is_not_known_or_away_is_told_as_such(wismo: Run, care: InMemoryCare, folder: Path) -> None:
    care.stop()
    away = wismo("--wait", "0.2", "care", "attention")
    assert (away.exit_code, away.stderr.partition(" ")[0]) == (3, care.target)
    path = folder / ".wismo/cli.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "care_target": ""}))
    unknown = wismo("care", "attention")
    assert (unknown.exit_code, "--care-target" in unknown.stderr) == (2, True)


def test_keys_for_the_care_desk_are_made(wismo: Run) -> None:
    assert wismo("key", "create", "Ada", "--scope", "care-agent", "--merchant", "acme").exit_code == 0
    assert "k1\tAda\tcare-agent" in wismo("key", "list").stdout
    refused = wismo("key", "create", "Ada", "--scope", "care-agnet", "--merchant", "acme")
    assert (refused.exit_code, "did you mean care_agent" in refused.stderr) == (2, True)
