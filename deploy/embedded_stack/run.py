"""One run of the embedded stack, from the first check to the last process."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psutil

from embedded_stack.addresses import Addresses
from embedded_stack.downloads import DemoFile, write_demo_files
from embedded_stack.keys import InstallationKeys, installation_keys
from embedded_stack.parts import SERVERS, inbox_of, stack_parts
from embedded_stack.screen import Screen
from embedded_stack.servers.data_folder import DataFolder
from embedded_stack.settings import StackSettings
from embedded_stack.signpost import put_up_signpost
from embedded_stack.supervisor import DoesNotStartError, Supervisor

if TYPE_CHECKING:
    from embedded_stack.demo import Demo


async def run_stack(settings: StackSettings, folder: DataFolder, *, with_parent: bool) -> int:
    """Run until told to stop; the exit code. The caller owns `folder`. Raises PortTakenError before any start."""
    # Each part's readiness is asked in a thread of its own; the default is too few of them on a small machine.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(24))
    keys = installation_keys(settings.data_dir)
    addresses = Addresses.of(settings)
    parts = stack_parts(settings, addresses, keys)
    screen = Screen(parts, servers=SERVERS, raw=settings.log_format == "json")
    supervisor = Supervisor(parts, screen, logs=settings.data_dir / "logs", pids=folder)
    with told_to_stop(supervisor, with_parent=with_parent) as stop:
        story = asyncio.create_task(_story(settings, addresses, keys, supervisor, screen))
        waiting = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([story, waiting], return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                screen.note("stopping", "bold")
                return 0
            story.result()
        except DoesNotStartError as error:
            screen.note(f"{error}\nAll of its log: {settings.data_dir / 'logs'}", "red")
        finally:
            story.cancel()
            waiting.cancel()
            await asyncio.gather(story, waiting, return_exceptions=True)
            began = time.monotonic()
            await supervisor.stop()
            screen.note(f"everything stopped in {time.monotonic() - began:.1f} s", "dim")
    return 1


async def _story(
    settings: StackSettings, addresses: Addresses, keys: InstallationKeys, supervisor: Supervisor, screen: Screen
) -> None:
    """Start, show something worth seeing, keep running. Ends only with an error, or cancelled."""
    with screen:
        files = await asyncio.to_thread(write_demo_files, settings.data_dir / "downloads")
        await supervisor.start()
    demo = await asyncio.to_thread(_demo, settings, addresses, keys, files, screen)
    put_up_signpost(screen.console, demo, addresses, settings.data_dir, seconds_since_start())
    await supervisor.run()


def _demo(
    settings: StackSettings, addresses: Addresses, keys: InstallationKeys, files: list[DemoFile], screen: Screen
) -> "Demo | None":
    # Imported late: the client takes a second to import, which Kafka needs more urgently at the start.
    from embedded_stack.demo import DemoFailedError, send_demo

    if settings.demo == "off":
        return None
    try:
        return send_demo(settings.data_dir, addresses, keys, files, inbox_of(settings), screen.note)
    except DemoFailedError as error:
        screen.note(f"The demo orders could not be sent: {error}", "yellow")
        return None


def seconds_since_start() -> float:
    """How long this process has lived, its own imports included."""
    return time.time() - psutil.Process().create_time()


@contextlib.contextmanager
def told_to_stop(supervisor: Supervisor, *, with_parent: bool) -> Iterator[asyncio.Event]:
    """An event set by Ctrl-C, TERM, a closed terminal, or the end of the parent. A second signal asks no more."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    watching = loop.create_task(_end_of_parent(stop)) if with_parent else None

    def told() -> None:
        if stop.is_set():
            supervisor.kill()
        stop.set()

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in signals:
        loop.add_signal_handler(number, told)
    try:
        yield stop
    finally:
        if watching is not None:
            watching.cancel()
        for number in signals:
            loop.remove_signal_handler(number)


async def _end_of_parent(stop: asyncio.Event) -> None:
    parent = os.getppid()
    while os.getppid() == parent:  # noqa: ASYNC110 - No event tells the end of another process' life.
        await asyncio.sleep(0.5)
    stop.set()
