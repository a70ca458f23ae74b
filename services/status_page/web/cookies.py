"""Cookies that nobody can read or forge: sealed JSON, bound to the cookie's name."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime

from flask import Request, Response

from chassis.keys import Key, KeyRing
from chassis.sealing import CannotOpen, Sealed, Sealer

SESSION_SECONDS = 30 * 24 * 3600
_MOST_OPENED = 16
"""More orders than this do not fit into a cookie of 4 KB; the one opened longest ago goes first."""


def derive(secret: str, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose, so that no two uses share one."""
    return hmac.new(secret.encode(), b"wismo.status_page." + purpose.encode(), hashlib.sha256).digest()


@dataclass(frozen=True, slots=True)
class Opened:
    """An order whose link was opened in this browser. ``version`` is the link's; another one now means revoked."""

    order: str
    version: int
    until: int
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Session:
    """What a browser carries: who it is for form tokens and downloads, and which orders were opened in it."""

    id: str
    opened: tuple[Opened, ...] = ()
    fresh: bool = field(default=False, compare=False)
    """True when it was made in this request: the browser has brought none."""
    changed: bool = field(default=False, compare=False)
    """True when the browser has to be given it anew."""

    def opening(self, order: str, now: datetime) -> Opened | None:
        """The opening of this order, while it lasts."""
        return next((one for one in self.opened if one.order == order and now.timestamp() < one.until), None)

    def with_opened(self, opened: Opened) -> "Session":
        """The session with this order opened; the newest first."""
        others = tuple(one for one in self.opened if one.order != opened.order)
        return replace(self, opened=(opened, *others)[:_MOST_OPENED], changed=True)

    def without(self, order: str) -> "Session":
        """The session with this order forgotten."""
        return replace(self, opened=tuple(one for one in self.opened if one.order != order), changed=True)


class CookieJar:
    """Reads and writes the page's cookies. ``key`` may hold several keys separated by commas, the first is current."""

    def __init__(self, key: str, *, secure: bool) -> None:
        secrets_ = [one.strip() for one in key.split(",") if one.strip()]
        if not secrets_ or any(len(one) < 32 for one in secrets_):
            raise ValueError("every cookie key must have at least 32 characters")
        ring = KeyRing(tuple(Key(_id_of(one), derive(one, "cookie")) for one in secrets_))
        self._sealer = Sealer(ring)
        self._token_key = derive(secrets_[0], "form-token")
        self._secure = secure
        # The prefix makes browsers refuse a cookie that another host of the same domain has planted.
        prefix = "__Host-" if secure else ""
        self.session_name = f"{prefix}wismo"
        self.progress_name = f"{prefix}wismo-progress"
        self.language_name = f"{prefix}wismo-language"

    def session(self, request: Request) -> Session:
        """The browser's session, or a fresh one."""
        content = self._open(self.session_name, request.cookies.get(self.session_name, ""))
        try:
            session_id, opened = json.loads(content)
            return Session(session_id, tuple(Opened(*one) for one in opened))
        except (ValueError, TypeError):
            return Session(secrets.token_urlsafe(12), fresh=True)

    def set_session(self, response: Response, session: Session) -> None:
        """Give the session to the browser."""
        content = json.dumps([session.id, [[one.order, one.version, one.until] for one in session.opened]])
        self._set(response, self.session_name, self._seal(self.session_name, content), SESSION_SECONDS)

    def progress(self, request: Request) -> tuple[str, str] | None:
        """Order and merchant of the last look-up, the order empty after a miss; None without a look-up."""
        content = self._open(self.progress_name, request.cookies.get(self.progress_name, ""))
        try:
            order, merchant = json.loads(content)
        except (ValueError, TypeError):
            return None
        return str(order), str(merchant)

    def set_progress(self, response: Response, order: str, merchant: str) -> None:
        """Remember a look-up for an hour. Found or not, the cookie is of the same length."""
        content = json.dumps([order, merchant]).ljust(200)
        self._set(response, self.progress_name, self._seal(self.progress_name, content), 3600)

    def set_language(self, response: Response, tag: str) -> None:
        """Remember the language that the buyer chose; it is no secret."""
        self._set(response, self.language_name, tag, 365 * 24 * 3600)

    def proof(self, order: str, now: datetime) -> str:
        """A text for a form that proves for an hour that its sender came by a genuine link to this order."""
        return self._seal("proof", json.dumps([order, int(now.timestamp()) + 3600]))

    def proved(self, given: str, now: datetime) -> str:
        """The order that the text proves; nothing if it proves none."""
        try:
            order, until = json.loads(self._open("proof", given))
        except (ValueError, TypeError):
            return ""
        return str(order) if now.timestamp() < until else ""

    def form_token(self, session: Session) -> str:
        """The token that forms of this session carry: without the cookie nobody can know it."""
        return base64.urlsafe_b64encode(self._mac(b"form", session.id)[:18]).decode()

    def is_form_token(self, session: Session, given: str) -> bool:
        """Whether a form of this session carried its token; constant time."""
        return hmac.compare_digest(self.form_token(session).encode(), given.encode())

    def nonce(self, *parts: str) -> str:
        """A nonce for a content security policy that is the same for the same parts, and that nobody else can tell."""
        return base64.urlsafe_b64encode(self._mac(b"nonce", *parts)[:15]).decode()

    def _mac(self, purpose: bytes, *parts: str) -> bytes:
        return hmac.new(self._token_key, b"\x00".join((purpose, *(part.encode() for part in parts))), "sha256").digest()

    def _seal(self, name: str, content: str) -> str:
        sealed = self._sealer.seal(content, name)
        return f"{sealed.key_id}.{base64.urlsafe_b64encode(sealed.ciphertext).decode().rstrip('=')}"

    def _open(self, name: str, value: str) -> str:
        key_id, _, body = value.partition(".")
        try:
            ciphertext = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
            return self._sealer.open(Sealed(key_id, ciphertext), name)
        except (CannotOpen, binascii.Error, ValueError):
            return ""

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(name, value, max_age=seconds, path="/", secure=self._secure, httponly=True, samesite="Lax")


def _id_of(secret: str) -> str:
    return hashlib.sha256(b"wismo.cookie-key-id." + secret.encode()).hexdigest()[:6]
