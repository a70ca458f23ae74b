"""Who reads: a language, a time zone and the present moment, from which every sentence is made."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.localisation import Language

DOMAIN = "wording"


@dataclass(frozen=True, slots=True)
class Reader:
    """The buyer as the one who reads. ``zone`` is an IANA name, ``now`` an aware instant.

    The language must come from a catalog with the domain ``wording`` in it (``Catalog(…).then(wording.catalog())``);
    ValueError otherwise, because everything would silently be English.
    """

    language: Language
    zone: str
    now: datetime

    def __post_init__(self) -> None:
        if DOMAIN not in self.language.domains:
            raise ValueError("the language's catalog lacks the domain 'wording'")

    def gettext(self, message: str, /, **values: object) -> str:
        """The language's ``gettext``."""
        return self.language.gettext(message, **values)

    def ngettext(self, one: str, many: str, count: int, /, **values: object) -> str:
        """The language's ``ngettext``."""
        return self.language.ngettext(one, many, count, **values)

    def day(self, when: Timestamp) -> str:
        """A day to stand in a sentence: 23 November."""
        return self.language.day(instant(when), self.zone, now=self.now)

    def moment(self, when: Timestamp) -> str:
        """A day and a time: 23 November, 18:00."""
        return self.language.datetime(instant(when), self.zone, now=self.now)

    def is_past(self, when: Timestamp) -> bool:
        """Whether that moment has come."""
        return instant(when) <= self.now


def instant(when: Timestamp) -> datetime:
    """A protobuf timestamp as an aware instant in UTC."""
    return when.ToDatetime(UTC)


def decimal(units: int, nanos: int) -> Decimal:
    """An amount of ``google.type.Money`` as a number."""
    return Decimal(units) + Decimal(nanos).scaleb(-9)
