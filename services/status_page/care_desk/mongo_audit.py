"""The audit log in MongoDB: a number is taken by inserting it, so that two writers never share one."""

from collections.abc import Iterator, Sequence

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from chassis.mongo import CollectionSpec, Document
from status_page.care_desk.audit import Deed, Entry, chained

COLLECTIONS = (CollectionSpec("desk_audit"),)

_ATTEMPTS = 50
_CHUNK = 500


class MongoAuditLog:
    """`AuditLog` in `desk_audit`. Its only write is an insert."""

    def __init__(self, database: Database[Document]) -> None:
        self._rows = database["desk_audit"]

    def append(self, merchant: str, deed: Deed) -> Entry:
        """Reads the newest and inserts the next; begins again when somebody else was faster."""
        # As the database keeps it, so that the digest of what is read is that of what was written.
        at = deed.at.replace(microsecond=deed.at.microsecond // 1000 * 1000)
        deed = Deed(at, deed.who, deed.by, deed.what, deed.order, deed.detail)
        for _ in range(_ATTEMPTS):
            newest = self.newest(merchant, 0, 1)
            number, before = (newest[0].number + 1, newest[0].digest) if newest else (1, "")
            entry = chained(merchant, number, deed, before)
            try:
                self._rows.insert_one(_row(entry))
            except DuplicateKeyError:
                continue
            return entry
        raise RuntimeError("the audit log is too busy")

    def newest(self, merchant: str, before: int, limit: int) -> Sequence[Entry]:
        """One query over a range of `_id`."""
        end = _id(merchant, before) if before else f"{merchant}#~"
        span = {"$gte": f"{merchant}#", "$lt": end}
        return [_entry(row) for row in self._rows.find({"_id": span}, sort=[("_id", -1)], limit=limit)]

    def all(self, merchant: str) -> Iterator[Entry]:
        """Chunk by chunk, over a range of `_id`."""
        after = f"{merchant}#"
        while True:
            span = {"$gt": after, "$lt": f"{merchant}#~"}
            rows = list(self._rows.find({"_id": span}, sort=[("_id", 1)], limit=_CHUNK))
            yield from (_entry(row) for row in rows)
            if len(rows) < _CHUNK:
                return
            after = rows[-1]["_id"]


def _id(merchant: str, number: int) -> str:
    return f"{merchant}#{number:012d}"


def _row(entry: Entry) -> Document:
    deed = entry.deed
    return {
        "_id": _id(entry.merchant, entry.number),
        "merchant": entry.merchant,
        "number": entry.number,
        "at": deed.at,
        "who": deed.who,
        "by": deed.by,
        "what": deed.what,
        "order": deed.order,
        "detail": deed.detail,
        "before": entry.before,
        "digest": entry.digest,
    }


def _entry(row: Document) -> Entry:
    deed = Deed(row["at"], row["who"], row["by"], row["what"], row["order"], row["detail"])
    return Entry(row["merchant"], row["number"], deed, row["before"], row["digest"])
