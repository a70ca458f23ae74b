"""What happens to downloads, accesses and trials."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from orders.domain.entitlement import DownloadFile
from orders.domain.values import Money, Sealed


@dataclass(frozen=True, slots=True)
class DownloadReady:
    """Files can be downloaded."""

    line_id: str
    files: tuple[DownloadFile, ...]
    licence_key: Sealed | None = None
    allowed_count: int = 0
    expires_at: datetime | None = None
    expires_after_first: timedelta | None = None


@dataclass(frozen=True, slots=True)
class DownloadRenewed:
    """A download starts afresh; without ``expires_at`` it stays open as long again as it was."""

    line_id: str
    expires_at: datetime | None = None
    by_buyer: bool = False


@dataclass(frozen=True, slots=True)
class DownloadRevoked:
    """A download was taken back."""

    line_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DownloadTaken:
    """The buyer started a download. Only the status page says so."""

    line_id: str
    file_id: str


@dataclass(frozen=True, slots=True)
class AccessGranted:
    """Access was given."""

    line_id: str
    login_url: str
    username: str = ""
    code: Sealed | None = None
    case_sensitive: bool = False
    expires_at: datetime | None = None
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessRevoked:
    """Access was taken back."""

    line_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AccessUsed:
    """The buyer used an access for the first time."""

    line_id: str


@dataclass(frozen=True, slots=True)
class TrialStarted:
    """A trial began."""

    line_id: str
    ends_at: datetime
    price_after: Money | None = None
    billing_period: timedelta | None = None
    allowance_unit: str = ""
    allowance_total: int = 0
    terms_summary: str = ""


@dataclass(frozen=True, slots=True)
class AllowanceUsed:
    """A reading of the meter: how much was used in all since the trial began."""

    line_id: str
    used_total: int


@dataclass(frozen=True, slots=True)
class ChargeComing:
    """A charge is coming."""

    line_id: str
    charge_at: datetime
    amount: Money


@dataclass(frozen=True, slots=True)
class ChargeMade:
    """A charge was made."""

    line_id: str
    amount: Money
    receipt_url: str = ""


@dataclass(frozen=True, slots=True)
class TrialCancelled:
    """A trial ended before its charge."""

    line_id: str
    by_buyer: bool = False


@dataclass(frozen=True, slots=True)
class ChargeNoticeAccepted:
    """The buyer's side accepted the notice of a coming charge. Only the notifier says so."""

    line_id: str
    charge_at: datetime
    amount: Money
    message_id: str
