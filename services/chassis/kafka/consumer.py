"""Consuming in batches: what is polled is not yet handled, and only what is handled is committed."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from chassis.connections import Brokers
from chassis.kafka.connecting import connected, way_in
from chassis.kafka.records import BrokerUnavailable, Partition, Record, first_offsets
from chassis.kafka.trouble import refusal, trouble
from chassis.logs import get_logger

_log = get_logger(__name__)


class BatchConsumer:
    """A member of a consumer group. For one thread, one per process, never across a fork. Connects at its first poll.

    Auto-commit is off and a new group begins at the earliest record. The rebalance listener only takes note: committing
    there would block the heartbeats, and what was handled but not committed comes again, which handlers must bear
    anyway.
    """

    def __init__(
        self,
        brokers: Brokers | str,
        group: str,
        topics: Iterable[str],
        *,
        client_id: str = "",
        max_poll_interval: float = 300.0,
        session_timeout: float = 30.0,
        request_timeout: float = 15.0,
        connect_timeout: float = 5.0,
        refresh: float = 10.0,
    ) -> None:
        self._brokers = brokers
        self.group = group
        self.topics = tuple(topics)
        self.max_poll_interval = max_poll_interval
        self._request_timeout_ms = int(request_timeout * 1000)
        self._client: Any = None
        self._paused = False
        self._at: dict[Partition, int] = {}
        self._config: dict[str, object] = {
            "client_id": client_id or group,
            "group_id": group,
            "enable_auto_commit": False,
            "auto_offset_reset": "earliest",
            "allow_auto_create_topics": False,
            "fetch_max_wait_ms": 100,
            "fetch_max_bytes": 16 * 1024 * 1024,
            "max_partition_fetch_bytes": 4 * 1024 * 1024,
            "max_poll_interval_ms": int(max_poll_interval * 1000),
            "session_timeout_ms": int(session_timeout * 1000),
            "heartbeat_interval_ms": int(session_timeout * 1000 / 10),
            "request_timeout_ms": self._request_timeout_ms,
            "bootstrap_timeout_ms": int(connect_timeout * 1000),
            "reconnect_backoff_max_ms": 1000,
            # Topics and partitions that are made later are noticed within this time.
            "metadata_max_age_ms": int(refresh * 1000),
        }

    def poll(self, max_records: int = 500, timeout: float = 0.5) -> list[Record]:
        """The next records, in order within each partition; empty after ``timeout`` seconds, or while paused.

        Raises BrokerUnavailable when there is no connection yet and none can be made; a broker that goes away later
        shows as empty answers until it is back. Polling also keeps the membership alive, so poll while paused too.
        """
        client = self._connected()
        try:
            _take_up_unfinished_join(client)
            if self._paused:
                # Partitions that a rebalance brings come unpaused.
                client.pause(*client.assignment())
            batches = client.poll(timeout_ms=int(timeout * 1000), max_records=max_records)
        except KafkaError as error:
            raise BrokerUnavailable(refusal(error) or type(error).__name__) from error
        records = [record_of(consumed) for batch in batches.values() for consumed in batch]
        for partition, offset in first_offsets(records).items():
            self._at.setdefault(partition, offset)
        return records

    def commit(self, offsets: Mapping[Partition, int]) -> bool:
        """Say that everything before these offsets is handled. Whether the broker took it; blocks for at most its time
        limit.

        False (logged) is no reason to stop: after a rebalance the records come again to whoever owns them now, and
        while the broker is away the next commit covers this one.
        """
        mine = self.assignment() if offsets else frozenset()
        wanted = {partition: offset for partition, offset in offsets.items() if partition in mine}
        if not wanted:
            return not offsets
        try:
            self._connected().commit(
                {_native(partition): OffsetAndMetadata(offset, "", -1) for partition, offset in wanted.items()},
                timeout_ms=self._request_timeout_ms,
            )
        except (KafkaError, BrokerUnavailable) as error:
            _log.warning("offsets not committed", group=self.group, error_kind=type(error).__name__)
            return False
        self._at |= wanted
        return len(wanted) == len(offsets)

    def seek_back(self, offsets: Mapping[Partition, int]) -> None:
        """Read again from these offsets, so that a batch whose handling failed is not skipped.

        Partitions lost since are left out.
        """
        mine = self.assignment()
        for partition, offset in offsets.items():
            if partition in mine:
                self._connected().seek(_native(partition), offset)

    def pause(self) -> None:
        """Back-pressure: polls bring nothing until ``resume``, and the membership stays alive as long as they go on."""
        self._paused = True

    def resume(self) -> None:
        """End the pause."""
        if self._paused:
            self._paused = False
            if self._client is not None:
                self._client.resume(*self._client.paused())

    def assignment(self) -> frozenset[Partition]:
        """The partitions that are this member's now."""
        if self._client is None:
            return frozenset()
        return frozenset(Partition(assigned.topic, assigned.partition) for assigned in self._client.assignment())

    def lag(self) -> dict[Partition, int]:
        """Records not yet committed, per assigned partition, as of the last fetch. Asks nobody.

        A partition is left out until something was polled from it or committed in it.
        """
        lag = {}
        for partition in self.assignment():
            end = self._client.highwater(_native(partition))
            at = self._at.get(partition)
            if end is not None and at is not None:
                lag[partition] = max(0, end - at)
        return lag

    def close(self, timeout: float = 5.0) -> None:
        """Leave the group, for at most about ``timeout`` seconds, committing nothing. Idempotent."""
        client, self._client = self._client, None
        if client is not None:
            client.close(autocommit=False, timeout_ms=int(timeout * 1000))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _forget(self, revoked: Iterable[Any]) -> None:
        for one in revoked:
            self._at.pop(Partition(one.topic, one.partition), None)

    def _connected(self) -> Any:
        if self._client is None:
            try:
                client = connected(KafkaConsumer, self._config | way_in(self._brokers))
            except (KafkaError, OSError) as error:
                raise BrokerUnavailable(trouble(error, self._brokers)) from error
            client.subscribe(topics=list(self.topics), listener=_Noted(self.group, self._forget))
            self._client = client
        return self._client


