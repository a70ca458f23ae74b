"""A small OpenID Connect provider over real HTTP: discovery, authorisation, token with PKCE, and its keys."""

import base64
import hashlib
import json
import secrets
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from joserfc import jwt
from joserfc.jwk import ECKey

CLIENT_ID, CLIENT_SECRET = "care-desk", "a-secret-of-the-desk-0123456789"


class OidcServer:
    """Logs whoever comes in as ``claims`` say, without asking. ``spoil`` changes what its tokens hold."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": "k1", "alg": "ES256", "use": "sig"})
        self.signs_with = self.key
        self.claims: dict[str, Any] = {
            "sub": "42",
            "name": "Ada Lovelace",
            "wismo_role": ["staff", "agent"],
            "wismo_merchant": "lantern",
        }
        self.spoil: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path, _, query = self.path.partition("?")
                if path == "/authorize":
                    self.send_response(302)
                    self.send_header("Location", server.authorise(dict(urllib.parse.parse_qsl(query))))
                    self.end_headers()
                    return
                self._json(server.answer(path))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = dict(urllib.parse.parse_qsl(body))
                self._json(server.token(form, self.headers.get("Authorization", "")))

            def _json(self, content: dict[str, Any]) -> None:
                self.send_response(400 if "error" in content else 200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(content).encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)

    def answer(self, path: str) -> dict[str, Any]:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
            }
        if path == "/jwks":
            return {"keys": [self.key.as_dict(private=False)]}
        return {"error": "not_found"}

    def authorise(self, query: dict[str, str]) -> str:
        """The address back, with a code that is good once."""
        assert query["response_type"] == "code"
        assert "openid" in query["scope"]
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(12)
        self.codes[code] = query
        back = urllib.parse.urlencode({"code": code, "state": query["state"]})
        return f"{query['redirect_uri']}?{back}"

    def token(self, form: dict[str, str], authorisation: str) -> dict[str, Any]:
        asked = self.codes.pop(form.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if asked is None or authorisation != f"Basic {basic}":
            return {"error": "invalid_grant"}
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]:
            return {"error": "invalid_grant"}
        now = int(time.time())
        standard = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims = {**standard, **self.claims, **self.spoil}
        id_token = jwt.encode({"alg": "ES256", "kid": "k1"}, claims, self.signs_with)
        return {"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": id_token}
