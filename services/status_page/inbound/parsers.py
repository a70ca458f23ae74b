"""Readers of the settings that only mail has."""

import base64
import binascii

from chassis.parsers import BadValue, Parser, Secret
from chassis.reply_tokens import ReplyAddress


def _read_reply_address(given: str) -> ReplyAddress:
    try:
        return ReplyAddress(given)
    except ValueError as error:
        raise BadValue(f"is no such address: {error}") from None


def _read_webhook_secret(given: str) -> Secret:
    try:
        key = base64.b64decode(given.removeprefix("whsec_") + "==", validate=False)
    except (binascii.Error, ValueError):
        key = b""
    if not given.startswith("whsec_") or len(key) < 24:
        raise BadValue("is no such secret")
    return Secret(given)


reply_address: Parser[ReplyAddress] = Parser("address such as reply+{token}@mail.example", _read_reply_address)
webhook_secret: Parser[Secret] = Parser("`whsec_` and at least 24 bytes in base64", _read_webhook_secret, secret=True)
