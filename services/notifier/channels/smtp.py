"""Mail over SMTP, with the phases kept apart that smtplib's own `sendmail` throws together.

One connection per sender thread, kept between letters. It is made anew when the server has closed it meanwhile, which
costs no
attempt: nothing of the letter had been said.
"""

import re
import smtplib
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from chassis.crash_points import crash_point
from chassis.logs import get_logger
from notifier.channels.outcome import Letter, Outcome, Retry
from notifier.channels.smtp_answers import Phase, outcome_of, outcome_of_loss
from notifier.channels.smtp_trouble import trouble

_log = get_logger(__name__)

# RFC 5321 names five minutes for most answers. Senders are few and the ledger remembers, so we give up sooner, except
# after the end
# of the data, where giving up early makes duplicates.
ANSWER_SECONDS = 30.0
END_OF_DATA_SECONDS = 120.0

# RFC 5321, section 4.5.2: a line that begins with a dot gets another one.
_LEADING_DOT = re.compile(rb"(?m)^\.")


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail goes: parsed from ``smtp://[user:password@]host[:port][?starttls=true]`` or ``smtps://…``."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    implicit_tls: bool = False
    starttls: bool = False
    ca_file: Path | None = None

    @classmethod
    def parse(cls, url: str, ca_file: Path | None = None) -> "SmtpServer":
        """The parts of the URL, and who vouches for the server. Default ports: 25 for smtp, 465 for smtps."""
        parts = urlsplit(url)
        implicit = parts.scheme == "smtps"
        return cls(
            host=parts.hostname or "localhost",
            port=parts.port or (465 if implicit else 25),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            implicit_tls=implicit,
            starttls=parse_qs(parts.query).get("starttls", ["false"])[0].lower() in {"true", "1", "yes"},
            ca_file=ca_file,
        )

    @property
    def encrypted(self) -> bool:
        """Whether nothing of a letter, nor the login, goes out without TLS."""
        return self.implicit_tls or self.starttls

    @property
    def local(self) -> bool:
        """Whether it runs on this machine, such as one that passes mail on, or as a sidecar."""
        return self.host == "localhost" or self.host.startswith("127.") or self.host == "::1"

    def __repr__(self) -> str:
        return f"SmtpServer({self.host}:{self.port})"


