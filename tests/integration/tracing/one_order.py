"""One order through the whole stack, traced: what the test looks at, and the picture is drawn from."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.request import HTTPCookieProcessor, build_opener

from chassis.keys import KeyRing
from chassis.signed_links import LinkSigner
from tests.faults.running_stack import RunningStack, wait_until
from tests.integration.tracing.receiver import Receiver, Seen
from wismo.client import WismoClient, drafts

EMAIL, NAME = "grace.hopper@buyers.test", "Grace Hopper"
SPANS = {"CreateOrder", "outbox write", "relay publish", "notifier plan", "notifier send", "projector fold"}


def one_order_traced(folder: Path, setenv: Callable[[str, str], object]) -> tuple[list[Seen], list[Seen]]:
    """Run the stack into a receiver and send one order; the order's spans, and all spans."""
    with Receiver() as receiver:
        for name, value in receiver.environment.items():
            setenv(name, value)
        with RunningStack(folder) as stack:
            known = stack.addresses
            with WismoClient(known["target"], known["api_key"]) as shop:
                buyer = drafts.buyer(EMAIL, display_name=NAME)
                order = shop.create_order(drafts.new_order("TRACED-1", buyer, [drafts.trial("t", "Trial")])).name

            def told() -> list[Seen]:
                spans = receiver.spans()
                first = f"{order}#1"
                traces = {span.trace for span in spans if span.attributes.get("wismo.event_id") == first}
                return [span for span in spans if span.trace in traces or traces.intersection(span.links)]

            wait_until(lambda: {span.name for span in told()} >= SPANS, 60.0, "the order's spans arrive")
            keys = json.loads((folder / "keys.json").read_text(encoding="utf-8"))
            until = datetime.now(UTC) + timedelta(hours=1)
            signer = LinkSigner(KeyRing.parse(keys["link"]))
            link = signer.sign(purpose="order", subject=order, version=1, expires_at=until)
            with build_opener(HTTPCookieProcessor(CookieJar())).open(f"{known['page_url']}/o/{link}", timeout=30):
                pass
            wait_until(lambda: any(span.name == "page view" for span in told()), 30.0, "the page's span arrives")
        return told(), receiver.spans()
