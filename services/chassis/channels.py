"""Channels between our own services."""

import json
from pathlib import Path

import grpc

from chassis.parsers import Address

_LARGEST_MESSAGE = 16 * 1024 * 1024
_OPTIONS = (
    # Behind a headless service each replica gets its share; one that goes takes only its own calls with it.
    ("grpc.service_config", json.dumps({"loadBalancingConfig": [{"round_robin": {}}]})),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.max_reconnect_backoff_ms", 5_000),
    ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
)


def channel_to(address: Address, ca_file: Path | None = None) -> grpc.Channel:
    """A channel; encrypted when there are certificates to check the other side's own with. Make it after a fork.

    Nothing is sent before the first call. Raises OSError when the certificates cannot be read.
    """
    if ca_file is None:
        return grpc.insecure_channel(str(address), _OPTIONS)
    return grpc.secure_channel(str(address), grpc.ssl_channel_credentials(ca_file.read_bytes()), _OPTIONS)
