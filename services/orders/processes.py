"""The processes of this service: how the parts start, run together and stop."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any, Self

from chassis.health import Health
from chassis.kafka import BrokerUnavailable, broker_answers, ensure_topics
from chassis.logs import get_logger
from chassis.mongo import connect_async, ensure_indexes_async, trouble
from chassis.ops import OpsServer
from chassis.settings import Address
from chassis.shutdown import StopSignal
from orders.adapters.mongo_sessions import GroupSessions
from orders.adapters.schema import COLLECTIONS
from orders.bootstrap import RelayParts, build_api, build_relay, database_is_well, topics
from orders.measures import Measures
from orders.settings import Settings

_log = get_logger(__name__)
_RETRY_SECONDS = 0.3
# Kubernetes gives 30 s by default: a call lasts 10 s at most, the rest is for the last group and the leases.
_GRACE_SECONDS = 12.0
_DATABASE_SECONDS = 3.0


async def serve(settings: Settings, stop: StopSignal) -> None:
    """The API, with the relay inside unless that is off, until `stop`. Raises what ends a part that must not end."""
    measures = Measures()
    health = Health()
    client = connect_async(settings.database_url, "orders", timeout=_DATABASE_SECONDS)
    prepared = asyncio.Event()
    relay: RelayParts | None = None

    async def is_well() -> bool:
        return prepared.is_set() and await database_is_well(client)

    def wake_relay() -> None:
        if relay is not None:
            relay.relay.wake()

    api = build_api(settings, client, measures, is_well, wake_relay)
    if settings.relay == "inline":
        relay = build_relay(settings, client, measures, api.server.address)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(client.close)
        _start_ops(stack, settings, health)
        await api.server.start()
        health.add_check("database", _ready(asyncio.get_running_loop(), is_well))

        async def prepare_and_take_in() -> None:
            await _prepare(client[settings.database], api.sessions)
            prepared.set()
            await api.intake.run()

        parts = [prepare_and_take_in(), api.sessions.keep(), _once(prepared, api.transits.keep)]
        if relay:
            parts += [_relay(settings, relay, health, prepared), _once(prepared, relay.learner.run)]
        async with _Together(parts) as together:
            await together.until(stop)
            _log.info("stopping", reason=stop.reason)
            health.drain()
            api.begin_to_stop()
            await api.server.stop(_GRACE_SECONDS)
            await api.intake.drain()
            if relay:
                # What was committed last goes out before the process does, if broker and database are well.
                await _last_lap(relay)
    _log.info("stopped")


async def relay_only(settings: Settings, stop: StopSignal) -> None:
    """The relay by itself, until `stop`."""
    measures = Measures()
    health = Health()
    client = connect_async(settings.database_url, "orders-relay", timeout=_DATABASE_SECONDS)
    prepared = asyncio.Event()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(client.close)
        relay = build_relay(settings, client, measures, _start_ops(stack, settings, health))
        health.add_check("broker", lambda: broker_answers(settings.brokers, timeout=1.5))

        async def prepare() -> None:
            await _prepare(client[settings.database])
            prepared.set()
            await asyncio.Event().wait()

        parts = [prepare(), _relay(settings, relay, health, prepared), _once(prepared, relay.learner.run)]
        async with _Together(parts) as together:
            await together.until(stop)
            health.drain()
            await _last_lap(relay)
    _log.info("stopped")


async def prepare_only(settings: Settings, stop: StopSignal) -> None:
    """Make what is missing of collections, indexes and topics, and end. Waits for database and broker; idempotent."""
    client = connect_async(settings.database_url, "orders-prepare", timeout=_DATABASE_SECONDS)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(client.close)

        async def prepare() -> None:
            await _prepare(client[settings.database])
            await _make_topics(settings)

        work = asyncio.create_task(prepare())
        waiting = asyncio.create_task(stop.wait_async())
        await asyncio.wait([work, waiting], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not work.done():
            work.cancel()
            raise OSError("stopped before database and broker were ready")
        await work


class _Together:
    """Tasks none of which may end before the others: the first to end ends the process with its error."""

    def __init__(self, parts: list[Coroutine[Any, Any, None]]) -> None:
        self._parts = parts
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(part) for part in self._parts]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def until(self, stop: StopSignal) -> None:
        waiting = asyncio.create_task(stop.wait_async())
        done, _ = await asyncio.wait([waiting, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        for task in done - {waiting}:
            task.result()
            raise RuntimeError("a part ended although nothing stopped it")


async def _relay(settings: Settings, parts: RelayParts, health: Health, prepared: asyncio.Event) -> None:
    await prepared.wait()
    await _make_topics(settings)
    parts.relay.beat = health.heartbeat("relay", max_age=120.0)
    await parts.relay.run()


async def _make_topics(settings: Settings) -> None:
    """The topics that are missing. Waits for a broker that is down."""
    while True:
        try:
            made = await asyncio.to_thread(ensure_topics, settings.brokers, topics(settings))
        except BrokerUnavailable as error:
            _log.warning("broker unavailable, trying again", bootstrap=str(settings.brokers), reason=str(error))
            await asyncio.sleep(_RETRY_SECONDS * 3)
        else:
            _log.info("topics ready", made=list(made))
            return


async def _once(prepared: asyncio.Event, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
    await prepared.wait()
    await run()


async def _last_lap(parts: RelayParts) -> None:
    try:
        async with asyncio.timeout(5):
            for first, last in parts.shards.ranges():
                await parts.relay.lap(first, last)
            await parts.shards.give_back()
    except Exception as error:  # noqa: BLE001  # Nothing is lost: what waits is in the outbox, and leases run out.
        _log.warning("left without a last lap", error_kind=type(error).__name__)
    await asyncio.to_thread(parts.producer.close)


async def _prepare(database: Any, sessions: GroupSessions | None = None) -> None:
    """Collections and indexes, before anything is written. Waits for a database that is down."""
    while True:
        try:
            await ensure_indexes_async(database, COLLECTIONS)
            if sessions is not None:
                await sessions.end_own_past()
        except Exception as error:  # noqa: BLE001  # Whatever it is, health says NOT_SERVING and the log says why.
            _log.warning("database unavailable, trying again", reason=trouble(error))
            await asyncio.sleep(_RETRY_SECONDS)
        else:
            return


def _start_ops(stack: AsyncExitStack, settings: Settings, health: Health) -> Address | None:
    """The operations port, if one is wanted; where it listens."""
    if settings.ops_listen is None:
        return None
    ops = stack.enter_context(OpsServer(settings.ops_listen, health))
    _log.info("operations", listen=str(ops.address))
    return ops.address


def _ready(loop: asyncio.AbstractEventLoop, is_well: Any) -> Any:
    """A readiness check for the operations port, which asks from its own threads."""

    def check() -> str | None:
        well = asyncio.run_coroutine_threadsafe(is_well(), loop).result(2.0)
        return None if well else "the database does not answer"

    return check
