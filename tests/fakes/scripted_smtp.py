"""A real SMTP server on a socket that answers, hangs up or stays silent exactly where a test wants it to."""

import contextlib
import socket
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Self

HANG_UP = "hang up"
"""Close the connection instead of answering."""
RESET = "reset"
"""The same, with a TCP reset."""
SILENCE = "silence"
"""Never answer."""

GOOD = {
    "connect": "220 ready",
    "ehlo": "250 ready",
    "auth": "235 welcome",
    "mail": "250 go on",
    "rcpt": "250 go on",
    "data": "354 go on",
    "end": "250 taken",
    "rset": "250 done",
}


class ScriptedSmtp:
    """Answers ``script[phase]`` where there is one, else well. ``accepted`` holds what was taken, with its content.

    ``script`` may be changed between letters. Phases: connect, ehlo, auth, mail, rcpt, data, end, rset.
    """

    def __init__(self, script: Mapping[str, str] | None = None, *, extensions: tuple[str, ...] = ()) -> None:
        self.script = dict(script or {})
        self.extensions = extensions
        self.accepted: list[bytes] = []
        self.received: list[bytes] = []
        """Contents whose end arrived, accepted or not."""
        self.connections = 0
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.1)
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def _accept(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = self._listener.accept()
                self.connections += 1
                thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(0.1)
        with connection, contextlib.suppress(ConnectionError, _Ended):
            self._answer(connection, "connect")
            buffer = b""
            while True:
                line, buffer = self._read(connection, buffer, b"\r\n")
                verb = line[:4].decode(errors="replace").lower()
                if verb == "data":
                    if self._answer(connection, "data").startswith("3"):
                        content, buffer = self._read(connection, buffer, b"\r\n.\r\n")
                        self.received.append(content)
                        # Before the answer: whoever has it may look at once.
                        if self.script.get("end", GOOD["end"]).startswith("2"):
                            self.accepted.append(content)
                        self._answer(connection, "end")
                elif verb == "quit":
                    return
                else:
                    self._answer(connection, verb)

    def _read(self, connection: socket.socket, buffer: bytes, end: bytes) -> tuple[bytes, bytes]:
        while end not in buffer:
            if self._stop.is_set():
                raise _Ended
            try:
                part = connection.recv(65536)
            except TimeoutError:
                continue
            if not part:
                raise _Ended
            buffer += part
        found, _, rest = buffer.partition(end)
        return found, rest

    def _answer(self, connection: socket.socket, phase: str) -> str:
        answer = self.script.get(phase, GOOD.get(phase, "502 unknown"))
        if answer == SILENCE:
            self._stop.wait(10)
            raise _Ended
        if answer == RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            raise _Ended
        if answer == HANG_UP:
            raise _Ended
        if phase == "ehlo" and answer.startswith("250") and self.extensions:
            lines = ["ready", *self.extensions]
            answer = "\r\n".join(f"250{'-' if line is not lines[-1] else ' '}{line}" for line in lines)
        connection.sendall(f"{answer}\r\n".encode())
        if answer.startswith("421"):
            raise _Ended
        return answer


class _Ended(Exception):
    """This connection is over."""
