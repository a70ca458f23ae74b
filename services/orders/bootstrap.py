"""The parts list: every object of a process of this service, and what it is given."""

import asyncio
import secrets
import socket
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from pymongo import AsyncMongoClient

from chassis.clock import SystemClock
from chassis.kafka import Producer, TopicSpec
from chassis.keys import KeyRing
from chassis.mongo import Document
from chassis.sealing import Sealer
from chassis.settings import Address
from chassis.unbroken import unbroken
from orders.adapters import proto_mapping, schema
from orders.adapters.kafka_publisher import KafkaPublisher
from orders.adapters.merchant_snapshots import snapshot
from orders.adapters.mongo_leases import MongoShardLeases
from orders.adapters.mongo_merchants import MongoKeys, MongoMerchants
from orders.adapters.mongo_orders import MongoOrders
from orders.adapters.mongo_outbox import MongoOutbox
from orders.adapters.mongo_sessions import GroupSessions
from orders.adapters.mongo_transits import MongoTransits
from orders.adapters.order_events import ProtoEncoding, merchant_event
from orders.adapters.redaction import redacted
from orders.domain.order import Sealed
from orders.measures import Measures
from orders.relay.loop import Relay
from orders.relay.shards import Shards
from orders.rpc.calls import Gate
from orders.rpc.charges_service import ChargeCalls
from orders.rpc.contract import contract_validator
from orders.rpc.many_events import ManyEventsCalls
from orders.rpc.mapping import Reading
from orders.rpc.merchants_service import MerchantCalls, merchant_check
from orders.rpc.orders_service import OrderCalls
from orders.rpc.questions_service import QuestionCalls
from orders.rpc.server import Server, tls
from orders.rpc.watch_orders import WatchCalls
from orders.settings import Settings
from orders.use_cases.charges import Charges
from orders.use_cases.credentials import Credentials
from orders.use_cases.directory import MerchantDirectory
from orders.use_cases.intake import Intake
from orders.use_cases.learning import LearntTransits, TransitLearner
from orders.use_cases.merchants import ApiKeys, Merchants
from orders.use_cases.orders import Orders
from orders.use_cases.outbox import MERCHANT_EVENTS, ORDER_EVENTS
from orders.use_cases.questions import Questions
from orders.use_cases.requests import digester
from orders.use_cases.watching import Watching

# A relay that dies leaves its shards to others after this long; each renewal is a transaction, three in this time.
_LEASE = timedelta(seconds=6)


@dataclass(frozen=True, slots=True)
class RelayParts:
    """The relay and what must be closed with it, and the learner that works beside it."""

    relay: Relay
    shards: Shards
    producer: Producer
    learner: TransitLearner


@dataclass(frozen=True, slots=True)
class ApiParts:
    """The gRPC side. The intake's `run` must be running for writes to be answered."""

    server: Server
    intake: Intake
    sessions: GroupSessions
    watching: Watching
    transits: LearntTransits
    draining: asyncio.Event

    def begin_to_stop(self) -> None:
        """Ask those who hold a stream open to leave."""
        self.draining.set()
        self.watching.end()


def build_relay(
    settings: Settings, client: AsyncMongoClient[Document], measures: Measures, bound: Address | None
) -> RelayParts:
    """Outbox to Kafka. `bound` is an address that this process listens at, if there is one."""
    leases = MongoShardLeases(client[settings.database][schema.LEASES], owner_name(bound), _LEASE)
    shards = Shards(leases, renew_seconds=_LEASE.total_seconds() / 3)
    producer = Producer(settings.brokers, "orders-relay")
    outbox = MongoOutbox(client, settings.database, SystemClock())
    learner = TransitLearner(MongoTransits(client, settings.database), leases, measures=measures)
    return RelayParts(Relay(outbox, KafkaPublisher(producer), shards, measures), shards, producer, learner)


