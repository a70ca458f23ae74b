"""What the service refuses, beside the order's own DomainError. `reason` is stable and told to the caller."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Violation:
    """One field that is wrong: its path from the request, why, what would be right, and a stable reason."""

    field: str
    why: str
    reason: str = "INVALID"


class OrdersError(Exception):
    """Base of all. The message is for the caller: it holds no secret, no personal data, and nothing of the inside."""

    reason = "REFUSED"

    def __init__(
        self,
        message: str,
        *,
        reason: str = "",
        metadata: Mapping[str, str] | None = None,
        violations: tuple[Violation, ...] = (),
    ) -> None:
        super().__init__(message)
        self.reason = reason or self.reason
        self.metadata: Mapping[str, str] = MappingProxyType(dict(metadata or {}))
        self.violations = violations


class Unauthenticated(OrdersError):
    """No credential, or none that is valid."""

    reason = "CREDENTIAL_INVALID"


class Forbidden(OrdersError):
    """A valid credential that may not do this."""

    reason = "SCOPE_INSUFFICIENT"


class NotFound(OrdersError):
    """There is none of that name, or it is another merchant's, which looks the same."""

    reason = "NOT_FOUND"


class Invalid(OrdersError):
    """Wrong in itself. `violations` says where and why."""

    reason = "INVALID_REQUEST"


class AlreadyExists(OrdersError):
    """The name or the request id is taken by something else."""

    reason = "ALREADY_EXISTS"


class EtagMismatch(OrdersError):
    """The order has changed since the caller read it."""

    reason = "ETAG_MISMATCH"


class Overloaded(OrdersError):
    """Too much is waiting already. Nothing was written; try again a little later."""

    reason = "TOO_BUSY"


class Unavailable(OrdersError):
    """The database does not answer, or the service is stopping. Try again with the same request id."""

    reason = "UNAVAILABLE"


def stopping() -> Unavailable:
    """For whoever meets a process that stops."""
    return Unavailable(
        "This server is stopping; call again with the same request_id, another one answers.", reason="DRAINING"
    )


def order_not_found(name: str) -> NotFound:
    """One shape for an unknown order and for another merchant's."""
    return NotFound(f"There is no order {name}.", reason="ORDER_NOT_FOUND", metadata={"order": name})


def merchant_not_found(name: str) -> NotFound:
    """One shape for an unknown merchant and for another one."""
    return NotFound(f"There is no merchant {name}.", reason="MERCHANT_NOT_FOUND", metadata={"merchant": name})
