"""The projector's process: consume until stopped."""

from prometheus_client import REGISTRY, CollectorRegistry, Gauge

from chassis.kafka import LoopStats, TooManyDeadLetters, run_consumer
from chassis.logs import get_logger
from chassis.mongo import is_unavailable
from chassis.ops import OpsServer
from chassis.settings import Address
from chassis.shutdown import StopSignal
from status_page.bootstrap import ProjectorParts

_log = get_logger(__name__)

LAG = Gauge("wismo_projector_lag", "Records not yet polled, over all partitions of this process.", registry=None)
HANDLED = Gauge("wismo_projector_records", "Records handled since the start.", ["outcome"], registry=None)


def expose(registry: CollectorRegistry = REGISTRY) -> None:
    """Show them at /metrics. For the projector's process, once."""
    registry.register(LAG)
    registry.register(HANDLED)


def run(parts: ProjectorParts, stop: StopSignal, ops_listen: Address | None) -> int:
    """Project until ``stop``; the exit code: 0, or 1 when too many records had to be set aside. Once a process."""
    expose()
    stats = LoopStats()
    HANDLED.labels("stored").set_function(lambda: stats.handled)
    HANDLED.labels("dead").set_function(lambda: stats.dead)
    ops = OpsServer(ops_listen, parts.health).start() if ops_listen else None
    heartbeat = parts.health.heartbeat("projector", max_age=120.0)
    try:
        run_consumer(
            parts.consumer,
            parts.projector.handle,
            stop,
            dead_letters=parts.dead_letters,
            is_unavailable=is_unavailable,
            backoff=parts.backoff,
            heartbeat=heartbeat,
            after_poll=lambda: LAG.set(sum(parts.consumer.lag().values())),
            stats=stats,
        )
    except TooManyDeadLetters as error:
        _log.error("projector stops", reason=str(error))
        return 1
    finally:
        parts.health.drain()
        parts.consumer.close()
        parts.producer.close()
        if ops is not None:
            ops.close()
    return 0