def build_api(
    settings: Settings,
    client: AsyncMongoClient[Document],
    measures: Measures,
    is_well: Callable[[], Awaitable[bool]],
    wake_relay: Callable[[], None],
) -> ApiParts:
    """GRPC to the database. Binds its port at once."""
    clock = SystemClock()
    validate = contract_validator()
    merchant_store = MongoMerchants(client, settings.database)
    keys = MongoKeys(client, settings.database)
    transits = LearntTransits(MongoTransits(client, settings.database), measures=measures)
    directory = MerchantDirectory(merchant_store, partial(snapshot, transits=transits.transit), time.monotonic)
    sessions = GroupSessions(client, settings.database, owner_name(settings.listen if settings.listen.port else None))
    store = MongoOrders(client, settings.database, sessions)
    intake = Intake(store, ProtoEncoding(), clock, measures, on_commit=lambda _: wake_relay())
    orders = Orders(store, intake, directory, redacted)
    merchants = Merchants(
        store=merchant_store,
        directory=directory,
        clock=clock,
        validate=merchant_check(validate),
        sealer=Sealer(settings.sealing_keys),
        encode_event=lambda merchant: merchant_event(merchant).SerializeToString(),
        on_change=wake_relay,
    )
    credentials = Credentials(
        keys, clock, time.monotonic, admin_key_hash=settings.admin_key_hash, service_key_hash=settings.service_key_hash
    )
    watching = Watching(MongoOutbox(client, settings.database, clock), measures.watchers.set)
    reading = Reading(proto_mapping, sealing(settings.sealing_keys), digester(settings.sealing_keys))
    draining = asyncio.Event()
    gate = Gate(credentials, validate, measures, draining)
    services = {
        "wismo.orders.v1.OrdersService": {
            **OrderCalls(orders, reading).rpcs(),
            **ManyEventsCalls(orders, reading, validate, measures).rpcs(),
            **WatchCalls(orders, watching).rpcs(),
        },
        "wismo.orders.v1.MerchantsService": MerchantCalls(merchants, ApiKeys(keys, merchant_store, clock)).rpcs(),
        "wismo.orders.v1.QuestionsService": QuestionCalls(Questions(orders, clock), reading).rpcs(),
        "wismo.orders.v1.ChargesService": ChargeCalls(Charges(orders, clock)).rpcs(),
    }
    handlers = {name: gate.handlers(name, rpcs) for name, rpcs in services.items()}
    certificate = tls(settings.tls_cert_file, settings.tls_key_file, settings.tls_client_ca_file)
    server = Server(settings.listen, handlers, is_well, certificate, settings.max_connection_age)
    return ApiParts(server, intake, sessions, watching, transits, draining)


def owner_name(bound: Address | None) -> str:
    """The name by which this process owns leases and sessions. `bound` is an address that it listens at, if any.

    Nobody else on this host can listen at the same address, so who owned something under this name before is dead: a
    process that crashed and was started again goes on at once. Without an address the name is never used twice.
    """
    mark = str(bound) if bound is not None else secrets.token_hex(8)
    return f"{socket.gethostname()}/{uuid.getnode():012x}/{mark}"


def sealing(keys: KeyRing) -> Callable[[str, str], Sealed]:
    """Seals a secret so that it opens for this order only."""
    sealer = Sealer(keys)

    def seal(plaintext: str, order: str) -> Sealed:
        sealed = sealer.seal(plaintext, order)
        return Sealed(sealed.key_id, sealed.ciphertext)

    return seal


def topics(settings: Settings) -> tuple[TopicSpec, ...]:
    """The topics that this service writes to. Merchants are kept for ever, each in its newest form."""
    return (
        TopicSpec(ORDER_EVENTS, settings.topic_partitions, settings.topic_replication),
        TopicSpec(MERCHANT_EVENTS, 1, settings.topic_replication, {"cleanup.policy": "compact"}),
    )


async def database_is_well(client: AsyncMongoClient[Document]) -> bool:
    """Whether the database answers within two seconds."""
    try:
        async with asyncio.timeout(2):
            await _ping(client)
    except Exception:  # noqa: BLE001  # Whatever it is, the answer is no.
        return False
    return True


@unbroken
async def _ping(client: AsyncMongoClient[Document]) -> None:
    await client.admin.command("ping")
