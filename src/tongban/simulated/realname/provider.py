"""What an OpenID provider keeps and signs: requests under way, codes for one use, tokens, its key. The rules are those of OpenID
Connect Core and RFC 7636; whatever does not fit is refused, because this one is there to find the mistakes of those who rely on it."""

import base64
import hashlib
import hmac
import secrets
import threading
from os import environ
from time import time
from typing import Any
from urllib.parse import urlsplit

import msgspec
from joserfc import jwt
from joserfc.jwk import ECKey

from tongban.simulated.resident import Resident

CLIENT, SECRET = "tongban", "demo-secret-of-the-pretended-service"
BACK_PATH = "/sign-in/back"
REQUEST_SECONDS, CODE_SECONDS, TOKEN_SECONDS = 10 * 60, 60, 5 * 60


class No(Exception):
    """The provider refuses; ``error`` is a code of RFC 6749."""

    def __init__(self, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.status = error, status


class Asked(msgspec.Struct, frozen=True):
    """An authorization request under way."""

    client: str
    back: str
    state: str
    nonce: str
    challenge: str
    until: float


class _Granted(msgspec.Struct):
    asked: Asked
    resident: Resident
    methods: tuple[str, ...]
    at: int
    until: float


class Provider:
    """One issuer with one ES256 key, made anew at each start. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key = ECKey.generate_key("P-256", {"kid": secrets.token_hex(6), "use": "sig", "alg": "ES256"})
        self._pairwise = secrets.token_bytes(32)
        self._asked: dict[str, Asked] = {}
        self._codes: dict[str, _Granted] = {}
        self._tokens: dict[str, _Granted] = {}
        self._secret = environ.get("TONGBAN_REALNAME_SECRET") or SECRET
        # Tests make it vouch for less than it should.
        self.methods_told: tuple[str, ...] = ()

    def configuration(self, issuer: str) -> dict[str, Any]:
        """The discovery document."""
        return {
            "issuer": issuer, "authorization_endpoint": f"{issuer}/authorize", "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/userinfo", "jwks_uri": f"{issuer}/jwks", "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"], "id_token_signing_alg_values_supported": ["ES256"],
            "code_challenge_methods_supported": ["S256"], "scopes_supported": ["openid", "profile", "realname"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "counter_code_endpoint": f"{issuer}/counter-codes",
        }  # fmt: skip

    def jwks(self) -> dict[str, Any]:
        """The public half of the key."""
        return {"keys": [self._key.as_dict(private=False)]}

    def begin(self, query: dict[str, str]) -> str:
        """Take an authorization request; its name for the pages that follow. No for one that must not be answered by a redirect."""
        back = query.get("redirect_uri", "")
        parts = urlsplit(back)
        loopback = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost") and parts.path == BACK_PATH
        if query.get("client_id") != CLIENT or not loopback or parts.query or parts.fragment or parts.username:
            raise No("invalid_client")
        challenge = query.get("code_challenge", "")
        good = (
            query.get("response_type") == "code" and "openid" in query.get("scope", "").split() and query.get("state")
            and query.get("nonce") and query.get("code_challenge_method") == "S256" and len(challenge) == 43
        )  # fmt: skip
        if not good:
            raise No("invalid_request")
        name, now = secrets.token_urlsafe(18), time()
        with self._lock:
            self._asked = {k: a for k, a in self._asked.items() if a.until > now}
            self._asked[name] = Asked(CLIENT, back, query["state"], query["nonce"], challenge, now + REQUEST_SECONDS)
        return name

    def asked(self, name: str) -> Asked:
        """A request under way; No when it is over."""
        with self._lock:
            found = self._asked.get(name)
        if found is None or found.until < time():
            raise No("request_over")
        return found

    def grant(self, name: str, resident: Resident, methods: tuple[str, ...]) -> str:
        """The resident has proven who they are: the code for the one who asked, for one use within a minute."""
        asked, code, now = self.asked(name), secrets.token_urlsafe(24), time()
        granted = _Granted(asked, resident, self.methods_told or methods, int(now), now + CODE_SECONDS)
        with self._lock:
            self._asked.pop(name, None)
            self._codes[code] = granted
        return code

    def token(self, issuer: str, form: dict[str, str], authorization: str) -> dict[str, Any]:
        """Exchange a code: who asks is the client, the verifier is the one of the request, and it was not used before."""
        self.client(authorization)
        with self._lock:
            granted = self._codes.pop(form.get("code", ""), None)
        if form.get("grant_type") != "authorization_code":
            raise No("unsupported_grant_type")
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if (
            granted is None or granted.until < time() or form.get("redirect_uri") != granted.asked.back
            or not hmac.compare_digest(challenge, granted.asked.challenge)
        ):  # fmt: skip
            raise No("invalid_grant")
        access, now = secrets.token_urlsafe(24), int(time())
        granted.until = now + TOKEN_SECONDS
        with self._lock:
            self._tokens = {k: g for k, g in self._tokens.items() if g.until > now}
            self._tokens[access] = granted
        half = hashlib.sha256(access.encode()).digest()[:16]
        claims = {
            "iss": issuer, "sub": self._subject(granted), "aud": CLIENT, "exp": now + TOKEN_SECONDS, "iat": now,
            "auth_time": granted.at, "nonce": granted.asked.nonce, "amr": list(granted.methods),
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
        }  # fmt: skip
        signed = jwt.encode({"alg": "ES256", "kid": self._key.kid}, claims, self._key)
        return {"access_token": access, "token_type": "Bearer", "expires_in": TOKEN_SECONDS, "id_token": signed}

    def userinfo(self, authorization: str) -> dict[str, Any]:
        """Who it is, for the bearer of an access token. Only here is anything personal: an ID token may end in a log."""
        kind, _, token = authorization.partition(" ")
        with self._lock:
            granted = self._tokens.get(token) if kind == "Bearer" else None
        if granted is None or granted.until < time():
            raise No("invalid_token", 401)
        r = granted.resident
        return {"sub": self._subject(granted), "name": r.name, "id_kind": "citizen", "id_number": r.number}

    def client(self, authorization: str) -> None:
        """Who asks is the client, by HTTP Basic; No otherwise."""
        wanted = base64.b64encode(f"{CLIENT}:{self._secret}".encode()).decode()
        if not hmac.compare_digest(authorization.encode(), f"Basic {wanted}".encode()):
            raise No("invalid_client", 401)

    def _subject(self, granted: _Granted) -> str:
        return hmac.new(
            self._pairwise, f"{granted.asked.client}:{granted.resident.number}".encode(), "sha256"
        ).hexdigest()
