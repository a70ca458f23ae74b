"""API keys and sealing keys change under load: no call is refused, and every access code is still to be read."""

import base64
import html
import json
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.request import HTTPCookieProcessor, build_opener

from google.protobuf.message import Message

from chassis.keys import KeyRing
from chassis.mongo import connect
from chassis.sealing import KEY_BYTES, CannotOpen, Sealed, Sealer
from chassis.signed_links import LinkSigner
from embedded_stack.keys import write_private
from tests.faults.counting import Acknowledged, Counts, count_all
from tests.faults.load import Load, Say, wait_until_settled
from tests.faults.results import rows_of, table, write
from tests.faults.running_stack import RunningStack, wait_until
from wismo.client import NotAllowed, WismoClient
from wismo.orders.v1.order_pb2 import Order
from wismo.orders.v1.secret_pb2 import Secret

WORDS = """\
While `wismo simulate` sends {orders} orders, the sealing keys are rotated as an operator does: first every process
learns the new key besides the old one, then the new one seals and the old one still opens. The embedded stack is
stopped and started for each step, and the client tries again meanwhile. Then a second backend with a new API key sends
half as many orders, and the old API key is revoked meanwhile. In the end every sealed secret is opened, and every
access code and licence key that was not taken back is looked for on its page; made by `make faults FAULTS=rotate`. An
old sealing key may be dropped when nothing lies under it any more."""


@dataclass(slots=True)
class Drill:
    """What became of the calls, of the keys and of what was sealed under them."""

    orders: int
    seed: int
    steps: list[dict[str, Any]] = field(default_factory=list)
    refused_calls: int = 0
    unanswered_calls: int = 0
    tries_again: int = 0
    old_key_refused_while_the_new_one_sent: bool = False
    seconds_until_revoked: float = 0.0
    sealed_under: dict[str, int] = field(default_factory=dict)
    not_to_be_opened: int = 0
    pages_looked_at: int = 0
    codes_looked_for: int = 0
    codes_not_on_their_page: int = 0
    seconds_to_settle: float = 0.0
    counts: list[Counts] = field(default_factory=list)

    @property
    def fine(self) -> bool:
        """Both keys sealed something, or nothing was shown."""
        under_load = all(one["under_load"] for one in self.steps)
        wrong = self.refused_calls + self.unanswered_calls + self.not_to_be_opened + self.codes_not_on_their_page
        shown = len(self.sealed_under) == 2 and self.codes_looked_for > 0 and under_load
        revoked = self.old_key_refused_while_the_new_one_sent
        return not wrong and shown and revoked and all(one.fine for one in self.counts)

    def as_json(self) -> dict[str, Any]:
        return {
            "orders": self.orders,
            "seed": self.seed,
            "steps": self.steps,
            "refused_calls": self.refused_calls,
            "unanswered_calls": self.unanswered_calls,
            "tries_again": self.tries_again,
            "old_key_refused_while_the_new_one_sent": self.old_key_refused_while_the_new_one_sent,
            "seconds_until_revoked": round(self.seconds_until_revoked, 1),
            "sealed_under": self.sealed_under,
            "not_to_be_opened": self.not_to_be_opened,
            "pages_looked_at": self.pages_looked_at,
            "codes_looked_for": self.codes_looked_for,
            "codes_not_on_their_page": self.codes_not_on_their_page,
            "seconds_to_settle": round(self.seconds_to_settle, 1),
            "counts": [one.as_json() for one in self.counts],
        }

    def write(self, folder: Path) -> None:
        steps = ((one["step"], "yes" if one["under_load"] else "no", one["seconds_away"]) for one in self.steps)
        rows: list[tuple[str, object]] = [
            ("refused calls", self.refused_calls),
            ("calls that stayed without an answer", self.unanswered_calls),
            ("tries again", self.tries_again),
            ("seconds until the revoked API key was refused", f"{self.seconds_until_revoked:.1f}"),
            *((f"secrets sealed under `{key}`", number) for key, number in self.sealed_under.items()),
            ("secrets that do not open", self.not_to_be_opened),
            ("pages looked at", self.pages_looked_at),
            ("access codes and licence keys looked for on them", self.codes_looked_for),
            ("codes not on their page", self.codes_not_on_their_page),
        ]
        words = WORDS.format(orders=self.orders)
        tables = [table(("step", "under load", "seconds that nobody answered"), steps), table(("what", "count"), rows)]
        for number, counts in enumerate(self.counts, 1):
            heads = ("what, of the first backend" if number == 1 else "what, of the second backend", "count")
            tables.append(table(heads, rows_of(counts, self.seconds_to_settle)))
        write(folder, "Keys rotated, under load", words, tables, self.as_json())


