"""Whether a download may be started now: one set of rules for the page that offers it and the route that starts it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from status_page.downloads.counters import file_key, line_key
from status_page.projection.rows import Taken
from wismo.orders.v1 import entitlement_pb2, order_pb2


@dataclass(frozen=True, slots=True)
class Right:
    """The right to one line's files, at one moment."""

    download: entitlement_pb2.Download
    taken: Taken
    now: datetime
    renewals: int
    """How often the shop lets a buyer renew."""

    @property
    def revoked(self) -> bool:
        """Taken back."""
        return self.download.HasField("revoked_at")

    @property
    def expires_at(self) -> datetime | None:
        """The end that comes first: the set one, or the one that counts from the first download."""
        ends = []
        if self.download.HasField("expires_at"):
            ends.append(self.download.expires_at.ToDatetime(UTC))
        first = self._first_taken_at()
        if self.download.HasField("expires_after_first") and first is not None:
            ends.append(first + self.download.expires_after_first.ToTimedelta())
        return min(ends, default=None)

    @property
    def expired(self) -> bool:
        """Past its end."""
        end = self.expires_at
        return end is not None and end <= self.now

    @property
    def days_after_first(self) -> int:
        """For how many days it stays open after the first start, while there was none; 0 when that does not apply."""
        if not self.download.HasField("expires_after_first") or self._first_taken_at() is not None:
            return 0
        return max(1, self.download.expires_after_first.seconds // 86400)

    def left(self, file_id: str) -> int | None:
        """How often the file may still be started; None is without limit."""
        if not self.download.allowed_count:
            return None
        key = file_key(self.download.line_id, file_id, self.download.issue)
        return max(0, self.download.allowed_count - self.taken.counts.get(key, 0))

    def may_start(self) -> bool:
        """Whether a start is allowed as far as time goes; counting decides the rest."""
        return not self.revoked and not self.expired

    def may_renew(self) -> bool:
        """Whether the buyer may renew: something has run out, and the shop's policy has a renewal left."""
        ran_out = self.expired or any(self.left(file.file_id) == 0 for file in self.download.files)
        return ran_out and not self.revoked and self.download.renewals_used < self.renewals

    def _first_taken_at(self) -> datetime | None:
        counted = self.taken.first_at.get(line_key(self.download.line_id, self.download.issue))
        if counted is not None:
            return counted
        known = self.download
        if not known.HasField("first_taken_at"):
            return None
        first = known.first_taken_at.ToDatetime(UTC)
        # What was taken in an issue before does not start the clock of this one.
        return first if not known.HasField("issued_at") or first >= known.issued_at.ToDatetime(UTC) else None


def find(order: order_pb2.Order, line_id: str) -> entitlement_pb2.Download | None:
    """The download of a line."""
    return next((one for one in order.downloads if one.line_id == line_id), None)


def find_file(download: entitlement_pb2.Download, file_id: str) -> entitlement_pb2.DownloadFile | None:
    """A file of a download."""
    return next((one for one in download.files if one.file_id == file_id), None)
