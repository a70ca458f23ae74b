"""OpenID Connect by Authlib: the code flow with PKCE, state and nonce; role and merchant from the ID token's claims."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from chassis.clock import Clock
from chassis.logs import get_logger
from chassis.settings import Secret
from status_page.care_desk.staff import Identity, Role

_log = get_logger(__name__)

_ROLES = {"reader": Role.READER, "agent": Role.AGENT, "admin": Role.ADMIN}
_ALGORITHMS = ["RS256", "ES256", "PS256", "EdDSA"]
"""Signed by the provider's own key: `none` and shared secrets are refused."""
_LEEWAY = 60


class ProviderFailed(Exception):
    """The provider does not answer, or not as it should. The message is a word of ours."""


@dataclass(frozen=True, slots=True)
class Departure:
    """Where to send the browser, and what has to come back with it."""

    address: str
    remembered: Mapping[str, str]


class OidcProvider(Protocol):
    """Somebody else who knows the team."""

    def depart(self, redirect_uri: str) -> Departure:
        """The way there. Raises ProviderFailed."""
        ...

    def arrive(self, redirect_uri: str, query: Mapping[str, str], remembered: Mapping[str, str]) -> Identity | None:
        """Who came back; None for somebody who has no role at a merchant. Raises ProviderFailed."""
        ...


class AuthlibProvider:
    """`OidcProvider` for one issuer, found by its discovery document. Connects to nothing until it is used."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: Secret,
        clock: Clock,
        *,
        role_claim: str,
        merchant_claim: str,
        timeout: float = 5.0,
    ) -> None:
        self._issuer = issuer.rstrip("/")
        self._client_id = client_id
        self._client_secret = client_secret
        self._clock = clock
        self._role_claim = role_claim
        self._merchant_claim = merchant_claim
        self._timeout = timeout

    def depart(self, redirect_uri: str) -> Departure:
        """See the port."""
        verifier, nonce = generate_token(64), generate_token(24)
        endpoint = self._discovered()["authorization_endpoint"]
        with self._session(redirect_uri) as session:
            address, state = session.create_authorization_url(endpoint, code_verifier=verifier, nonce=nonce)
        return Departure(address, {"state": state, "nonce": nonce, "verifier": verifier})

    def arrive(self, redirect_uri: str, query: Mapping[str, str], remembered: Mapping[str, str]) -> Identity | None:
        """See the port."""
        if not remembered.get("state") or query.get("state") != remembered["state"] or not query.get("code"):
            raise ProviderFailed("state")
        found = self._discovered()
        try:
            with self._session(redirect_uri) as session:
                token = session.fetch_token(
                    found["token_endpoint"],
                    code=query["code"],
                    code_verifier=remembered["verifier"],
                    timeout=self._timeout,
                )
        except Exception as error:  # noqa: BLE001  # Authlib raises its own, requests' and plain ValueErrors for a bad answer.
            _log.warning("the provider gave no token", error_kind=type(error).__name__)
            raise ProviderFailed("token") from None
        claims = self._claims(str(token.get("id_token", "")), found, remembered["nonce"])
        return self._identity(claims)

    def _claims(self, id_token: str, found: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        try:
            keys = KeySet.import_key_set(cast("KeySetSerialization", self._get(found["jwks_uri"])))
            claims = jwt.decode(id_token, keys, algorithms=_ALGORITHMS).claims
            rules = jwt.JWTClaimsRegistry(
                now=int(self._clock.now().timestamp()),
                leeway=_LEEWAY,
                iss={"essential": True, "value": found["issuer"]},
                aud={"essential": True, "value": self._client_id},
                exp={"essential": True},
                nonce={"essential": True, "value": nonce},
                sub={"essential": True},
            )
            rules.validate(claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            _log.warning("the provider's token does not hold", error_kind=type(error).__name__)
            raise ProviderFailed("claims") from None
        return claims

    def _identity(self, claims: Mapping[str, Any]) -> Identity | None:
        given = claims.get(self._role_claim)
        roles = [_ROLES[one] for one in (given if isinstance(given, list) else [given]) if one in _ROLES]
        merchant = claims.get(self._merchant_claim)
        if not roles or not isinstance(merchant, str) or not merchant:
            return None
        name = str(claims.get("name") or claims.get("preferred_username") or claims.get("email") or claims["sub"])
        return Identity(
            f"merchants/{merchant.removeprefix('merchants/')}", max(roles), name[:80], f"oidc:{claims['sub']}"
        )

    def _discovered(self) -> Mapping[str, Any]:
        found = self._get(f"{self._issuer}/.well-known/openid-configuration")
        if str(found.get("issuer", "")).rstrip("/") != self._issuer:
            raise ProviderFailed("issuer")
        return found

    def _get(self, address: str) -> dict[str, Any]:
        try:
            answer = requests.get(address, timeout=self._timeout, allow_redirects=False)
            answer.raise_for_status()
            found: dict[str, Any] = answer.json()
        except (requests.RequestException, ValueError) as error:
            _log.warning("the provider does not answer", error_kind=type(error).__name__)
            raise ProviderFailed("unreachable") from None
        return found

    def _session(self, redirect_uri: str) -> OAuth2Session:
        return OAuth2Session(
            self._client_id,
            self._client_secret.reveal(),
            scope="openid profile email",
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic",  # noqa: S106  # The name of a method.
        )
