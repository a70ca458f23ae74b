"""What the desk is made of, from the page's own parts."""

from collections.abc import Callable

from pymongo.database import Database

from chassis.clock import Clock
from chassis.mongo import Document
from chassis.outbox import Outbox
from chassis.sealing import Sealer
from status_page.care_desk import mongo, mongo_audit
from status_page.care_desk.cookie import DeskCookies
from status_page.care_desk.grpc_care import GrpcCare, GrpcKeyHolders
from status_page.care_desk.many import mongo as mongo_jobs
from status_page.care_desk.many.worker import JobWorker
from status_page.care_desk.mongo_orders import MongoDeskOrders
from status_page.care_desk.oidc import AuthlibProvider
from status_page.care_desk.originals import KeptOriginals
from status_page.care_desk.parts import Desk
from status_page.inbound.mongo_mails import MongoKeptMails
from status_page.settings import PageSettings

COLLECTIONS = (*mongo.COLLECTIONS, *mongo_audit.COLLECTIONS, *mongo_jobs.COLLECTIONS)


def make_desk(settings: PageSettings, database: Database[Document], clock: Clock, *, secure: bool) -> Desk:
    """Make the parts. Call it after a fork; connects to nothing yet."""
    return Desk(
        cookies=DeskCookies(settings.cookie_key.reveal(), secure=secure),
        sessions=mongo.MongoStaffSessions(database),
        key_holders=GrpcKeyHolders(settings.orders_address, ca_file=settings.orders_ca_file),
        care=GrpcCare(settings.care_address, settings.service_key, ca_file=settings.care_ca_file),
        orders=MongoDeskOrders(database),
        acts=mongo.MongoDoneActs(database),
        presence=mongo.MongoPresence(database),
        visits=mongo.MongoPageVisits(database),
        replies=mongo.MongoReplies(database),
        audit=mongo_audit.MongoAuditLog(database),
        jobs=mongo_jobs.MongoJobs(database),
        originals=KeptOriginals(MongoKeptMails(database), Sealer(settings.sealing_keys)),
        oidc=_provider(settings, clock),
    )


def make_worker(desk: Desk, outbox: Outbox, clock: Clock, wake_sender: Callable[[], object]) -> JobWorker:
    """Make the thread that does the desk's jobs. Starts nothing."""
    return JobWorker(desk.jobs, desk.orders, outbox, desk.acts, clock, wake_sender=wake_sender)


def _provider(settings: PageSettings, clock: Clock) -> AuthlibProvider | None:
    if not settings.desk_oidc_issuer or settings.desk_oidc_client_secret is None:
        return None
    return AuthlibProvider(
        settings.desk_oidc_issuer,
        settings.desk_oidc_client_id,
        settings.desk_oidc_client_secret,
        clock,
        role_claim=settings.desk_oidc_role_claim,
        merchant_claim=settings.desk_oidc_merchant_claim,
    )
