"""Static files: small, held in memory, under addresses that change with their content, to be kept for ever."""

import hashlib
import mimetypes
from pathlib import Path

from flask import Blueprint, Response, abort, request

from status_page.web.brand import brand_of
from status_page.web.parts import parts

_FOR_EVER = "public, max-age=31536000, immutable"
_FOLDER = Path(__file__).parent.parent / "static"

blueprint = Blueprint("static_files", __name__)


class StaticFiles:
    """The files of one folder, read once."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._files = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
        self._digests = {name: hashlib.sha256(content).hexdigest()[:12] for name, content in self._files.items()}

    def url(self, name: str) -> str:
        """The address of a file; KeyError for one that is not there."""
        return f"/static/{self._digests[name]}/{name}"

    def find(self, digest: str, name: str) -> bytes | None:
        """The content, if it is that of this digest."""
        return self._files[name] if self._digests.get(name) == digest else None


@blueprint.get("/static/<digest>/<name>")
def serve(digest: str, name: str) -> Response:
    """One static file. An old address is not found: another content under it would be kept for ever."""
    content = parts().static.find(digest, name)
    if content is None:
        abort(404)
    response = Response(content, mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream")
    response.headers["Cache-Control"] = _FOR_EVER
    response.set_etag(digest)
    response.make_conditional(request)
    return response


@blueprint.get("/brand/<colour>.css")
def brand(colour: str) -> Response:
    """The style sheet for one colour, `rrggbb`: the address says everything, so it may be kept for ever."""
    if len(colour) != 6 or not set(colour) <= set("0123456789abcdef"):
        abort(404)
    response = Response(brand_of(f"#{colour}").css(), mimetype="text/css")
    response.headers["Cache-Control"] = _FOR_EVER
    return response


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Browsers ask for it by themselves; the page names its own icon."""
    response = Response(status=204)
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Nothing here is for search engines."""
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")
