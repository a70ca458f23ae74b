"""What a merchant has promised its buyers, with the defaults that merchant.proto names."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chassis.worktime import BadCalendar, Calendar
from wismo.orders.v1 import line_pb2, merchant_pb2

# Any day says whether the calendar ever opens.
_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)
_DEFAULTS = {
    "silence_limit": 24 * _HOUR,
    "answer_within": 24 * _HOUR,
    "escalate_after": 48 * _HOUR,
    "charge_notice": 168 * _HOUR,
    "first_scan_within": 48 * _HOUR,
    "scan_gap": 72 * _HOUR,
    "unused_after": 72 * _HOUR,
    "expiry_notice": 48 * _HOUR,
    "follow_up_after": 72 * _HOUR,
}


@dataclass(frozen=True, slots=True)
class SilenceRule:
    """A limit of its own for lines of a kind and in a state; 0 is "every"."""

    kind: int
    state: int
    limit: timedelta

    def fits(self, line: line_pb2.OrderLine) -> bool:
        """Whether it is made for such a line."""
        return self.kind in {0, line.kind} and self.state in {0, line.state}


@dataclass(frozen=True, slots=True)
class CarePolicies:
    """A merchant's policies as the watchdog reads them; no duration is unset."""

    silence_limit: timedelta
    answer_within: timedelta
    escalate_after: timedelta
    charge_notice: timedelta
    first_scan_within: timedelta
    scan_gap: timedelta
    unused_after: timedelta
    expiry_notice: timedelta
    follow_up_after: timedelta
    follow_up: bool
    silence_rules: tuple[SilenceRule, ...]
    calendar: Calendar
    zone: ZoneInfo


def policies_of(merchant: merchant_pb2.Merchant) -> CarePolicies:
    """The policies of a merchant. A calendar in which no time can be counted is read as around the clock: a mistake
    there must not leave buyers in the dark.
    """
    return _read(merchant.policies.SerializeToString(deterministic=True), merchant.time_zone)


@lru_cache(maxsize=1024)
def _read(body: bytes, zone: str) -> CarePolicies:
    said = merchant_pb2.Policies.FromString(body)
    durations = {
        name: getattr(said, name).ToTimedelta() if said.HasField(name) else default  # type: ignore[arg-type]  # Names of fields, above.
        for name, default in _DEFAULTS.items()
    }
    try:
        calendar = Calendar.from_policy(
            [(one.iso_weekday, one.opens_minute, one.closes_minute) for one in said.business_hours],
            zone,
            said.holidays,
            said.closed_days,
        )
        calendar.next_open(_SOME_DAY)
    except BadCalendar:
        calendar = Calendar.around_the_clock()
    return CarePolicies(
        **durations,
        follow_up=not said.no_follow_up,
        silence_rules=tuple(
            SilenceRule(one.line_kind, one.line_state, one.limit.ToTimedelta()) for one in said.silence_rules
        ),
        calendar=calendar,
        zone=zone_of(zone),
    )


@lru_cache(maxsize=1024)
def zone_of(*names: str) -> ZoneInfo:
    """The first of these IANA names that is one, else UTC."""
    for name in names:
        try:
            if name:
                return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return ZoneInfo("UTC")
