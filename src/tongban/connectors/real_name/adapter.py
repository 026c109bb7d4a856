"""The relying party's half of OpenID Connect (authorization code with PKCE): discovery, the exchange of the code, the signed ID token
checked against the issuer's keys, who it is from the userinfo. What is not exactly as it must be lets nobody in."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

import msgspec
from authlib.common.security import generate_token
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tongban.connectors.wire import Line, NotUnderstood, Wire, listened, read
from tongban.domain.ports import CounterCode, NotThere, Purpose, Subject, Unavailable, Vouched, WayIn

SOURCE = "realname"
ALGORITHMS = ["ES256", "RS256"]
LEEWAY = 30  # seconds by which the clocks of two machines may differ


class _Configuration(msgspec.Struct, frozen=True):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    counter_code_endpoint: str = ""


class _Tokens(msgspec.Struct, frozen=True):
    access_token: Line
    id_token: str


class _Info(msgspec.Struct, frozen=True):
    sub: Line
    name: Line
    id_number: Line
    id_kind: Literal["citizen", "hmt", "foreigner", "passport"]


class _Issued(msgspec.Struct, frozen=True):
    code: Line
    until: int


class Adapter:
    """Implements ``tongban.domain.ports.RealName`` for one issuer, as one client with its secret."""

    def __init__(self, issuer: str, client: str, secret: str, now: Callable[[], datetime]) -> None:
        self._issuer, self._client, self._secret, self._now = issuer.rstrip("/"), client, secret, now
        self._wire = Wire(self._issuer)

    def way(self, back: str) -> WayIn | Unavailable:
        """See the port."""

        def ask() -> WayIn:
            state, nonce, verifier = generate_token(32), generate_token(32), generate_token(64)
            asked = [
                ("response_type", "code"), ("client_id", self._client), ("redirect_uri", back), ("scope", "openid realname"),
                ("state", state), ("nonce", nonce), ("code_challenge", create_s256_code_challenge(verifier)),
                ("code_challenge_method", "S256"),
            ]  # fmt: skip
            url = add_params_to_uri(self._configuration().authorization_endpoint, asked)
            return WayIn(url, state, nonce, verifier)

        return listened(SOURCE, ask)

    def who(self, code: str, way: WayIn, back: str) -> Vouched | Unavailable:
        """See the port."""

        def ask() -> Vouched:
            known = self._configuration()
            fields = {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": back,
                "code_verifier": way.verifier,
            }
            given = read(self._wire.form(self._path(known.token_endpoint), fields, self._user()), _Tokens)
            claims = self._claims(known, given, way.nonce)
            info = read(self._wire.get(self._path(known.userinfo_endpoint), given.access_token), _Info)
            if info.sub != claims["sub"]:
                raise NotUnderstood("userinfo of another subject")
            at = datetime.fromtimestamp(claims["auth_time"], UTC)
            return Vouched(info.id_number, info.name, info.id_kind, tuple(map(str, claims.get("amr") or ())), at)

        return listened(SOURCE, ask)

    def counter_code(self, subject: Subject, purpose: Purpose) -> CounterCode | NotThere | Unavailable:
        """See the port."""

        def ask() -> CounterCode | NotThere:
            known = self._configuration()
            if not known.counter_code_endpoint:
                raise NotUnderstood("no codes of counters")
            fields = {"number": subject.number, "name": subject.name, "reason": purpose.reason, "actor": purpose.actor,
                      "about": purpose.about}  # fmt: skip
            made = read(self._wire.form(self._path(known.counter_code_endpoint), fields, self._user()), _Issued)
            if not made.code:
                return NotThere(SOURCE, self._now())
            return CounterCode(made.code, datetime.fromtimestamp(made.until, UTC))

        return listened(SOURCE, ask)

    def _configuration(self) -> _Configuration:
        # Asked each time: a sign-in is rare, and an issuer that moved or changed its keys is believed at once.
        found = read(self._wire.get("/.well-known/openid-configuration"), _Configuration)
        if found.issuer != self._issuer:
            raise NotUnderstood("another issuer")
        return found

    def _path(self, endpoint: str) -> str:
        """What our server asks lies with the issuer itself: its document cannot send our secret elsewhere."""
        if not endpoint.startswith(self._issuer + "/"):
            raise NotUnderstood("an endpoint elsewhere")
        return endpoint.removeprefix(self._issuer)

    def _user(self) -> tuple[str, str]:
        return self._client, self._secret

    def _claims(self, known: _Configuration, given: _Tokens, nonce: str) -> CodeIDToken:
        try:
            keys = KeySet.import_key_set(msgspec.json.decode(self._wire.get(self._path(known.jwks_uri))))
            token = jwt.decode(given.id_token, keys, algorithms=ALGORITHMS)
            options = {
                "iss": {"essential": True, "value": self._issuer}, "aud": {"essential": True, "value": self._client},
                "nonce": {"essential": True, "value": nonce}, "auth_time": {"essential": True},
            }  # fmt: skip
            told = {"client_id": self._client, "nonce": nonce, "access_token": given.access_token, "max_age": 600}
            claims = CodeIDToken(token.claims, token.header, options, told)
            claims.validate(int(self._now().timestamp()), LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError, msgspec.DecodeError) as error:
            raise NotUnderstood(f"ID token: {type(error).__name__}") from None
        return claims
