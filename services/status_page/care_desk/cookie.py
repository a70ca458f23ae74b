"""The desk's cookies: sealed like the buyers', under keys and names of their own."""

import base64
import binascii
import hashlib
import hmac
import json

from flask import Request, Response

from chassis.keys import Key, KeyRing
from chassis.sealing import CannotOpen, Sealed, Sealer
from status_page.web.cookies import derive

_HOUR = 3600


class DeskCookies:
    """Reads and writes them. ``key`` may hold several keys separated by commas, the first is current."""

    def __init__(self, key: str, *, secure: bool) -> None:
        secrets = [one.strip() for one in key.split(",") if one.strip()]
        ring = KeyRing(tuple(Key(derive(one, "desk-key-id").hex()[:6], derive(one, "desk-cookie")) for one in secrets))
        self._sealer = Sealer(ring)
        self._token_key = derive(secrets[0], "desk-form-token")
        self._secure = secure
        prefix = "__Host-" if secure else ""
        self.session_name = f"{prefix}wismo-desk"
        self.leaving_name = f"{prefix}wismo-desk-leaving"

    def session_id(self, request: Request) -> str:
        """The id of the session whose token the browser brought; nothing if it brought none."""
        token = self._open(self.session_name, request.cookies.get(self.session_name, ""))
        return session_id_of(token) if token else ""

    def set_session(self, response: Response, token: str) -> None:
        """Give the browser the token of a session."""
        self._set(response, self.session_name, self._seal(self.session_name, token), 12 * _HOUR)

    def forget(self, response: Response) -> None:
        """Take it away."""
        response.delete_cookie(self.session_name, path="/", secure=self._secure, httponly=True, samesite="Lax")

    def leaving(self, request: Request) -> dict[str, str]:
        """What was remembered for the way to the provider and back; nothing when there is none."""
        content = self._open(self.leaving_name, request.cookies.get(self.leaving_name, ""))
        try:
            return {str(name): str(value) for name, value in json.loads(content).items()}
        except (ValueError, AttributeError):
            return {}

    def set_leaving(self, response: Response, remembered: dict[str, str]) -> None:
        """Remember it for ten minutes."""
        self._set(response, self.leaving_name, self._seal(self.leaving_name, json.dumps(remembered)), 600)

    def seal(self, what: str, purpose: str) -> Sealed:
        """Seal a text that rests in the database."""
        return self._sealer.seal(what, purpose)

    def open(self, sealed: Sealed, purpose: str) -> str:
        """The text again. Raises CannotOpen."""
        return self._sealer.open(sealed, purpose)

    def form_token(self, session_id: str) -> str:
        """The token that forms of this session carry."""
        return base64.urlsafe_b64encode(self._mac(session_id)[:18]).decode()

    def is_form_token(self, session_id: str, given: str) -> bool:
        """Whether a form carried it; constant time."""
        return hmac.compare_digest(self.form_token(session_id).encode(), given.encode())

    def _mac(self, session_id: str) -> bytes:
        return hmac.new(self._token_key, session_id.encode(), "sha256").digest()

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
        # Lax and not Strict: whoever follows a link from an alert is logged in already.
        response.set_cookie(name, value, max_age=seconds, path="/", secure=self._secure, httponly=True, samesite="Lax")


def session_id_of(token: str) -> str:
    """The id under which the session with this token is kept."""
    return hashlib.sha256(b"wismo.desk-session." + token.encode()).hexdigest()[:40]
