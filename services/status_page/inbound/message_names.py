"""The notifier's names of our mails, from its care service: the Message-ID of each follows from its name."""

import hashlib
from pathlib import Path

import grpc

from chassis.channels import channel_to
from chassis.logs import get_logger
from chassis.settings import Address, Secret
from status_page.inbound.receiver import NamesDown
from wismo.care.v1 import care_service_pb2, care_service_pb2_grpc

_log = get_logger(__name__)


class GrpcMessageNames:
    """`MessageNames` over one channel, with the service key."""

    def __init__(
        self, address: Address, service_key: Secret, *, ca_file: Path | None = None, timeout: float = 5.0
    ) -> None:
        self._channel = channel_to(address, ca_file)
        self._stub = care_service_pb2_grpc.CareServiceStub(self._channel)
        self._metadata = (("authorization", f"Bearer {service_key.reveal()}"),)
        self._timeout = timeout

    def name_of(self, order: str, message_id: str) -> str:
        """One GetCareStory."""
        wanted = message_id.partition("@")[0].lower()
        request = care_service_pb2.GetCareStoryRequest(order=order)
        try:
            story = self._stub.GetCareStory(request, timeout=self._timeout, metadata=self._metadata)
        except grpc.RpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return ""
            _log.warning("the care service did not answer", code=error.code().name)
            raise NamesDown(error.code().name) from None
        return next((one.message_id for one in story.messages if local_part_of(one.message_id) == wanted), "")

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()


def local_part_of(name: str) -> str:
    """What stands before the @ in the Message-ID of the mail with this name, as the notifier makes it."""
    return hashlib.sha256(name.encode()).hexdigest()[:40]
