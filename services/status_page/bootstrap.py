"""What the page is made of, and what the projector is made of: the one place that knows all parts."""

import math
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Flask
from pymongo.errors import PyMongoError

from chassis.backoff import Backoff
from chassis.clock import SystemClock
from chassis.crash_points import crash_point
from chassis.health import Health
from chassis.kafka import BatchConsumer, KafkaDeadLetters, Producer, broker_answers
from chassis.keys import Key, KeyRing
from chassis.mongo import connect, database_answers, ensure_indexes
from chassis.outbox import MongoOutbox, Outbox, OutboxSender, outbox_collections
from chassis.sealing import Sealer
from chassis.signed_links import LinkSigner
from status_page.app import create_app
from status_page.care_desk import bootstrap as desk_bootstrap
from status_page.care_desk.joining import join
from status_page.care_desk.many.worker import JobWorker
from status_page.downloads import mongo as downloads_mongo
from status_page.downloads.mongo import MongoDownloadCounters
from status_page.inbound import mongo_mails
from status_page.inbound.bootstrap import make_receiver
from status_page.inbound.mongo_mails import MongoKeptMails
from status_page.lookup.keys import LookupKeys
from status_page.outbox.older_rows import letter_in
from status_page.outbox.orders_client import GrpcOrdersService
from status_page.pages.kept_pages import KeptPages
from status_page.projection import mongo as projection_mongo
from status_page.projection.mongo import MongoMerchantRows, MongoOrderRows
from status_page.projection.projector import Projector
from status_page.projection.reading import MERCHANT_EVENTS, ORDER_EVENTS
from status_page.settings import PageSettings, ProjectorSettings, StoreSettings
from status_page.web.cookies import CookieJar, derive
from status_page.web.languages import catalog
from status_page.web.measures import WAITING
from status_page.web.parts import Parts
from status_page.web.rendering import Templates
from status_page.web.shops import Shops
from status_page.web.static_files import StaticFiles

GROUP = "status-page"
DEAD_LETTERS = "wismo.order-events.v1.dlt"

COLLECTIONS = (
    *projection_mongo.COLLECTIONS,
    *downloads_mongo.COLLECTIONS,
    *outbox_collections(),
    *mongo_mails.COLLECTIONS,
    *desk_bootstrap.COLLECTIONS,
)


@dataclass(frozen=True)
class Page:
    """A page that is put together: the app, and what runs beside it."""

    app: Flask
    sender: OutboxSender
    desk_jobs: JobWorker
    health: Health


def make_page(settings: PageSettings) -> Page:
    """Make the parts. Call it after a fork; connects to nothing yet."""
    client = connect(settings.database_url, "wismo-status-page", timeout=3.0)
    database = client[settings.database]
    clock = SystemClock()
    health = Health()
    health.add_check("database", database_answers(client), timeout=3.0)
    outbox = MongoOutbox(database, read=letter_in)
    orders = GrpcOrdersService(settings.orders_address, settings.service_key, ca_file=settings.orders_ca_file)
    sender = OutboxSender(
        outbox,
        orders,
        clock,
        heartbeat=health.heartbeat("outbox", max_age=120.0),
        before_forgetting=lambda: crash_point("status_page.outbox.before_forgetting"),
    )
    WAITING.set_function(_depth_of(outbox))
    secret = settings.cookie_key.reveal()
    secure = settings.page_url.startswith("https://")
    texts = catalog()
    static = StaticFiles()
    parts = Parts(
        clock=clock,
        orders=MongoOrderRows(database),
        shops=Shops(MongoMerchantRows(database)),
        counters=MongoDownloadCounters(database),
        outbox=outbox,
        wake_sender=sender.wake,
        links=LinkSigner(settings.link_keys),
        grants=grant_signer(secret),
        sealer=Sealer(settings.sealing_keys),
        cookies=CookieJar(secret, secure=secure),
        lookup_keys=lookup_keys(settings),
        catalog=texts,
        health=health,
        static=static,
        templates=Templates(texts, static.url),
        kept_pages=KeptPages(),
        hosts=merchant_hosts(settings.merchant_hosts),
        downloads_dir=settings.downloads_dir,
        secure=secure,
        receiver=make_receiver(settings, database, sender.wake) if settings.inbound_secret else None,
        inbound_secret=settings.inbound_secret,
    )
    app = create_app(
        parts,
        limits_storage=settings.database_url,
        database=settings.database,
        trusted_proxies=settings.trusted_proxies,
    )
    desk = desk_bootstrap.make_desk(settings, database, clock, secure=secure)
    join(app, desk)
    desk_jobs = desk_bootstrap.make_worker(desk, outbox, clock, sender.wake)
    return Page(app, sender, desk_jobs, health)


def prepare_database(settings: StoreSettings) -> None:
    """Make the collections and indexes that are missing. Raises what the driver raises while the database is down."""
    with connect(settings.database_url, "wismo-status-page-setup") as client:
        ensure_indexes(client[settings.database], COLLECTIONS)


@dataclass(frozen=True)
class ProjectorParts:
    """What the projector's loop runs with."""

    consumer: BatchConsumer
    projector: Projector
    dead_letters: KafkaDeadLetters
    producer: Producer
    health: Health
    backoff: Backoff


def make_projector(settings: ProjectorSettings) -> ProjectorParts:
    """Make the parts of the projector. Connects to nothing yet."""
    client = connect(settings.database_url, "wismo-projector")
    database = client[settings.database]
    producer = Producer(settings.brokers, f"status-page-dlt-{socket.gethostname()}")
    health = Health()
    health.add_check("database", database_answers(client), timeout=3.0)
    health.add_check("kafka", lambda: broker_answers(settings.brokers), timeout=5.0)
    return ProjectorParts(
        # A projector that was killed keeps its partitions for the length of its session; pages stand still for as long.
        consumer=BatchConsumer(settings.brokers, GROUP, (ORDER_EVENTS, MERCHANT_EVENTS), session_timeout=8.0),
        projector=Projector(
            MongoOrderRows(database),
            MongoMerchantRows(database),
            MongoDownloadCounters(database),
            lookup_keys(settings),
            MongoKeptMails(database),
        ),
        dead_letters=KafkaDeadLetters(producer, DEAD_LETTERS, GROUP),
        producer=producer,
        health=health,
        backoff=Backoff(initial=0.2, maximum=10.0, floor=0.05),
    )


def lookup_keys(settings: StoreSettings) -> LookupKeys:
    """The look-up keys that page and projector share."""
    if settings.lookup_key is not None:
        return LookupKeys(derive(settings.lookup_key.reveal(), "lookup"))
    return LookupKeys(derive(settings.cookie_key.reveal().split(",")[0].strip(), "lookup"))


def grant_signer(cookie_key: str) -> LinkSigner:
    """Signs the addresses of started downloads with keys that nobody else has."""
    keys = [one.strip() for one in cookie_key.split(",") if one.strip()]
    return LinkSigner(KeyRing(tuple(Key(derive(key, "grant-id").hex()[:6], derive(key, "grant")) for key in keys)))


def merchant_hosts(text: str) -> Mapping[str, str]:
    """``host=merchant[,host2=merchant2]`` as a table; hosts without capitals."""
    pairs = (entry.partition("=") for entry in text.split(",") if entry.strip())
    return {host.strip().lower(): merchant.strip() for host, _, merchant in pairs if merchant.strip()}


def _depth_of(outbox: Outbox) -> Callable[[], float]:
    def depth() -> float:
        try:
            return float(outbox.depth())
        except PyMongoError:
            return math.nan  # The other metrics are worth having while the database is down.

    return depth
