"""The parts list of the care service."""

from pymongo import MongoClient

from chassis.channels import channel_to
from chassis.mongo import Document
from chassis.sealing import Sealer
from chassis.settings import Address
from notifier.adapters.mongo_care import MongoCareBook
from notifier.rpc.admission import Admission, OrdersKeyCheck
from notifier.rpc.care_service import CareService
from notifier.rpc.server import CareServer, tls
from notifier.settings import Settings


def serve_care(client: MongoClient[Document], settings: Settings, listen: Address) -> CareServer:
    """Serve until stopped. Merchants' keys are known by the orders service, which is asked."""
    channel = channel_to(settings.orders_address, settings.orders_ca_file)
    admission = Admission(OrdersKeyCheck(channel), settings.service_key_hash)
    service = CareService(MongoCareBook(client, settings.database), admission, Sealer(settings.sealing_keys))
    return CareServer(listen, service.handlers(), tls(settings.tls_cert_file, settings.tls_key_file))
