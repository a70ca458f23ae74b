"""The driver's errors in the words of the ports."""

from pymongo.errors import BulkWriteError, ConnectionFailure, DuplicateKeyError, PyMongoError

from chassis.mongo import is_unavailable
from orders.use_cases.ports import StoreConflict, StoreUnavailable

_WRITE_CONFLICT = 112
_DUPLICATE_KEY = 11000


class Translated:
    """A block whose driver errors leave it as StoreConflict or StoreUnavailable. Others pass unchanged."""

    def __init__(self, *, nothing_written: bool) -> None:
        self._nothing_written = nothing_written

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, PyMongoError):
            raise translate(error, nothing_written=self._nothing_written) from error


def translate(error: PyMongoError, *, nothing_written: bool) -> Exception:
    """The port's error for a driver's error, or that error itself when no port knows it."""
    if is_conflict(error):
        return StoreConflict()
    return StoreUnavailable(nothing_written=nothing_written) if is_unavailable(error) else error


def is_conflict(error: PyMongoError) -> bool:
    """Whether another transaction was faster, so that the same work can be done anew at once."""
    if isinstance(error, ConnectionFailure):
        # A primary that steps down labels its errors as transient too, but an attempt at once would meet it again.
        return False
    if isinstance(error, DuplicateKeyError):
        return True
    if isinstance(error, BulkWriteError):
        codes = {one.get("code") for one in error.details.get("writeErrors", ())}
        return bool(codes) and codes <= {_DUPLICATE_KEY, _WRITE_CONFLICT}
    code = getattr(error, "code", None)
    # A transaction number that the server does not know (it was restarted, say) is transient too: begin anew.
    return code == _WRITE_CONFLICT or (error.has_error_label("TransientTransactionError") and code is not None)
