"""Opening a secret while its page is made, and nowhere else."""

from chassis.logs import get_logger
from chassis.sealing import CannotOpen, Sealed, Sealer
from status_page.web.measures import UNOPENED
from wismo.orders.v1 import secret_pb2

_log = get_logger(__name__)


def opened(secret: secret_pb2.Secret, order: str, sealer: Sealer) -> str | None:
    """The secret's text; empty when there is none, None when no key of ours opens it (logged and counted)."""
    if not secret.ciphertext:
        return ""
    try:
        return sealer.open(Sealed(secret.key_id, secret.ciphertext), order)
    except CannotOpen:
        UNOPENED.inc()
        _log.error("secret cannot be opened", key_id=secret.key_id)
        return None