def _take_up_unfinished_join(client: Any) -> None:
    """Mend a defect of kafka-python 3.0.12 that leaves a member without partitions for ever.

    A join that new partitions bring about may outlast the poll it began in. By then the client has noted the new
    partitions as dealt with, finds no reason to join, and never looks at the join's answer; its heartbeats are off
    meanwhile. Asking for a rejoin makes the next poll take the answer up.
    """
    coordinator = client._coordinator  # noqa: SLF001  # Nothing public tells of a join under way.
    if coordinator.rejoining and not coordinator.need_rejoin():
        coordinator.request_rejoin()


class _Noted(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python is untyped.
    """Logs who owns what. Must return promptly: it runs on the loop that sends the heartbeats."""

    def __init__(self, group: str, forget: Callable[[Iterable[Any]], None]) -> None:
        self._group = group
        self._forget = forget

    def on_partitions_revoked(self, revoked: Iterable[Any]) -> None:
        self._forget(revoked)
        _log.info(
            "partitions revoked",
            group=self._group,
            partitions=sorted(f"{one.topic}/{one.partition}" for one in revoked),
        )

    def on_partitions_assigned(self, assigned: Iterable[Any]) -> None:
        _log.info(
            "partitions assigned",
            group=self._group,
            partitions=sorted(f"{one.topic}/{one.partition}" for one in assigned),
        )


def _native(partition: Partition) -> Any:
    return TopicPartition(partition.topic, partition.number)


def record_of(consumed: Any) -> Record:
    """The record that kafka-python has consumed."""
    return Record(
        topic=consumed.topic,
        key=consumed.key,
        value=consumed.value,
        headers=tuple((name, value or b"") for name, value in consumed.headers),
        partition=consumed.partition,
        offset=consumed.offset,
        timestamp=datetime.fromtimestamp(consumed.timestamp / 1000, UTC) if consumed.timestamp >= 0 else None,
    )
