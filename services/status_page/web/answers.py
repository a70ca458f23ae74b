"""Answers without a page of their own."""

from flask import Response


def see_other(location: str) -> Response:
    """303: the browser goes on with GET. ``location`` must be made by ``url_for``, or have been checked."""
    return Response(status=303, headers={"Location": location, "Cache-Control": "private, no-store"})
