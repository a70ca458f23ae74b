"""Intake: how many events a second one process of `orders` acknowledges, durable before the answer."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc

from embedded_stack.servers import DatabaseServer, free_port
from tests.bench.load import Measured, Plan, order_name, run_load
from tests.bench.report import Report
from tests.bench.rows import Goal
from tests.integration.orders.process import ADMIN_KEY, OrdersProcess
from tests.samples.merchants import lantern
from wismo.orders.v1 import fulfilment_event_pb2, line_pb2, merchant_pb2, order_pb2
from wismo.orders.v1 import merchants_service_pb2 as merchants
from wismo.orders.v1 import merchants_service_pb2_grpc as merchants_grpc
from wismo.orders.v1 import orders_service_pb2 as pb
from wismo.orders.v1 import orders_service_pb2_grpc as orders_grpc

ORDERS = 2000
SECONDS = 5.0
_SERVICE = "/wismo.orders.v1.OrdersService"


@dataclass
class Rig:
    """A prepared service beside the peer, on one database server."""

    orders: str
    peer: str
    key: str
    merchant: str
    mongo_url: str
    sent: int = 0

    def load(
        self, method: str, *, peer: bool = False, callers: int = 64, batch: int = 0, stream: bool = False
    ) -> Measured:
        """One measurement; every event is sent once over the life of the rig."""
        plan = Plan(
            address=self.peer if peer else self.orders,
            method=method,
            key=self.key,
            merchant=self.merchant,
            orders=ORDERS,
            first=self.sent,
            callers=callers,
            seconds=SECONDS,
            batch=batch,
            stream=stream,
        )
        self.sent += 1_000_000
        return run_load(plan)


def run(report: Report) -> None:
    """Measure and state the rows."""
    took: dict[str, list[float]] = {"p50": [], "p99": []}

    with tempfile.TemporaryDirectory(prefix="wismo-bench-") as folder, prepared(Path(folder), report) as rig:

        def measure() -> Mapping[str, float]:
            unary = rig.load(f"{_SERVICE}/RecordEvent")
            took["p50"].append(unary.p50_ms)
            took["p99"].append(unary.p99_ms)
            return {
                "empty": rig.load("/peer/Nop", peer=True).rate,
                "per_call": rig.load("/peer/Record", peer=True).rate,
                "unary": unary.rate,
                "bare_batch": rig.load("/peer/RecordBatch", peer=True, callers=4, batch=200).rate,
                "batch": rig.load(f"{_SERVICE}/BatchRecordEvents", callers=4, batch=200).rate,
                "stream": rig.load(f"{_SERVICE}/StreamEvents", callers=2, stream=True).rate,
            }

        found = report.rounds(measure)

    report.row(
        "unary RecordEvent, 64 callers",
        found["unary"],
        "events/s",
        limit=found["empty"],
        peer=found["per_call"],
        goal=Goal(of_limit=0.6, times_peer=3),
    )
    for name in ("batch", "stream"):
        report.row(
            {"batch": "BatchRecordEvents, 200 a batch", "stream": "StreamEvents, 200 unanswered"}[name],
            found[name],
            "events/s",
            limit=found["bare_batch"],
            goal=Goal(at_least=8000, of_limit=0.4),
        )
    report.row("unary, 64 callers: half answer within", sorted(took["p50"])[len(took["p50"]) // 2], "ms")
    report.row("unary, 64 callers: 99 % answer within", sorted(took["p99"])[len(took["p99"]) // 2], "ms")
    report.note(
        "Limit: an empty RPC on grpc.aio (unary), a bare batch in one transaction with nothing validated, folded or"
        " answered one by one (batch, stream). Peer: one transaction for each call. Server, database and load share the"
        " machine's cores."
    )
    report.note("The relay runs elsewhere (WISMO_RELAY=off); with it in the same process, see the relay's part.")


@contextmanager
def prepared(folder: Path, report: Report) -> Iterator[Rig]:
    """A rig with a merchant, and orders whose parcel is under way."""
    with DatabaseServer(folder / "database") as database:
        service = OrdersProcess(database.url, "127.0.0.1:1", "bench_orders", WISMO_RELAY="off")
        service.start()
        peer = f"127.0.0.1:{free_port()}"
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.peer", peer, database.url, "bench_peer"],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            process.stdout.readline()
            with report.stage(f"preparing {ORDERS} orders", total=ORDERS) as advance:
                key = prepare(service.address, advance)
            yield Rig(service.address, peer, key, lantern().name, database.url)
        finally:
            process.terminate()
            process.wait()
            service.stop()


def prepare(address: str, advance: object) -> str:
    """A merchant with a key, and its orders, shipped."""
    merchant = lantern()
    admin = (("authorization", f"Bearer {ADMIN_KEY}"),)
    with grpc.insecure_channel(address) as channel:
        shops = merchants_grpc.MerchantsServiceStub(channel)
        shops.CreateMerchant(merchants.CreateMerchantRequest(merchant=merchant), metadata=admin)
        asked = merchants.CreateApiKeyRequest(parent=merchant.name, scope=merchant_pb2.API_KEY_SCOPE_WRITE)
        key = shops.CreateApiKey(asked, metadata=admin).secret
        metadata = (("authorization", f"Bearer {key}"),)
        stub = orders_grpc.OrdersServiceStub(channel)
        for first in range(0, ORDERS, 200):
            numbers = range(first, min(first + 200, ORDERS))
            created = [stub.CreateOrder.future(_creation(merchant.name, n), metadata=metadata) for n in numbers]
            for future in created:
                future.result()
            batch = pb.BatchRecordEventsRequest(
                parent=merchant.name, requests=[_shipped(merchant.name, n) for n in numbers]
            )
            outcomes = stub.BatchRecordEvents(batch, metadata=metadata).outcomes
            assert all(outcome.HasField("recorded") for outcome in outcomes), outcomes[0]
            if callable(advance):
                advance(len(numbers))
    return str(key)


def _creation(merchant: str, number: int) -> pb.CreateOrderRequest:
    order = order_pb2.Order(reference=order_name(merchant, number).rpartition("/")[2])
    order.buyer.email = f"buyer{number}@example.com"
    order.buyer.display_name = "Robin Miller"
    order.buyer.locale = "en"
    order.lines.add(line_id="book", kind=line_pb2.LINE_KIND_PHYSICAL, title="Northern Lights, hardback", quantity=1)
    return pb.CreateOrderRequest(parent=merchant, order=order, request_id=f"create-{number}")


def _shipped(merchant: str, number: int) -> pb.RecordEventRequest:
    shipped = fulfilment_event_pb2.ParcelShipped(
        parcel_id="p1", carrier="dhl", tracking_number=f"JD{number:012d}", handed_over=True
    )
    event = fulfilment_event_pb2.FulfilmentEvent(parcel_shipped=shipped)
    return pb.RecordEventRequest(order=order_name(merchant, number), event=event, request_id="shipped")
