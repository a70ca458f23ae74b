"""Mail that a provider posts to us, signed after Standard Webhooks."""

import base64
import binascii
import hashlib
import hmac
import json
from datetime import timedelta

from flask import Blueprint, Response, abort, request

from status_page.inbound.receiver import NamesDown
from status_page.web.errors import error_page
from status_page.web.parts import parts

blueprint = Blueprint("inbound", __name__)

TOLERANCE = timedelta(minutes=5)


@blueprint.post("/inbound/webhook")
def webhook() -> Response:
    """Receive one mail: the body is the mail itself (`message/rfc822`), or JSON with it in base64 as `raw`.

    204 once it is durable, also when it was received before. 404 where no secret is set, 401 for a signature that is
    not right, 503 while it cannot be kept: providers try again then.
    """
    our = parts()
    if our.receiver is None or our.inbound_secret is None:
        abort(404)
    body = request.get_data(cache=False)
    now = our.clock.now()
    if not _is_signed(body, our.inbound_secret.reveal(), now.timestamp()):
        return Response(status=401)
    try:
        our.receiver.receive(_raw(body), now)
    except NamesDown:
        return error_page(503)
    return Response(status=204)


def _raw(body: bytes) -> bytes:
    if request.mimetype != "application/json":
        return body
    try:
        given = json.loads(body)
        return base64.b64decode(given["raw"], validate=True)
    except (ValueError, TypeError, KeyError, RecursionError, binascii.Error):
        abort(400)


def _is_signed(body: bytes, secret: str, now: float) -> bool:
    """Whether one of the signatures is right and the time near. By hand: the library takes text alone, and a mail may
    hold any bytes.
    """
    message_id, sent = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
    if not message_id or not (sent.isascii() and sent.isdigit()) or len(sent) > 12:
        return False
    if abs(now - int(sent)) > TOLERANCE.total_seconds():
        return False
    key = base64.b64decode(secret.removeprefix("whsec_") + "==")
    mac = hmac.new(key, f"{message_id}.{sent}.".encode() + body, hashlib.sha256).digest()
    expected = b"v1," + base64.b64encode(mac)
    given = request.headers.get("webhook-signature", "").split()[:10]
    return any(hmac.compare_digest(expected, one.encode()) for one in given)
