"""The process of `python -m status_page inbound`: poll until stopped."""

from chassis.ops import OpsServer
from chassis.shutdown import StopSignal
from status_page.inbound.bootstrap import make_inbound
from status_page.inbound.measures import expose
from status_page.inbound.settings import InboundSettings


def run(settings: InboundSettings, stop: StopSignal) -> int:
    """Poll until ``stop``; the exit code. Once a process."""
    expose()
    parts = make_inbound(settings)
    ops = OpsServer(settings.ops_listen, parts.health).start() if settings.ops_listen else None
    heartbeat = parts.health.heartbeat("inbound", max_age=300.0)
    try:
        parts.poller.run(stop, settings.poll_seconds, heartbeat)
    finally:
        parts.health.drain()
        if ops is not None:
            ops.close()
    return 0
