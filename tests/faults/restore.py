"""The database is lost under load and comes back from a backup: nobody hears an old notice again, nobody misses one."""

import json
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from embedded_stack.servers import DatabaseServer, KafkaServer
from embedded_stack.servers.inbox_files import Mail, kept, read
from embedded_stack.servers.ports import free_port
from notifier.channels.compose import message_id
from notifier.planning.plan import Preferences, plan
from tests.faults.backup import Backup
from tests.faults.counting import Acknowledged, Counts, Kept, count_all, every_record
from tests.faults.load import Load, Say, wait_until_settled
from tests.faults.results import rows_of, table, write
from tests.faults.running_stack import RunningStack
from wismo.events.v1.order_event_pb2 import OrderEvent

DOUBT = timedelta(seconds=8)
"""What was due so shortly before the failure may be sent again, with the same Message-ID. The default is five minutes;
the whole drill takes less."""
WORDS = """\
While `wismo simulate` sends {orders} orders, a backup is taken at one point in time. Some seconds later the database is
killed and its files are gone, and every process of Wismo is killed with it. The backup is restored, `python -m orders
reconcile`, `python -m notifier reconcile --doubt {doubt:.0f}` and `python -m status_page rebuild` are run, and all is
started again, the load still waiting with the calls that were under way; made by `make faults FAULTS=restore`.

What was acknowledged in the last moment and had not reached Kafka yet is what a restore cannot bring back: the shop
sends it again. Everything else must be as if nothing had happened."""


@dataclass(slots=True)
class Drill:
    """What was lost, what came back, and what buyers heard of it."""

    orders: int
    seed: int
    in_the_backup: int = 0
    lost_seconds: float = 0.0
    """From the backup to the failure."""
    away_seconds: float = 0.0
    under_load: bool = False
    commands: list[dict[str, Any]] = field(default_factory=list)
    acknowledged_before_the_failure: int = 0
    lost_with_the_database: int = 0
    """Acknowledged, but not yet published."""
    unexpected_refusals: int = 0
    unanswered_calls: int = 0
    mails_before: int = 0
    mails_after: int = 0
    mails_again: int = 0
    """With the Message-ID of one that came before the failure."""
    old_mails_again: int = 0
    """Of these, those whose first came longer before the failure than what is in doubt."""
    notices_said_anew: int = 0
    """The watchdog's mails that say to the same buyer what an older one had said, under another Message-ID."""
    seconds_to_settle: float = 0.0
    counts: Counts = field(default_factory=Counts)

    @property
    def fine(self) -> bool:
        """What was lost with the database can be no more than what the relay had under way."""
        wrong = dict(self.counts.wrong)
        wrong["lost"] = max(0, wrong["lost"] - self.lost_with_the_database)
        said = self.old_mails_again + self.notices_said_anew
        ran = all(one["status"] == 0 for one in self.commands)
        calls = self.unexpected_refusals + self.unanswered_calls
        return self.under_load and ran and not any(wrong.values()) and not said and not calls

    def as_json(self) -> dict[str, Any]:
        own = {name: getattr(self, name) for name in self.__slots__ if name != "counts"}
        rounded = {name: round(value, 1) if isinstance(value, float) else value for name, value in own.items()}
        return rounded | self.counts.as_json()

    def write(self, folder: Path) -> None:
        commands = ((f"`{one['command']}`", one["said"], one["seconds"]) for one in self.commands)
        rows: list[tuple[str, object]] = [
            ("passed", "yes" if self.fine else "no"),
            ("documents in the backup", self.in_the_backup),
            ("seconds from the backup to the failure", f"{self.lost_seconds:.1f}"),
            ("seconds that nobody answered", f"{self.away_seconds:.1f}"),
            ("events acknowledged before the failure and lost with the database", self.lost_with_the_database),
            ("calls refused that no lost event explains", self.unexpected_refusals),
            ("calls that stayed without an answer", self.unanswered_calls),
            ("mails before the failure", self.mails_before),
            ("mails after it", self.mails_after),
            ("mails that came again, due just before the failure", self.mails_again - self.old_mails_again),
            ("old mails that came again", self.old_mails_again),
            ("notices of the watchdog said anew", self.notices_said_anew),
        ]
        words = WORDS.format(orders=self.orders, doubt=DOUBT.total_seconds())
        tables = [
            table(("command", "what it said", "seconds"), commands),
            table(("what", "count"), rows),
            table(("what", "count"), rows_of(self.counts, self.seconds_to_settle)),
        ]
        write(folder, "A lost database restored, under load", words, tables, self.as_json())


