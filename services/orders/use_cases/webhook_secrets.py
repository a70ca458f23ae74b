"""The secret that signs a merchant's webhooks: sealed for that merchant as soon as it comes, and never told again."""

from chassis.sealing import CannotOpen, Sealed, Sealer
from orders.use_cases.errors import Invalid, Violation
from wismo.orders.v1 import merchant_pb2, secret_pb2

_FIELD = "merchant.care.webhook_secret"


def keep_secret(wanted: merchant_pb2.Merchant, stands: merchant_pb2.Merchant | None) -> None:
    """Takes over the secret that stands where none is sent, as long as there is an address to post to.

    A sealed one may be sent back as it was read; any other is refused with Invalid, for who sends it cannot know what
    is in it.
    """
    known = stands.care.webhook_secret if stands is not None else secret_pb2.Secret()
    sent = wanted.care.webhook_secret
    if sent.ciphertext or sent.key_id:
        if (sent.key_id, sent.ciphertext) != (known.key_id, known.ciphertext) or sent.plaintext:
            why = "key_id and ciphertext are set by the service only; send plaintext"
            raise Invalid(f"{_FIELD}: {why}", violations=(Violation(_FIELD, why, "SEALED"),))
    elif not sent.plaintext:
        if wanted.care.webhook_url and known.ciphertext:
            wanted.care.webhook_secret.CopyFrom(known)
        elif wanted.HasField("care"):
            wanted.care.ClearField("webhook_secret")


def seal_secret(wanted: merchant_pb2.Merchant, stands: merchant_pb2.Merchant | None, sealer: Sealer) -> None:
    """Seals a secret that came as plaintext so that it opens for this merchant only.

    One that says what stands keeps its sealed form, so that the same merchant sent again is the same.
    """
    if not (wanted.HasField("care") and wanted.care.webhook_secret.plaintext):
        return
    plaintext = wanted.care.webhook_secret.plaintext
    if stands is not None and _opened(stands, sealer) == plaintext:
        wanted.care.webhook_secret.CopyFrom(stands.care.webhook_secret)
        return
    sealed = sealer.seal(plaintext, wanted.name)
    wanted.care.webhook_secret.CopyFrom(secret_pb2.Secret(key_id=sealed.key_id, ciphertext=sealed.ciphertext))


def _opened(merchant: merchant_pb2.Merchant, sealer: Sealer) -> str | None:
    secret = merchant.care.webhook_secret
    if not secret.ciphertext:
        return None
    try:
        return sealer.open(Sealed(secret.key_id, secret.ciphertext), merchant.name)
    except CannotOpen:
        return None
