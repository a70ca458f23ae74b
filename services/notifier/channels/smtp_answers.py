"""From what an SMTP server answers to our outcome: one table."""

from enum import StrEnum, auto

from notifier.channels.outcome import Outcome, Rejected, Retry, Sent, Unknown


class Phase(StrEnum):
    """How far the conversation has come."""

    CONNECT = auto()
    EHLO = auto()
    TLS = auto()
    AUTH = auto()
    MAIL = auto()
    RCPT = auto()
    DATA = auto()
    END_OF_DATA = auto()


# Before MAIL nothing is about the letter: whatever the server says there, the way is blocked for all of them.
OURS = frozenset({Phase.CONNECT, Phase.EHLO, Phase.TLS, Phase.AUTH})
# What a good answer begins with (RFC 5321, section 4.3.2); 251 and 252 are good answers to RCPT.
GOOD = dict.fromkeys(Phase, 2) | {Phase.DATA: 3}
# Codes with the meaning "this server, now" rather than "this letter": closing (421), local trouble (451) at MAIL is
# left to 4xx,
# bad sequence (503) and authentication wanted (530) are a matter between us and the server (RFC 5321, 4.2.3; RFC 4954,
# 6).
ABOUT_THE_SERVER = frozenset({421, 500, 502, 503, 530, 535, 538})


def outcome_of(phase: Phase, code: int) -> Outcome | None:
    """What an answer means; None when the conversation goes on.

    A code that is none (smtplib hands over -1 for garbage) is taken as a lost connection.
    """
    if not 200 <= code <= 599:
        return outcome_of_loss(phase)
    if code // 100 == GOOD[phase]:
        return Sent() if phase == Phase.END_OF_DATA else None
    reason = f"{phase.value} {code}"
    if phase in OURS or code in ABOUT_THE_SERVER:
        return Retry(reason, ours=True)
    if code // 100 == 5:
        return Rejected(reason)
    if code // 100 == 4:
        return Retry(reason)
    # 1xx, 2xx or 3xx where another class was due: the two sides are out of step.
    return outcome_of_loss(phase)


def outcome_of_loss(phase: Phase) -> Outcome:
    """What a lost or silent connection means: before the end of the data nothing was accepted, after it nobody
    knows.
    """
    reason = f"connection lost at {phase.value}"
    return Unknown(reason) if phase == Phase.END_OF_DATA else Retry(reason, ours=True)
