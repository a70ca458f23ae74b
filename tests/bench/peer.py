"""What our intake is compared with, over the same messages: `python -m tests.bench.peer ADDRESS MONGO_URL DATABASE`.

- `/peer/Nop` does nothing: no server that answers gRPC calls from Python can be faster. It is the limit.
- `/peer/Record` is what a careful team writes first: one transaction for each call, order and outbox in it.
- `/peer/RecordBatch` writes a whole batch in one transaction, with nothing validated, folded or answered one by one.
"""

import asyncio
import sys
from typing import Any

import grpc
from pymongo import AsyncMongoClient, UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession

from chassis.mongo import CollectionSpec, Document, connect_async, ensure_indexes_async, run_transaction_async
from wismo.orders.v1 import orders_service_pb2 as pb


class Peer:
    """The three calls."""

    def __init__(self, client: AsyncMongoClient[Document], database: str) -> None:
        self._client = client
        self._orders = client[database]["orders"]
        self._outbox = client[database]["outbox"]

    async def nop(self, request: pb.RecordEventRequest, context: Any) -> pb.RecordEventResponse:
        return pb.RecordEventResponse(sequence=1, etag='"1"')

    async def record(self, request: pb.RecordEventRequest, context: Any) -> pb.RecordEventResponse:
        async def work(session: AsyncClientSession) -> None:
            await self._orders.update_one({"_id": request.order}, _pushed(request), upsert=True, session=session)
            await self._outbox.insert_one(_row(request), session=session)

        await run_transaction_async(self._client, work)
        return pb.RecordEventResponse(sequence=1, etag='"1"')

    async def record_batch(self, request: pb.BatchRecordEventsRequest, context: Any) -> pb.BatchRecordEventsResponse:
        async def work(session: AsyncClientSession) -> None:
            updates = [UpdateOne({"_id": one.order}, _pushed(one), upsert=True) for one in request.requests]
            await self._orders.bulk_write(updates, ordered=False, session=session)
            await self._outbox.insert_many([_row(one) for one in request.requests], session=session)

        await run_transaction_async(self._client, work)
        recorded = pb.RecordEventOutcome(recorded=pb.RecordEventResponse(sequence=1))
        return pb.BatchRecordEventsResponse(outcomes=[recorded] * len(request.requests))


def _pushed(request: pb.RecordEventRequest) -> Document:
    entry = {"id": request.request_id, "kind": request.event.WhichOneof("change")}
    return {"$push": {"timeline": entry}, "$inc": {"version": 1}}


def _row(request: pb.RecordEventRequest) -> Document:
    return {
        "_id": f"{request.order}#{request.request_id}",
        "order": request.order,
        "body": request.event.SerializeToString(),
    }


async def serve(address: str, mongo_url: str, database: str) -> None:
    """Serve until killed; prints one line when it is ready."""
    client = connect_async(mongo_url, "peer")
    await ensure_indexes_async(client[database], [CollectionSpec("orders"), CollectionSpec("outbox")])
    peer = Peer(client, database)
    handlers = {
        "Nop": _handler(peer.nop, pb.RecordEventRequest, pb.RecordEventResponse),
        "Record": _handler(peer.record, pb.RecordEventRequest, pb.RecordEventResponse),
        "RecordBatch": _handler(peer.record_batch, pb.BatchRecordEventsRequest, pb.BatchRecordEventsResponse),
    }
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("peer", handlers),))
    server.add_insecure_port(address)
    await server.start()
    print("ready", flush=True)
    await server.wait_for_termination()


def _handler(behave: Any, request: Any, response: Any) -> Any:
    return grpc.unary_unary_rpc_method_handler(behave, request.FromString, response.SerializeToString)


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:4]))
