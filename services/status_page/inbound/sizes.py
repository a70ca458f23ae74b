"""How much of a mail is read."""

LARGEST = 6 * 1024 * 1024
"""Bytes of a mail; what comes after is attachments that nobody needs for an answer."""
LARGEST_BODY = LARGEST * 3 // 2
"""Bytes of a request with a mail of the largest size, in base64 within JSON."""
