"""Publishing: a record counts as published once the broker has acknowledged it on all in-sync replicas."""

import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from kafka import KafkaProducer
from kafka.errors import KafkaError, RetriableError

from chassis.connections import Brokers
from chassis.kafka.connecting import connected, way_in
from chassis.kafka.records import BrokerUnavailable, Record
from chassis.kafka.trouble import refusal, trouble


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record: its place in the topic, or the error because of which it is not known to be published.

    A BrokerUnavailable error is worth another attempt; any other is the broker's refusal of this very record.
    """

    partition: int = -1
    offset: int = -1
    error: Exception | None = None

    @property
    def published(self) -> bool:
        """Whether the broker has acknowledged the record."""
        return self.error is None


class Producer:
    """An idempotent producer (``acks=all``). Safe to share between threads; connects at its first use; never across a
    fork.

    ``timeout`` bounds, in seconds, how long one record may take from being sent to being acknowledged, retries
    included.
    """

    def __init__(self, brokers: Brokers | str, client_id: str, *, timeout: float = 20.0, linger: float = 0.0) -> None:
        self._brokers = brokers
        self._timeout = timeout
        self._lock = threading.Lock()
        self._client: Any = None
        # The request's own limit lies below that of the delivery, so that a lost answer is asked for again within it.
        request_timeout = min(10.0, timeout / 2)
        self._config: dict[str, object] = {
            "client_id": client_id,
            "enable_idempotence": True,
            "acks": "all",
            "compression_type": "gzip",
            "linger_ms": int(linger * 1000),
            "max_request_size": 4 * 1024 * 1024,
            "batch_size": 256 * 1024,
            "allow_auto_create_topics": False,
            "request_timeout_ms": int(request_timeout * 1000),
            "delivery_timeout_ms": int(timeout * 1000),
            "max_block_ms": int(min(5.0, timeout) * 1000),
            "bootstrap_timeout_ms": int(min(5.0, timeout) * 1000),
            "reconnect_backoff_max_ms": 1000,
        }

    def publish_many(self, records: Sequence[Record]) -> list[Outcome]:
        """Publish and wait for the broker's word; one outcome per record, in the order given. Never raises for the
        broker.

        Records with the same topic and key are published strictly one after the other: after one that failed, the later
        ones of its key are not sent at all. So a caller that sends again what failed never puts a newer record before
        an older one. Delivery is at least once: a record whose acknowledgement was lost may be there although it is
        reported as failed.

        Blocks, for at most ``timeout`` seconds and a little per round; a round sends one record of every key. From
        asyncio call it in a thread.
        """
        outcomes = [Outcome(error=BrokerUnavailable("not sent")) for _ in records]
        queues: dict[tuple[str, bytes | None], deque[int]] = {}
        for index, record in enumerate(records):
            # Without a key there is no order to keep, so each such record is a queue of its own.
            key = record.key if record.key is not None else f"#{index}".encode()
            queues.setdefault((record.topic, key), deque()).append(index)
        while queues:
            wave = {key: queue.popleft() for key, queue in queues.items()}
            for index, outcome in self._publish_wave(records, list(wave.values())).items():
                outcomes[index] = outcome
            queues = {key: queue for key, queue in queues.items() if queue and outcomes[wave[key]].published}
        return outcomes

    def publish(self, record: Record) -> None:
        """Publish one record and wait for the acknowledgement. Raises what its outcome would hold."""
        outcome = self.publish_many([record])[0]
        if outcome.error is not None:
            raise outcome.error

    def close(self, timeout: float = 5.0) -> None:
        """Give up the connection, for at most ``timeout`` seconds. Idempotent.

        Nothing waits here, publishing has waited.
        """
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close(timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _publish_wave(self, records: Sequence[Record], wave: Sequence[int]) -> dict[int, Outcome]:
        try:
            client = self._connected()
        except (KafkaError, OSError) as error:
            return dict.fromkeys(wave, Outcome(error=BrokerUnavailable(trouble(error, self._brokers))))
        outcomes: dict[int, Outcome] = {}
        pending: list[tuple[int, Any]] = []
        for position, index in enumerate(wave):
            record = records[index]
            try:
                pending.append((index, client.send(record.topic, record.value, record.key, list(record.headers))))
            except RetriableError as error:
                # No metadata within max_block_ms: the others would each wait as long, so the wave ends here.
                outcomes |= dict.fromkeys(wave[position:], _failed(error))
                break
            except (KafkaError, ValueError, TypeError) as error:
                outcomes[index] = Outcome(error=error)
        # The client gives up by itself after the delivery timeout; the slack is for its sender thread to say so.
        give_up_at = time.monotonic() + self._timeout + 2.0
        stuck = False
        for index, future in pending:
            try:
                metadata = future.get(max(0.0, give_up_at - time.monotonic()))
                outcomes[index] = Outcome(metadata.partition, metadata.offset)
            except KafkaError as error:
                outcomes[index] = _failed(error)
                stuck = stuck or not future.is_done
        if stuck:
            # A record still in the client's buffer could go out after the caller has sent it anew, behind a newer one.
            self.close(timeout=0)
        return outcomes

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = connected(KafkaProducer, self._config | way_in(self._brokers))
            return self._client


def _failed(error: Exception) -> Outcome:
    # Not let in, or not any more: nothing is wrong with the record.
    if word := refusal(error):
        return Outcome(error=BrokerUnavailable(word))
    if isinstance(error, RetriableError | OSError):
        return Outcome(error=BrokerUnavailable(type(error).__name__))
    return Outcome(error=error)
