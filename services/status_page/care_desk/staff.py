"""Who works at the desk: roles, sessions, and the ports by which a key is recognised and a session is kept."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Protocol

from chassis.sealing import Sealed
from wismo.orders.v1 import merchant_pb2

RECHECK = timedelta(seconds=60)
"""After this time the key is asked for again: one that was revoked opens nothing any longer."""
GRACE = timedelta(minutes=15)
"""For so long a session goes on while nobody can say whether its key still works."""
KEY_SESSION = timedelta(hours=12)
OIDC_SESSION = timedelta(hours=1)
"""Short, because the provider is asked only at login; its own session makes the next one a matter of a click."""


class Role(IntEnum):
    """What somebody may do. Each may do what those before it may."""

    READER = 1
    AGENT = 2
    ADMIN = 3


ROLE_OF_SCOPE = {
    merchant_pb2.API_KEY_SCOPE_CARE_READER: Role.READER,
    merchant_pb2.API_KEY_SCOPE_CARE_AGENT: Role.AGENT,
    merchant_pb2.API_KEY_SCOPE_CARE_ADMIN: Role.ADMIN,
}
"""Every other scope is a backend's, and opens no desk."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody, as the key or the provider says."""

    merchant: str
    """Resource name."""
    role: Role
    name: str
    """As colleagues see it."""
    by: str
    """What it was proved with, for the audit log: the key's resource name, or the provider's subject."""


@dataclass(frozen=True, slots=True)
class StaffSession:
    """A login. ``id`` is a digest of what the cookie holds: whoever reads the database cannot log in with it."""

    id: str
    identity: Identity
    checked_at: datetime
    until: datetime
    key: Sealed | None = field(default=None, repr=False)
    """The care key, to be checked again; None after a login by OIDC."""


class KeysUnknown(Exception):
    """Nobody can say now whether a key works."""


class KeyHolders(Protocol):
    """Who stands behind a care key."""

    def identify(self, key: str) -> Identity | None:
        """Its holder; None for a key that opens no desk. Blocks for seconds at most. Raises KeysUnknown."""
        ...


class StaffSessions(Protocol):
    """Where logins are kept, for all processes of the page together."""

    def begin(self, session: StaffSession) -> None:
        """Keep it; durable on return."""
        ...

    def find(self, session_id: str, now: datetime) -> StaffSession | None:
        """The login, while it lasts."""
        ...

    def checked(self, session_id: str, identity: Identity, at: datetime) -> None:
        """Its key was recognised again, as this."""
        ...

    def end(self, session_id: str) -> None:
        """Forget it: the cookie opens nothing any longer, wherever it is."""
        ...
