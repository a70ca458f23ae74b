"""Handing out a file: from the downloads folder and nowhere else."""

from pathlib import Path

from flask import Response, request, send_file

from chassis.logs import get_logger

_log = get_logger(__name__)


def local_file(folder: Path | None, local_path: str) -> Path | None:
    """The file below the folder, or None when there is none, or when the path leads out of it, links followed."""
    if folder is None or not local_path or "\x00" in local_path:
        return None
    root = folder.resolve()
    try:
        path = (root / local_path).resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        return None
    if not path.is_relative_to(root):
        _log.error("a download's path leads out of the downloads folder")
        return None
    return path if path.is_file() else None


def send(path: Path, name: str) -> Response:
    """The file as an attachment: resumable (Range, If-Range), checked by ETag, never sniffed, never shown as a page."""
    response = send_file(
        path,
        mimetype="application/octet-stream",
        as_attachment=True,
        # The contract allows no control characters in it; a header must not rely on that.
        download_name="".join(letter for letter in name if letter.isprintable()) or "download",
        conditional=True,
        etag=True,
        max_age=0,
    )
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Accept-Ranges"] = "bytes"
    if request.method == "HEAD":
        response.headers.setdefault("Content-Length", str(path.stat().st_size))
    return response
