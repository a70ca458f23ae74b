"""MongoDB: typed clients with explicit limits, majority and journal on every write, majority on every read, and
transactions bounded by a deadline. docs/mongodb.md says what that means for an installation.

Every function is there for the blocking client and, with ``_async`` at its end, for the asyncio one.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from pymongo import AsyncMongoClient, IndexModel, MongoClient, WriteConcern
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import (
    CollectionInvalid,
    ConnectionFailure,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    WTimeoutError,
)
from pymongo.read_concern import ReadConcern

from chassis.backoff import Backoff

Document = dict[str, Any]
T = TypeVar("T")

_UNAUTHORIZED = 13
_AUTHENTICATION_FAILED = 18
_NAMESPACE_EXISTS = 48
# What the driver's text holds when a connection fails, the more exact first, and which setting mends it.
_SIGNS = {
    "certificate verify failed": "the database's certificate is not trusted, see WISMO_MONGO_CA_FILE",
    "certificate required": "the database wants our certificate, see WISMO_MONGO_CERT_FILE",
    "certificate_required": "the database wants our certificate, see WISMO_MONGO_CERT_FILE",
    "ssl": "no TLS with the database, see tls=… in WISMO_MONGO_URL, and WISMO_MONGO_CA_FILE",
    "connection closed": "the database hangs up; does it want TLS? See WISMO_MONGO_CA_FILE",
    "reset by peer": "the database hangs up; does it want TLS? See WISMO_MONGO_CA_FILE",
}
_TRANSIENT = "TransientTransactionError"
_COMMIT_UNKNOWN = "UnknownTransactionCommitResult"
# Short: a conflict is over as soon as the other transaction has committed, which takes milliseconds.
_BACKOFF = Backoff(initial=0.005, maximum=0.25)


@dataclass(frozen=True, slots=True)
class CollectionSpec:
    """A collection that must exist, with its indexes."""

    name: str
    indexes: Sequence[IndexModel] = ()
    options: Document = field(default_factory=dict)
    """What the ``create`` command takes besides the name (a validator, say); used only when the collection is made."""


def connect(url: str, app: str, *, timeout: float = 5.0, pool: int = 50) -> MongoClient[Document]:
    """A client with majority and journal, aware UTC times. Connects in the background; make it after a fork, share
    it by threads.

    ``timeout`` bounds the choice of a server and a connection, and twice it an answer, in seconds. ``app`` shows in the
    server's log.
    """
    return MongoClient(url, **_options(app, timeout, pool))


def connect_async(url: str, app: str, *, timeout: float = 5.0, pool: int = 100) -> AsyncMongoClient[Document]:
    """The same for asyncio. Make it inside the event loop that uses it."""
    return AsyncMongoClient(url, **_options(app, timeout, pool))


def ensure_indexes(database: Database[Document], collections: Sequence[CollectionSpec]) -> None:
    """Make the collections and indexes that are missing. Idempotent, safe from several processes at once.

    Call it before the first transaction: one that has to make a collection or waits for an index fails or is slow.
    Raises OperationFailure when an index of the same name and another shape is there.
    """
    for spec in collections:
        try:
            database.create_collection(spec.name, check_exists=False, **spec.options)
        except (CollectionInvalid, OperationFailure) as error:
            _unless_it_exists(error)
        if spec.indexes:
            database[spec.name].create_indexes(list(spec.indexes))


async def ensure_indexes_async(database: AsyncDatabase[Document], collections: Sequence[CollectionSpec]) -> None:
    """``ensure_indexes`` for asyncio."""
    for spec in collections:
        try:
            await database.create_collection(spec.name, check_exists=False, **spec.options)
        except (CollectionInvalid, OperationFailure) as error:
            _unless_it_exists(error)
        if spec.indexes:
            await database[spec.name].create_indexes(list(spec.indexes))


def database_now(database: Database[Document]) -> datetime:
    """The server's clock, aware, in UTC.

    What leases and due times are measured by, so that no process' clock matters.
    """
    return _as_utc(database.command("hello")["localTime"])


async def database_now_async(database: AsyncDatabase[Document]) -> datetime:
    """``database_now`` for asyncio."""
    return _as_utc((await database.command("hello"))["localTime"])


def run_transaction(
    client: MongoClient[Document],
    work: Callable[[ClientSession], T],
    *,
    deadline: float = 5.0,
    backoff: Backoff = _BACKOFF,
) -> T:
    """Run ``work`` in one snapshot transaction and commit it; what ``work`` returned.

    ``work`` gets the session, must pass it on to every operation, and runs again after a write conflict, so it must do
    nothing else that cannot be repeated. No attempt begins later than ``deadline`` seconds from now (pymongo's own
    with_transaction goes on for 120 s, longer than any caller waits). Past it the last error is raised; after a commit
    whose answer was lost that means "perhaps committed".
    """
    give_up_at = time.monotonic() + deadline
    with client.start_session() as session:
        for wait in backoff.delays():
            try:
                with session.start_transaction(**_TRANSACTION):
                    result = work(session)
                    # Committing inside lets the context manager abort after any error before it.
                    _commit(session, give_up_at, backoff)
                    return result
            except PyMongoError as error:
                if not error.has_error_label(_TRANSIENT) or time.monotonic() + wait > give_up_at:
                    raise
            time.sleep(wait)
    raise AssertionError("the waits have no end")


async def run_transaction_async(
    client: AsyncMongoClient[Document],
    work: Callable[[AsyncClientSession], Awaitable[T]],
    *,
    deadline: float = 5.0,
    backoff: Backoff = _BACKOFF,
) -> T:
    """``run_transaction`` for asyncio."""
    give_up_at = time.monotonic() + deadline
    async with client.start_session() as session:
        for wait in backoff.delays():
            try:
                async with await session.start_transaction(**_TRANSACTION):
                    result = await work(session)
                    await _commit_async(session, give_up_at, backoff)
                    return result
            except PyMongoError as error:
                if not error.has_error_label(_TRANSIENT) or time.monotonic() + wait > give_up_at:
                    raise
            await asyncio.sleep(wait)
    raise AssertionError("the waits have no end")


def is_unavailable(error: BaseException) -> bool:
    """Whether the error means that the database is down, cut off, too slow or changing its primary: wait and try again.

    So is one that does not let us in, as while a password is changed: it is no fault of what we were about to do. False
    for whatever another attempt would meet again: a duplicate key, a bad query.
    """
    if isinstance(error, ConnectionFailure | ExecutionTimeout | WTimeoutError) or _is_refusal(error):
        return True
    return isinstance(error, PyMongoError) and (
        error.timeout
        or any(error.has_error_label(label) for label in (_TRANSIENT, _COMMIT_UNKNOWN, "RetryableWriteError"))
    )


def trouble(error: BaseException) -> str:
    """A word on an error, with the name of the setting to mend where it is one of the connection. Holds no secret, nor
    anything of a document: the driver's text is only searched.
    """
    kind, said = type(error).__name__, str(error)
    if _is_refusal(error):
        what = "wants a login" if "requires authentication" in said else "refuses the login"
        return f"{kind}: the database {what}, see WISMO_MONGO_URL: user, password, authSource, and the user's roles"
    if isinstance(error, ConnectionFailure):
        for sign, word in _SIGNS.items():
            if sign in said.lower():
                return f"{kind}: {word}"
    return kind


def database_answers(client: MongoClient[Document]) -> Callable[[], str | None]:
    """A readiness check: None when the database answers a ping."""

    def check() -> str | None:
        try:
            client.admin.command("ping")
        except PyMongoError as error:
            return trouble(error)
        return None

    return check


def _is_refusal(error: BaseException) -> bool:
    return isinstance(error, OperationFailure) and error.code in {_UNAUTHORIZED, _AUTHENTICATION_FAILED}


_TRANSACTION: dict[str, Any] = {
    "read_concern": ReadConcern("snapshot"),
    "write_concern": WriteConcern(w="majority", j=True, wtimeout=10_000),
}


def _options(app: str, timeout: float, pool: int) -> dict[str, Any]:
    milliseconds = int(timeout * 1000)
    return {
        "appname": app,
        "w": "majority",
        "journal": True,
        "wTimeoutMS": 2 * milliseconds,
        # Never act on what a new primary might take back.
        "readConcernLevel": "majority",
        "retryWrites": True,
        "retryReads": True,
        "tz_aware": True,
        "tzinfo": UTC,
        "connectTimeoutMS": milliseconds,
        "serverSelectionTimeoutMS": milliseconds,
        "socketTimeoutMS": 2 * milliseconds,
        "waitQueueTimeoutMS": milliseconds,
        "maxPoolSize": pool,
    }


def _as_utc(time_of_server: datetime) -> datetime:
    # Command answers are decoded without the client's options, so that the time comes without its zone.
    return time_of_server.replace(tzinfo=UTC) if time_of_server.tzinfo is None else time_of_server.astimezone(UTC)


def _unless_it_exists(error: PyMongoError) -> None:
    if (
        isinstance(error, OperationFailure)
        and not isinstance(error, CollectionInvalid)
        and error.code != _NAMESPACE_EXISTS
    ):
        raise error


def _commit(session: ClientSession, give_up_at: float, backoff: Backoff) -> None:
    for wait in backoff.delays():
        try:
            session.commit_transaction()
        except PyMongoError as error:
            # The commit alone may be repeated: the server knows the transaction by its number.
            if not error.has_error_label(_COMMIT_UNKNOWN) or time.monotonic() + wait > give_up_at:
                raise
        else:
            return
        time.sleep(wait)


async def _commit_async(session: AsyncClientSession, give_up_at: float, backoff: Backoff) -> None:
    for wait in backoff.delays():
        try:
            await session.commit_transaction()
        except PyMongoError as error:
            if not error.has_error_label(_COMMIT_UNKNOWN) or time.monotonic() + wait > give_up_at:
                raise
        else:
            return
        await asyncio.sleep(wait)
