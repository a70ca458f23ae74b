"""The connection to the orders service: options, TLS and mTLS, credentials in the metadata."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

VERSION = "0.1.0"
MESSAGE_BYTES = 16 * 1024 * 1024

Option = tuple[str, str | int]


@dataclass(frozen=True, slots=True)
class Tls:
    """How the server proves itself, and how we do (mTLS). Each of them as PEM bytes or the path of a PEM file.

    ``ca``: whom to trust; None: the authorities that gRPC ships. ``certificate`` and ``key``: ours, both or neither.
    ``server_name``: the name in the server's certificate where it is not the target's.
    """

    ca: bytes | str | Path | None = None
    certificate: bytes | str | Path | None = None
    key: bytes | str | Path | None = None
    server_name: str | None = None

    def credentials(self) -> grpc.ChannelCredentials:
        """Read the files; raises OSError naming the one that cannot be read."""
        return grpc.ssl_channel_credentials(_pem(self.ca), _pem(self.key), _pem(self.certificate))


def options(tls: Tls | None = None) -> list[Option]:
    """Channel options, each with its reason."""
    config: dict[str, Any] = {"loadBalancingConfig": [{"round_robin": {}}]}
    chosen: list[Option] = [
        # Calls spread over all pods behind a headless service, and a pod that goes takes only its own calls with it.
        ("grpc.service_config", json.dumps(config)),
        # Only this client's own retry: gRPC's transparent one would hide how often something was sent.
        ("grpc.enable_retries", 0),
        # A peer that vanished without a word is noticed within 40 s, by calls and watches alike; idle channels stay
        # silent.
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.keepalive_permit_without_calls", 0),
        # After a restart the server is back within a second or two; the default would look again after up to two
        # minutes.
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.min_reconnect_backoff_ms", 2_000),
        ("grpc.max_reconnect_backoff_ms", 2_000),
        ("grpc.max_receive_message_length", MESSAGE_BYTES),
        ("grpc.max_send_message_length", 4 * 1024 * 1024),  # No server of ours takes more.
        ("grpc.primary_user_agent", f"wismo-python/{VERSION}"),
    ]
    if tls is not None and tls.server_name:
        chosen.append(("grpc.ssl_target_name_override", tls.server_name))
    return chosen


def connect(target: str, tls: Tls | None) -> grpc.Channel:
    """A channel for blocking calls. Nothing is sent before the first call. Make it after fork, never before."""
    if tls is None:
        return grpc.insecure_channel(target, options())
    return grpc.secure_channel(target, tls.credentials(), options(tls))


def connect_async(target: str, tls: Tls | None) -> grpc.aio.Channel:
    """A channel for asyncio, bound to the running loop."""
    if tls is None:
        return grpc.aio.insecure_channel(target, options())
    return grpc.aio.secure_channel(target, tls.credentials(), options(tls))


def tls_of(choice: bool | Tls | None) -> Tls | None:
    """True: TLS with the usual authorities. False or None: plaintext, for the same machine or a mesh that encrypts."""
    if isinstance(choice, Tls):
        return choice
    return Tls() if choice else None


def _pem(source: bytes | str | Path | None) -> bytes | None:
    return Path(source).read_bytes() if isinstance(source, str | Path) else source
