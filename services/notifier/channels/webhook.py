"""Webhooks to a merchant's own systems, after Standard Webhooks: signed over id, time and body, and repeatable.

A webhook may come twice, always with the same id (I3). Nothing of an answer is read but its status and `Retry-After`.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urlsplit

from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from chassis.backoff import Backoff
from chassis.clock import Clock
from notifier.channels.outcome import Outcome, Rejected, Retry, Sent
from notifier.channels.public_addresses import Forbidden, PublicAddresses

# Standard Webhooks: from seconds to hours, over days. A receiver that was down over a weekend hears everything.
BACKOFF = Backoff(initial=10.0, maximum=6 * 3600.0, floor=5.0)
GIVE_UP_AFTER = 4 * 86_400.0
LONGEST_RETRY_AFTER = 6 * 3600.0
_GONE = 410
_LATER = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Post:
    """A webhook to be sent: where to, and what. ``webhook_id`` is the same for every attempt."""

    url: str
    webhook_id: str
    body: bytes = field(repr=False)
    secret: str = field(repr=False)
    """``whsec_`` and base64."""


class WebhookChannel:
    """Posts webhooks, each over a connection of its own. Raises nothing for what the other side does. Thread-safe."""

    def __init__(
        self,
        addresses: PublicAddresses,
        clock: Clock,
        *,
        connect_seconds: float = 5.0,
        whole_seconds: float = 15.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """An attempt takes at most ``whole_seconds`` from the connection on, however slowly the other side answers."""
        self._addresses = addresses
        self._clock = clock
        self._connect_seconds = connect_seconds
        self._whole_seconds = whole_seconds
        self._tls = tls or ssl.create_default_context()

    def send(self, post: Post, before_data: Callable[[], bool] = lambda: True) -> Outcome:
        """One attempt. 2xx is accepted, 410 is an end, everything else is tried again; redirects are not followed.

        ``before_data`` is called once, after the connection was made; when it says False nothing is sent.
        """
        try:
            url, signature = _read(post.url), _signature(post.secret)
            connected = self._connect(url)
        except (_Unusable, Forbidden) as never:
            return Rejected(f"webhook: {never}")
        except (OSError, UnicodeError) as error:
            return Retry(f"webhook: no connection ({type(error).__name__})")
        # A timeout holds for one read only: who sends a byte now and then would keep us for hours.
        deadline = threading.Timer(self._whole_seconds, _cut, (connected,))
        deadline.daemon = True
        deadline.start()
        try:
            if isinstance(connected, ssl.SSLSocket):
                connected.do_handshake()
            if not before_data():
                return Retry("the claim has ended")
            return self._talk(connected, url, post, signature)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Retry(f"webhook: no answer ({type(error).__name__})")
        finally:
            deadline.cancel()
            connected.close()

    def close(self) -> None:
        """Nothing to give up: no connection is kept."""

    def _connect(self, url: SplitResult) -> socket.socket:
        host, port = url.hostname or "", url.port or (443 if url.scheme == "https" else 80)
        last: OSError = OSError("no address")
        for family, place in self._addresses.of(host, port):
            plain = socket.socket(family, socket.SOCK_STREAM)
            plain.settimeout(self._connect_seconds)
            try:
                # To the very address that was looked at: a second look-up could say something else.
                plain.connect(place)
                if url.scheme != "https":
                    return plain
                return self._tls.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
            except OSError as error:
                plain.close()
                last = error
        raise last

    def _talk(self, connected: socket.socket, url: SplitResult, post: Post, signature: Webhook) -> Outcome:
        now = self._clock.now().astimezone(UTC)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Wismo-Webhooks/1",
            "Connection": "close",
            "webhook-id": post.webhook_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature.sign(msg_id=post.webhook_id, timestamp=now, data=post.body.decode()),
        }
        connection = http.client.HTTPConnection(url.hostname or "", url.port)
        if url.scheme == "https":
            connection.default_port = 443
        connection.sock = connected
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        connection.request("POST", path, post.body, headers)
        answer = connection.getresponse()
        return _outcome(answer.status, answer.getheader("Retry-After") or "", now)


class _Unusable(Exception):
    """What the merchant has set cannot be used. The message says what, and holds nothing of it."""


def _read(text: str) -> SplitResult:
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        raise _Unusable("the URL cannot be used") from None
    plain = text.isascii() and all(" " < character < "\x7f" for character in text)
    if not plain or url.scheme not in {"http", "https"} or not url.hostname or "@" in url.netloc or port == 0:
        raise _Unusable("the URL cannot be used")
    return url


def _signature(secret: str) -> Webhook:
    try:
        return Webhook(secret)
    except (ValueError, EmptyWebhookSecretError):
        raise _Unusable("the secret cannot be used") from None


def _cut(connected: socket.socket) -> None:
    """End a conversation from outside the thread that waits in it."""
    with suppress(OSError):
        # TLS would want to say goodbye, and the other side would let us wait for that too.
        socket.socket.shutdown(connected, socket.SHUT_RDWR)


def _outcome(status: int, retry_after: str, now: datetime) -> Outcome:
    if 200 <= status <= 299:
        return Sent()
    if status == _GONE:
        # Standard Webhooks: the receiver wants no more of them.
        return Rejected("webhook 410")
    return Retry(f"webhook {status}", after=_seconds(retry_after, now) if status in _LATER else 0.0)


def _seconds(retry_after: str, now: datetime) -> float:
    """RFC 9110, 10.2.3: seconds, or a date. 0 for what is neither, and never longer than we would wait ourselves."""
    if retry_after.isascii() and retry_after.strip().isdigit():
        seconds = float(retry_after[:12])
    else:
        try:
            when = parsedate_to_datetime(retry_after)
        except ValueError:
            return 0.0
        seconds = (when.replace(tzinfo=when.tzinfo or UTC) - now).total_seconds()
    return min(max(0.0, seconds), LONGEST_RETRY_AFTER)