class SmtpChannel:
    """``Channel`` over one kept SMTP connection. For one thread."""

    def __init__(
        self,
        server: SmtpServer,
        *,
        local_name: str = "",
        answer_seconds: float = ANSWER_SECONDS,
        end_of_data_seconds: float = END_OF_DATA_SECONDS,
        idle_seconds: float = 60.0,
        tls: ssl.SSLContext | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._server = server
        self._local_name = local_name or None
        self._answer_seconds = answer_seconds
        self._end_of_data_seconds = end_of_data_seconds
        self._idle_seconds = idle_seconds
        self._tls = tls
        self._monotonic = monotonic
        self._connection: smtplib.SMTP | None = None
        self._used_at = 0.0

    def send(self, letter: Letter, before_data: Callable[[], bool]) -> Outcome:
        reused = self._connection is not None
        if reused and self._monotonic() - self._used_at > self._idle_seconds:
            self.close()
            reused = False
        conversation = _Conversation(self._server.implicit_tls)
        outcome = self._attempt(conversation, letter, before_data)
        stale = reused and conversation.phase == Phase.MAIL and isinstance(outcome, Retry) and outcome.ours
        if stale:
            # The server had closed the kept connection; nothing of this letter was said, so it is no failed attempt.
            conversation = _Conversation(self._server.implicit_tls)
            outcome = self._attempt(conversation, letter, before_data)
        self._used_at = self._monotonic()
        return outcome

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            # No QUIT: it could block on a server that is gone, and a closed socket says the same.
            connection.close()

    def _attempt(self, conversation: "_Conversation", letter: Letter, before_data: Callable[[], bool]) -> Outcome:
        try:
            outcome = self._talk(conversation, letter, before_data)
        except smtplib.SMTPResponseException as answer:
            conversation.code, conversation.error = int(answer.smtp_code), answer
            outcome = outcome_of(conversation.phase, int(answer.smtp_code)) or outcome_of_loss(conversation.phase)
            self.close()
        except (smtplib.SMTPException, OSError, ssl.SSLError, ValueError) as error:
            # ValueError: smtplib raises it for an answer whose code is no number.
            conversation.code, conversation.error = 0, error
            outcome = outcome_of_loss(conversation.phase)
            self.close()
        if isinstance(outcome, Retry) and outcome.ours and (word := conversation.trouble()):
            _log.warning("the mail server does not take us in", reason=outcome.reason, why=word)
        return outcome

    def _talk(self, conversation: "_Conversation", letter: Letter, before_data: Callable[[], bool]) -> Outcome:
        smtp = self._connection
        if smtp is None:
            opened = self._open(conversation)
            if not isinstance(opened, smtplib.SMTP):
                self.close()
                return opened
            smtp = opened
        assert smtp.sock is not None
        refused = conversation.ask(
            Phase.MAIL, lambda: smtp.mail(letter.sender, ["BODY=8BITMIME"] if smtp.has_extn("8bitmime") else [])
        )
        refused = refused or conversation.ask(Phase.RCPT, lambda: smtp.rcpt(letter.recipient))
        if refused is not None:
            return self._after_refusal(smtp, refused)
        if not before_data():
            return self._after_refusal(smtp, Retry("the claim has ended"))
        crash_point("notifier.send.before_data")
        refused = conversation.ask(Phase.DATA, lambda: smtp.docmd("data"))
        if refused is not None:
            return self._after_refusal(smtp, refused)
        stuffed = _LEADING_DOT.sub(b"..", letter.content)
        smtp.send(stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n")
        conversation.phase = Phase.END_OF_DATA
        smtp.sock.settimeout(self._end_of_data_seconds)
        smtp.send(b".\r\n")
        crash_point("notifier.send.after_data")
        code, _ = smtp.getreply()
        smtp.sock.settimeout(self._answer_seconds)
        outcome = outcome_of(Phase.END_OF_DATA, code)
        assert outcome is not None  # The end of the data is the end of the conversation.
        if code == 421 or not 200 <= code <= 599:
            self.close()
        return outcome

    def _after_refusal(self, smtp: smtplib.SMTP, refused: Outcome) -> Outcome:
        """Ready the connection for the next letter; one that is out of step or closing is given up."""
        if isinstance(refused, Retry) and refused.ours:
            self.close()
            return refused
        try:
            if smtp.rset()[0] != 250:
                self.close()
        except (smtplib.SMTPException, OSError, ValueError):
            self.close()
        return refused

    def _open(self, conversation: "_Conversation") -> smtplib.SMTP | Outcome:
        server, seconds = self._server, self._answer_seconds
        conversation.phase = Phase.CONNECT
        smtp = (
            smtplib.SMTP_SSL(local_hostname=self._local_name, timeout=seconds, context=self._context())
            if server.implicit_tls
            else smtplib.SMTP(local_hostname=self._local_name, timeout=seconds)
        )
        # smtplib checks the certificate against this name, which only its constructor sets, where it would connect at
        # once.
        smtp._host = server.host  # type: ignore[attr-defined]  # noqa: SLF001  # Private, but stable since 3.3.
        self._connection = smtp
        refused = conversation.ask(Phase.CONNECT, lambda: smtp.connect(server.host, server.port))
        if refused is not None:
            return refused
        if smtp.sock is not None:
            # Commands are small and each waits for its answer.
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        refused = conversation.ask(Phase.EHLO, smtp.ehlo)
        if refused is None and server.starttls:
            refused = conversation.ask(Phase.TLS, lambda: smtp.starttls(context=self._context()))
            refused = refused or conversation.ask(Phase.EHLO, smtp.ehlo)
        if refused is None and server.user:
            refused = conversation.ask(Phase.AUTH, lambda: _log_in(smtp, server))
        return refused if refused is not None else smtp

    def _context(self) -> ssl.SSLContext:
        return self._tls or ssl.create_default_context(cafile=self._server.ca_file)


def _log_in(smtp: smtplib.SMTP, server: SmtpServer) -> tuple[int, bytes]:
    if (server.user + server.password).isascii():
        return smtp.login(server.user, server.password)
    # smtplib can only say ASCII; RFC 4616 has PLAIN in UTF-8.
    said = f"\0{server.user}\0{server.password}".encode()
    return smtp.docmd("AUTH", f"PLAIN {b64encode(said).decode('ascii')}")


class _Conversation:
    """Notes the phase before each question, so that whatever is raised can be judged by it."""

    def __init__(self, implicit_tls: bool) -> None:
        self.phase = Phase.TLS if implicit_tls else Phase.CONNECT
        self.code = 0
        self.error: Exception | None = None

    def trouble(self) -> str | None:
        """Which setting may be to blame for where it ended."""
        return trouble(self.phase, self.code, self.error)

    def ask(self, phase: Phase, question: Callable[[], tuple[int, bytes]]) -> Outcome | None:
        self.phase = phase
        self.code, _ = question()
        return outcome_of(phase, self.code)
