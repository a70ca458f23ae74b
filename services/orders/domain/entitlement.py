"""Rights that a buyer has: downloads, accesses and trials, one for each line of that kind."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from orders.domain.values import Money, Part, Sealed, quick
from orders.domain.vocabulary import Platform


@quick
@dataclass(frozen=True, slots=True)
class DownloadFile(Part):
    """A file that can be downloaded, from the page's own folder or from the merchant's signed address."""

    file_id: str
    file_name: str
    size_bytes: int = 0
    sha256: str = ""
    local_path: str = ""
    signed_url: str = ""
    platform: Platform = Platform.UNSPECIFIED


@quick
@dataclass(frozen=True, slots=True)
class Download(Part):
    """The right to download the files of one line. ``issue`` grows with every renewal, and counts start afresh."""

    line_id: str
    files: tuple[DownloadFile, ...]
    ready_at: datetime
    licence_key: Sealed | None = None
    allowed_count: int = 0
    expires_at: datetime | None = None
    expires_after_first: timedelta | None = None
    first_taken_at: datetime | None = None
    taken_count: int = 0
    renewals_used: int = 0
    issue: int = 1
    # When the present issue began: what was taken before counted for an older one.
    issued_at: datetime | None = None
    revoked_at: datetime | None = None


@quick
@dataclass(frozen=True, slots=True)
class Access(Part):
    """Access to a private site, for one line."""

    line_id: str
    login_url: str
    granted_at: datetime
    username: str = ""
    code: Sealed | None = None
    case_sensitive: bool = False
    expires_at: datetime | None = None
    steps: tuple[str, ...] = ()
    revoked_at: datetime | None = None
    # When the buyer first used it, as far as the merchant has said.
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChargeNotice:
    """A notice of a coming charge that the buyer's side has accepted."""

    charge_at: datetime
    amount: Money
    accepted_at: datetime


@quick
@dataclass(frozen=True, slots=True)
class Trial(Part):
    """A trial, for one line. A charge before ``ends_at`` or without notice is what row M9 forbids."""

    line_id: str
    started_at: datetime
    ends_at: datetime
    price_after: Money | None = None
    billing_period: timedelta | None = None
    allowance_unit: str = ""
    allowance_total: int = 0
    allowance_used: int = 0
    terms_summary: str = ""
    charge_at: datetime | None = None
    charge_amount: Money | None = None
    cancelled_at: datetime | None = None
    charged_at: datetime | None = None
    # In order of `accepted_at`, the newest MAX_NOTICES.
    notices: tuple[ChargeNotice, ...] = ()
