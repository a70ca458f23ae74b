"""A small browser over real sockets: cookies, forms, redirects; nothing else."""

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from email.message import Message


@dataclass
class Answer:
    """What the server said."""

    status: int
    text: str
    headers: Message
    url: str


class Browsing:
    """One browser with its own cookies."""

    def __init__(self, base: str) -> None:
        self.base = base
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)

    def get(self, path: str, **headers: str) -> Answer:
        """GET, redirects followed."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._open(urllib.request.Request(self.base + path, headers=named))

    def post(self, path: str, form: dict[str, str], *, page: str = "/") -> Answer:
        """POST a form with the token of `page`, redirects followed."""
        token = re.search(r'name="token" value="([^"]+)"', self.get(page).text)
        assert token, f"{page} has no form"
        data = urllib.parse.urlencode({"token": token[1], **form}).encode()
        return self._open(urllib.request.Request(self.base + path, data))

    def _open(self, request: urllib.request.Request) -> Answer:
        try:
            with self._opener.open(request, timeout=20) as answer:
                return Answer(answer.status, answer.read().decode(errors="replace"), answer.headers, answer.url)
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.read().decode(errors="replace"), error.headers, request.full_url)
