"""A buyer is erased under load: afterwards nothing that names, reaches or quotes the buyer lies anywhere."""

import smtplib
import time
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from embedded_stack.servers.inbox_files import Mail, kept, read
from tests.faults.canaries import CANARIES, EMAIL, in_databases, in_files, in_topic, place, sealed_of
from tests.faults.counting import Counts, count_all
from tests.faults.load import Load, Say, wait_until_settled
from tests.faults.results import rows_of, table, write
from tests.faults.running_stack import SERVICES, RunningStack, wait_until
from wismo.client import WismoClient

WORDS = """\
While `wismo simulate` sends {orders} orders, a buyer buys whose e-mail address, name, phone number, address, user name
and words can be told from all others'; she replies to a mail with a question, and is then erased; made by
`make faults FAULTS=erase`. Every document of every collection is searched for every one of these words before and
after, and the services' logs at the end. What lies sealed cannot be searched, and is counted. The topic keeps the
records from before the erasure for as long as its retention says; none from then on may have a word of hers. The mails
that she got, and the mail server's own log, are outside Wismo."""


@dataclass(slots=True)
class Drill:
    """Where the buyer's words were found: before the erasure, and after it."""

    orders: int
    seed: int
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    sealed_before: dict[str, int] = field(default_factory=dict)
    sealed_after: dict[str, int] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    records_before: str = ""
    records_after: str = ""
    under_load: bool = False
    failed_calls: int = 0
    seconds_to_erase: float = 0.0
    seconds_to_settle: float = 0.0
    counts: Counts = field(default_factory=Counts)

    @property
    def fine(self) -> bool:
        """Nothing is left, and what is said to have been removed had been there."""
        there = bool(self.before) and all(self.sealed_before.values()) and bool(self.records_before)
        left = (
            bool(self.after) or any(self.sealed_after.values()) or any(self.logs.values()) or bool(self.records_after)
        )
        return self.counts.fine and there and not left and self.under_load and not self.failed_calls

    def as_json(self) -> dict[str, Any]:
        return {
            "orders": self.orders,
            "seed": self.seed,
            "words_before": self.before,
            "words_after": self.after,
            "sealed_before": self.sealed_before,
            "sealed_after": self.sealed_after,
            "words_in_logs": self.logs,
            "words_in_records_before_the_erasure": self.records_before,
            "words_in_records_from_the_erasure_on": self.records_after,
            "under_load": self.under_load,
            "failed_calls": self.failed_calls,
            "seconds_until_nothing_was_left_or_given_up": round(self.seconds_to_erase, 1),
            "seconds_to_settle": round(self.seconds_to_settle, 1),
            **self.counts.as_json(),
        }

    def write(self, folder: Path) -> None:
        places = sorted(self.before.keys() | self.after.keys())
        rows: list[tuple[object, ...]] = [
            *((f"`{name}`", self.before.get(name, "none"), self.after.get(name, "none")) for name in places),
            *((f"sealed: {name}", had, self.sealed_after.get(name, 0)) for name, had in self.sealed_before.items()),
            ("the topic's records", self.records_before or "none", self.records_after or "none"),
            *((f"`{name}`", "", words or "none") for name, words in sorted(self.logs.items())),
        ]
        summary: list[tuple[str, object]] = [
            ("passed", "yes" if self.fine else "no: see what is left in the table above"),
            ("seconds until nothing of her was left, or the search gave up", f"{self.seconds_to_erase:.1f}"),
            ("failed calls", self.failed_calls),
        ]
        tables = [
            table(("where her words lie", "before", "after"), rows),
            table(("what", "count"), [*summary, *rows_of(self.counts, self.seconds_to_settle)]),
        ]
        write(folder, "A buyer erased, under load", WORDS.format(orders=self.orders), tables, self.as_json())


def run(folder: Path, *, orders: int, rate: float, seed: int, say: Say = print) -> Drill:
    """Start the stack, send, let the buyer buy, ask and be erased meanwhile, wait, search, count. Bounded."""
    drill = Drill(orders, seed)
    with RunningStack(folder / "stack") as stack:
        known = stack.addresses
        mongo = known["mongo_url"]
        with Load(known, folder, orders=orders, rate=rate, seed=seed) as load:
            with WismoClient(known["target"], known["api_key"]) as shop:
                order = place(shop)
                wait_until(lambda: bool(_mails(stack)), 60, "the buyer has a mail")
                _ask(known["smtp_url"], _mails(stack)[0])
                wait_until(lambda: sealed_of(mongo, order)["letters that came in"] > 0, 60, "her reply was filed")
                time.sleep(3.0)
                drill.before, drill.sealed_before = in_databases(mongo), sealed_of(mongo, order)
                say(f"before: {drill.before} {drill.sealed_before}")
                drill.under_load = load.runs
                began = time.monotonic()
                shop.erase_buyer(order)
            give_up = began + 30
            while time.monotonic() < give_up and (in_databases(mongo) or any(sealed_of(mongo, order).values())):
                time.sleep(0.5)
            drill.seconds_to_erase = time.monotonic() - began
            report = load.finish()
        drill.failed_calls = len(report["never_acknowledged"]) + len(report["refused"])
        drill.seconds_to_settle = wait_until_settled(mongo, load.report, 150, say)
        drill.after, drill.sealed_after = in_databases(mongo), sealed_of(mongo, order)
        drill.logs = in_files(file for file in stack.folder.rglob("*.log") if file.stem in {*SERVICES, "stack"})
        drill.records_before, drill.records_after = in_topic(known["kafka_bootstrap"], order)
        say(f"after: {drill.after} {drill.sealed_after}")
        drill.counts = count_all(known, stack.folder, load.report)
    return drill


def _mails(stack: RunningStack) -> list[Mail]:
    mails = (read(file) for file in kept(stack.folder / "inbox" / "mail"))
    return [mail for mail in mails if EMAIL in mail.recipients]


def _ask(smtp: str, mail: Mail) -> None:
    """Reply to a mail as a mail program does."""
    reply = EmailMessage()
    reply["From"], reply["To"] = EMAIL, str(mail.message["Reply-To"])
    reply["Subject"] = f"Re: {mail.subject}"
    reply["Message-ID"] = "<canary-1@buyers.test>"
    reply["In-Reply-To"] = str(mail.message["Message-ID"])
    reply.set_content(f"Where is my book? {CANARIES['question'].decode()}")
    host, _, port = smtp.removeprefix("smtp://").partition(":")
    with smtplib.SMTP(host, int(port)) as server:
        server.send_message(reply)