def run(folder: Path, *, orders: int, rate: float, seed: int, say: Say = print) -> Drill:
    """Send, take a backup, lose everything but Kafka and the mailbox, restore, reconcile, go on, count. Bounded."""
    drill = Drill(orders, seed)
    with (
        KafkaServer(folder / "kafka") as kafka,
        DatabaseServer(folder / "database", port=free_port()) as database,
        RunningStack(folder / "stack", WISMO_KAFKA_BOOTSTRAP=kafka.bootstrap, WISMO_MONGO_URL=database.url) as stack,
        Load(stack.addresses, folder, orders=orders, rate=rate, seed=seed, patience=300.0) as load,
    ):
        time.sleep(10)
        backup = Backup.take(database.url)
        drill.in_the_backup = backup.count
        say(f"backup: {backup.count} documents")
        time.sleep(20)
        environments = {part: _environment(stack, part) for part in ("orders", "notifier", "projector")}
        failure = datetime.now(UTC)
        drill.lost_seconds, drill.under_load = (failure - backup.taken).total_seconds(), load.runs
        database.kill()
        stack.crash()
        shutil.rmtree(database.folder / "data")
        say("the database is gone, and every process with it")
        before = _mails(stack)
        published = {
            (event.subject, event.sequence, event.request_id)
            for event in (
                OrderEvent.FromString(record.value or b"") for record in every_record(kafka.bootstrap, "fault-restore")
            )
        }
        database.start()
        backup.restore(database.url)
        _reconcile(environments, backup, failure, drill, say)
        stack.start()
        drill.away_seconds = (datetime.now(UTC) - failure).total_seconds()
        say(f"all is there again after {drill.away_seconds:.1f} s")
        report = load.finish(may_be_refused=True)
        drill.seconds_to_settle = wait_until_settled(database.url, load.report, 150, say)
        drill.counts = count_all(stack.addresses, stack.folder, load.report)
        _calls(report, database.url, load.report, published, failure, drill)
        _heard(before, _mails(stack)[len(before) :], kafka.bootstrap, failure, drill)
    return drill


def _environment(stack: RunningStack, part: str) -> dict[str, str]:
    """What a part of the stack is told."""
    pid = stack.pid(part)
    assert pid is not None, f"{part} does not run"
    first = psutil.Process(pid)
    return next((one for one in [first, *first.children()] if "-m" in one.cmdline()), first).environ()


def _reconcile(
    environments: dict[str, dict[str, str]], backup: Backup, failure: datetime, drill: Drill, say: Say
) -> None:
    """What the runbook says, in its order."""
    taken, lost = backup.taken.isoformat(timespec="seconds"), failure.isoformat(timespec="milliseconds")
    doubt = f"{DOUBT.total_seconds():.0f}"
    for part, *arguments in (
        ("orders", "orders", "prepare"),
        ("notifier", "notifier", "prepare"),
        ("projector", "status_page", "prepare"),
        ("orders", "orders", "reconcile", "--backup", taken),
        ("notifier", "notifier", "reconcile", "--backup", taken, "--failure", lost, "--doubt", doubt),
        ("projector", "status_page", "rebuild"),
    ):
        began = time.monotonic()
        done = _ran(arguments, environments[part])
        said = " ".join(line for line in done.stderr.splitlines() if line and not line.startswith("{"))
        shown = f"python -m {arguments[0]} {arguments[1]}"
        seconds = round(time.monotonic() - began, 1)
        drill.commands.append({"command": shown, "status": done.returncode, "said": said, "seconds": seconds})
        say(f"{shown} ({seconds} s, {done.returncode}): {said or done.stdout[-300:]}")


def _ran(arguments: list[str], environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run one; where a group of readers has still to be given up by the broker, again."""
    give_up = time.monotonic() + 90
    while True:
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode == 0 or arguments[1] != "rebuild" or time.monotonic() > give_up:
            return done
        time.sleep(2)


def _mails(stack: RunningStack) -> list[Mail]:
    return [read(file) for file in kept(stack.folder / "inbox" / "mail")]


def _calls(
    report: dict[str, Any],
    mongo: str,
    path: Path,
    published: set[tuple[str, int, str]],
    failure: datetime,
    drill: Drill,
) -> None:
    """What became of the load's calls."""
    acknowledged = Acknowledged.read(path)
    stored = Kept.read(mongo, acknowledged).requests
    every: dict[str, list[str]] = defaultdict(list)
    for order in json.loads(path.read_text(encoding="utf-8"))["orders"]:
        for one in order["events"]:
            if one["effect"] != "repeated":
                every[one["order"]].append(one["request_id"])
    lost = {
        order: [request for request in requests if request not in stored.get(order, {}).values()]
        for order, requests in every.items()
    }
    drill.lost_with_the_database = sum(map(len, lost.values()))
    drill.acknowledged_before_the_failure = len(published)
    without = {order for order, requests in lost.items() if requests}
    drill.unexpected_refusals = sum(one.get("order") not in without for one in report["refused"])
    drill.unanswered_calls = len(report["never_acknowledged"])


def _heard(before: list[Mail], after: list[Mail], bootstrap: str, failure: datetime, drill: Drill) -> None:
    """What came again, by what and when it had come before."""
    drill.mails_before, drill.mails_after = len(before), len(after)
    first = {str(mail.message["Message-ID"]): mail.arrived for mail in before}
    certain = failure - DOUBT
    again = [first[name] for mail in after if (name := str(mail.message["Message-ID"])) in first]
    drill.mails_again = len(again)
    drill.old_mails_again = sum(arrived < certain for arrived in again)
    domain = next(iter(first), "@").rpartition("@")[2].rstrip(">")
    called_for = {
        message_id(message.id, domain)
        for record in every_record(bootstrap, "fault-restore-heard")
        for event in [OrderEvent.FromString(record.value or b"")]
        for message in plan(event, event.merchant.policies, Preferences())
    }
    said = {
        (mail.recipients, mail.subject)
        for mail in before
        if mail.arrived < certain and str(mail.message["Message-ID"]) not in called_for
    }
    drill.notices_said_anew = sum(
        (mail.recipients, mail.subject) in said and name not in called_for and name not in first
        for mail in after
        for name in [str(mail.message["Message-ID"])]
    )