def run(folder: Path, *, orders: int, rate: float, seed: int, say: Say = print) -> Drill:
    """Start the stack, send with two keys, rotate what seals, revoke, wait, open everything, count. Bounded."""
    drill = Drill(orders, seed)
    (folder / "second").mkdir()
    with RunningStack(folder / "stack") as stack:
        known = stack.addresses
        with WismoClient(known["target"], known["api_key"]) as shop:
            merchant = shop.get_merchant().name
            old = next(key.name for key in shop.list_keys() if not key.HasField("revoke_time"))
        with Load(known, folder, orders=orders, rate=rate / 2, seed=seed) as first:
            time.sleep(5.0)
            ring = json.loads((stack.folder / "keys.json").read_text(encoding="utf-8"))["sealing"]
            fresh = f"k2:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"
            _restart_with(stack, f"{ring},{fresh}", "everybody learns the new key", first, drill, say)
            time.sleep(3.0)
            _restart_with(stack, f"{fresh},{ring}", "the new key seals", first, drill, say)
            with WismoClient(known["target"], known["admin_key"]) as admin:
                made = admin.create_key(display_name="rotated", merchant=merchant)
            newer = {**stack.addresses, "api_key": made.secret}
            report = first.finish()
            _add(drill, report)
            with Load(newer, folder / "second", orders=max(orders // 2, 1), rate=rate, seed=seed + 1) as second:
                time.sleep(3.0)
                began = time.monotonic()
                with WismoClient(known["target"], made.secret) as shop:
                    shop.revoke_key(old)
                wait_until(lambda: _refused(known), 30, "the revoked key is refused")
                drill.seconds_until_revoked = time.monotonic() - began
                drill.old_key_refused_while_the_new_one_sent = second.runs
                say(f"the old API key was refused after {drill.seconds_until_revoked:.1f} s")
                _add(drill, second.finish())
        known = stack.addresses
        for load in (first, second):
            drill.seconds_to_settle += wait_until_settled(known["mongo_url"], load.report, 150, say)
        _read_all(stack, [first.report, second.report], drill)
        drill.counts = [count_all(known, stack.folder, load.report) for load in (first, second)]
    return drill


def _restart_with(stack: RunningStack, sealing: str, step: str, load: Load, drill: Drill, say: Say) -> None:
    """Stop, put the ring where the stack keeps its keys, start."""
    still = load.runs
    began = time.monotonic()
    stack.stop()
    file = stack.folder / "keys.json"
    write_private(file, json.dumps({**json.loads(file.read_text(encoding="utf-8")), "sealing": sealing}, indent=2))
    stack.start()
    away = time.monotonic() - began
    drill.steps.append({"step": step, "under_load": still, "seconds_away": round(away, 1)})
    say(f"{step}: {away:.1f} s")


def _add(drill: Drill, report: dict[str, Any]) -> None:
    drill.refused_calls += len(report["refused"])
    drill.unanswered_calls += len(report["never_acknowledged"])
    drill.tries_again += int(report["summary"]["tries again"])


def _refused(known: dict[str, Any]) -> bool:
    try:
        with WismoClient(known["target"], known["api_key"]) as shop:
            shop.identify_key()
    except NotAllowed:
        return True
    return False


def _read_all(stack: RunningStack, reports: list[Path], drill: Drill) -> None:
    """Open every secret of the loads' orders by the ring, and look for each order's first one on its page."""
    keys = json.loads((stack.folder / "keys.json").read_text(encoding="utf-8"))
    sealer = Sealer(KeyRing.parse(keys["sealing"], base64_bytes=KEY_BYTES))
    signer = LinkSigner(KeyRing.parse(keys["link"]))
    wanted = [order for report in reports for order in Acknowledged.read(report).sequences]
    under: Counter[str] = Counter()
    client = connect(stack.addresses["mongo_url"], "fault-rotating")
    try:
        for row in client["wismo_status_page"]["orders"].find({"_id": {"$in": wanted}}):
            order = Order.FromString(row["order"])
            for secret in _secrets(order):
                under[secret.key_id] += 1
                drill.not_to_be_opened += _opened(sealer, secret, order) is None
            codes = [_opened(sealer, secret, order) for secret in _on_the_page(order)]
            if codes:
                until = datetime.now(UTC) + timedelta(hours=1)
                link = signer.sign(purpose="order", subject=row["_id"], version=row["link_version"], expires_at=until)
                page = _page(f"{stack.addresses['page_url']}/o/{link}")
                drill.pages_looked_at += 1
                drill.codes_looked_for += len(codes)
                drill.codes_not_on_their_page += sum(code is None or code not in page for code in codes)
    finally:
        client.close()
    drill.sealed_under = dict(under)


def _opened(sealer: Sealer, secret: Secret, order: Order) -> str | None:
    try:
        return sealer.open(Sealed(secret.key_id, secret.ciphertext), order.name)
    except CannotOpen:
        return None


def _on_the_page(order: Order) -> list[Secret]:
    """What was given and not taken back. A collection's code is shown only while the parcel waits."""
    given = [access.code for access in order.accesses if not access.HasField("revoked_at")]
    given += [one.licence_key for one in order.downloads if not one.HasField("revoked_at")]
    return [secret for secret in given if secret.ciphertext]


def _secrets(message: Message) -> Iterator[Secret]:
    """Every sealed secret anywhere in a message."""
    if isinstance(message, Secret):
        if message.ciphertext:
            yield message
        return
    for descriptor, value in message.ListFields():
        if descriptor.message_type is not None and not descriptor.message_type.GetOptions().map_entry:
            for each in [value] if isinstance(value, Message) else value:
                yield from _secrets(each)


def _page(url: str) -> str:
    """A page as a browser of its own gets it."""
    with build_opener(HTTPCookieProcessor(CookieJar())).open(url, timeout=30) as answer:
        return html.unescape(answer.read().decode())
