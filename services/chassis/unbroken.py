"""Keeps cancellation out of calls that do not bear it."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def unbroken(work: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Let ``work`` run to its own end in a task of its own, even when whoever awaits it is cancelled or out of time.

    For every use of the asyncio MongoDB client outside a task that nobody cancels. That client's lock does not survive
    a cancellation while it waits for a server: the waiting task releases a lock that it does not hold, and from then on
    no call of the whole process gets through (seen with pymongo 4.20 after a killed database; the deadline of a call is
    enough). The work still ends: the client's own timeouts bound it. Its outcome, if nobody waits for it any more, is
    dropped.
    """

    @wraps(work)
    async def in_its_own_task(*args: P.args, **kwargs: P.kwargs) -> T:
        task = asyncio.ensure_future(work(*args, **kwargs))
        _running.add(task)
        task.add_done_callback(_ended)
        return await asyncio.shield(task)

    return in_its_own_task


# The event loop holds tasks only weakly.
_running: set["asyncio.Task[Any]"] = set()


def _ended(task: "asyncio.Task[Any]") -> None:
    _running.discard(task)
    if not task.cancelled():
        task.exception()  # Asked for, so that nobody is warned of an error that nobody waits for.
