"""StreamEvents for blocking programs: a window of unanswered events, sent again over a new connection when one is lost.

Three threads meet here: the caller's (reads answers, yields outcomes), a pump (reads the caller's source, which may
block for as long as it likes), and gRPC's own (asks for the next message to send). Only the book, under its
condition, is shared.
"""

import threading
from collections.abc import Iterable, Iterator

import grpc

from wismo.client.connection import BlockingConnection
from wismo.client.errors import Unavailable, WismoError, from_rpc
from wismo.client.requests import Requests
from wismo.client.results import Emission, Outcome
from wismo.client.retry import Tries
from wismo.client.unanswered import Unanswered
from wismo.orders.v1.orders_service_pb2 import StreamEventsRequest, StreamEventsResponse

_LOOK_AGAIN = 1.0  # Seconds after which a waiting thread looks by itself, should a wake-up ever be missed.


class _Feed:
    """What the threads share."""

    def __init__(self, source: Iterable[Emission], requests: Requests, book: Unanswered) -> None:
        self._source = source
        self._requests = requests
        self._changed = threading.Condition()
        self._closed = False
        self._connection = 0
        self.book = book
        self.failure: BaseException | None = None

    def pump(self) -> None:
        """Move the source into the book, never past the window. What the source raises is raised to the caller."""
        try:
            for emission in self._source:
                self._requests.record(emission)  # Refuse here what could not be sent, before it is under way.
                with self._changed:
                    self._changed.wait_for(lambda: self._closed or not self.book.full)
                    if self._closed:
                        return
                    self.book.add(emission)
                    self._changed.notify_all()
        except BaseException as failure:  # noqa: BLE001 - it belongs to the caller's thread, whatever it is.
            self.failure = failure
        finally:
            with self._changed:
                self.book.exhausted = True
                self._changed.notify_all()

    def outgoing(self) -> Iterator[StreamEventsRequest]:
        """The messages of one connection; ends when everything is answered, or a later connection has taken over."""
        with self._changed:
            self._connection += 1
            mine = self._connection
            self.book.reconnect()
            self._changed.notify_all()  # Whoever still feeds the connection before this one ends now.
        return self._messages(mine)

    def _messages(self, mine: int) -> Iterator[StreamEventsRequest]:
        while True:
            with self._changed:
                while True:
                    if self._closed or self._connection != mine or self.book.done:
                        return
                    emission = self.book.next()
                    if emission is not None:
                        break
                    self._changed.wait(_LOOK_AGAIN)
            yield StreamEventsRequest(request=self._requests.record(emission))

    def settle(self, answer: StreamEventsResponse) -> tuple[Outcome | None, float]:
        """Take an answer, and wake whoever waits for room, for work, or for the end."""
        with self._changed:
            result = self.book.settle(answer)
            self._changed.notify_all()
        return result

    def close(self) -> None:
        """No thread goes on after its current step."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


def stream_events(connection: BlockingConnection, emissions: Iterable[Emission], window: int) -> Iterator[Outcome]:
    """See WismoClient.stream."""

    def new_tries() -> Tries:
        return Tries(connection.retry, connection.timeout)

    book = Unanswered(window, new_tries)
    feed = _Feed(emissions, connection.requests, book)
    threading.Thread(target=feed.pump, name="wismo-stream-pump", daemon=True).start()
    tries = new_tries()
    try:
        while not book.done:
            error: WismoError = Unavailable("the server ended the stream", code=grpc.StatusCode.UNAVAILABLE)
            call = connection.orders.StreamEvents(feed.outgoing(), metadata=connection.metadata)
            try:
                for answer in call:
                    tries = new_tries()  # It works: a later loss has its full time again.
                    outcome, seconds = feed.settle(answer)
                    if outcome is not None:
                        yield outcome
                    if seconds:
                        connection.sleep(seconds)
            except grpc.RpcError as raised:
                error = from_rpc(raised)
            finally:
                call.cancel()  # type: ignore[no-untyped-call]  # The stubs of grpc leave it untyped.
            if not book.done:
                tries.timeout()
                pause = tries.wait(error)
                if pause is None:
                    raise error
                connection.sleep(pause)
        if feed.failure is not None:
            raise feed.failure
    finally:
        feed.close()
