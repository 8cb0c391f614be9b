"""OpenID Connect: authorization code with PKCE, state and nonce; nothing of a token is kept.

`settings.MITID` holds `issuer`, `client_id`, `client_secret`, `scope`, the names of the claims
(`subject_claim`, `number_claim`, `level_claim`), `levels` from a claim's value to ours, and
`parameters`, what this broker wants beside the usual ones. In their values `{text}` and
`{text_base64}` stand for what MitID shows to the one who signs in.
"""

import base64
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from django.conf import settings
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError

from borgerservice.adapters.mitid.provider import TIMEOUT_SECONDS, Provider, fetched
from borgerservice.kernel.cpr import CprNumber, ImpossibleCprNumber
from witnesses.ports import Begun, BrokerDown, SignedIn, SignInCancelled, SignInInvalid
from witnesses.rules.levels import is_enough

ALGORITHMS: Final = ("RS256", "PS256", "ES256")
CLOCKS_DIFFER_SECONDS: Final = 60
"""By how much the broker's clock may be off; a sign-in from before it was asked for is none."""
DOWN: Final = frozenset({"temporarily_unavailable", "server_error"})

_known: dict[str, Provider] = {}


class OidcBroker:
    """A MitID broker that speaks OpenID Connect."""

    def __init__(self) -> None:
        self._config: Mapping[str, Any] = settings.MITID

    def begin(
        self, *, return_to: str, level: str, text: str, language: str, now: datetime
    ) -> Begun:
        """Begin a sign-in: prompted for anew, at a level that is enough."""
        verifier, nonce = generate_token(48), generate_token(32)
        enough = [
            value
            for value, ours in self._config["levels"].items()
            if is_enough(ours, aimed_at=level)
        ]
        address, state = self._session(return_to).create_authorization_url(
            self._provider().address("authorization_endpoint"),
            state=generate_token(32),
            code_verifier=verifier,
            nonce=nonce,
            prompt="login",
            max_age=CLOCKS_DIFFER_SECONDS,
            acr_values=" ".join(enough),
            ui_locales=language,
            **_filled_in(self._config["parameters"], text),
        )
        return Begun(address=address, state=state, nonce=nonce, verifier=verifier, at=now)

    def finish(
        self, *, begun: Begun, answer: Mapping[str, str], return_to: str, now: datetime
    ) -> SignedIn:
        """Exchange the code, check the ID token whole, and take from it the three things needed."""
        error, state = answer.get("error"), answer.get("state", "")
        is_ours = hmac.compare_digest(state.encode(), begun.state.encode())
        if not is_ours and (state or not error):  # a no need not prove where it comes from
            raise SignInInvalid
        if answer.get("iss", self._config["issuer"]) != self._config["issuer"]:
            raise SignInInvalid
        if error:
            raise BrokerDown if error in DOWN else SignInCancelled
        if not answer.get("code"):
            raise SignInInvalid
        token = self._exchanged(answer["code"], begun, return_to)
        claims = self._checked(token, begun, now=now)
        return self._signed_in({**self._more(token, claims), **claims})

    def _provider(self) -> Provider:
        issuer = self._config["issuer"]
        known = _known.get(issuer)
        if known is None or known.is_stale:
            known = _known[issuer] = Provider(issuer)
        return known

    def _session(self, return_to: str) -> OAuth2Session:
        return OAuth2Session(
            client_id=self._config["client_id"],
            client_secret=self._config["client_secret"],
            scope=self._config["scope"],
            redirect_uri=return_to,
            code_challenge_method="S256",
            default_timeout=TIMEOUT_SECONDS,
        )

    def _exchanged(self, code: str, begun: Begun, return_to: str) -> dict[str, Any]:
        try:
            return dict(
                self._session(return_to).fetch_token(
                    self._provider().address("token_endpoint"),
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=begun.verifier,
                    redirect_uri=return_to,
                    allow_redirects=False,
                )
            )
        except requests.JSONDecodeError:
            raise SignInInvalid from None
        except requests.RequestException:
            raise BrokerDown("no answer") from None
        except (OAuthError, ValueError, TypeError, KeyError, AttributeError):
            raise SignInInvalid from None

    def _checked(self, token: Mapping[str, Any], begun: Begun, *, now: datetime) -> dict[str, Any]:
        """The claims of an ID token that is signed by the broker, for us, now, for this sign-in."""
        try:
            read = self._read(str(token["id_token"]))
            claims = CodeIDToken(
                read.claims,
                read.header,
                options={
                    "iss": {"essential": True, "value": self._config["issuer"]},
                    "aud": {"essential": True, "value": self._config["client_id"]},
                },
                params={
                    "nonce": begun.nonce,
                    "client_id": self._config["client_id"],
                    "max_age": CLOCKS_DIFFER_SECONDS,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(now=int(now.timestamp()), leeway=CLOCKS_DIFFER_SECONDS)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            raise SignInInvalid from None
        if claims["auth_time"] < begun.at.timestamp() - CLOCKS_DIFFER_SECONDS:
            raise SignInInvalid
        return dict(claims)

    def _read(self, id_token: str) -> jwt.Token:
        provider = self._provider()
        try:
            return jwt.decode(id_token, provider.keys, algorithms=ALGORITHMS)
        except InvalidKeyIdError:
            if not provider.has_newer_keys():
                raise
            return jwt.decode(id_token, provider.keys, algorithms=ALGORITHMS)

    def _more(self, token: Mapping[str, Any], claims: Mapping[str, Any]) -> dict[str, Any]:
        """What the broker tells of the same person beside the ID token, where the number lacks."""
        address = self._provider().address("userinfo_endpoint")
        if self._config["number_claim"] in claims or not address or "access_token" not in token:
            return {}
        told = fetched(address, Authorization=f"Bearer {token['access_token']}")
        if told.get("sub") != claims["sub"]:
            raise SignInInvalid
        return told

    def _signed_in(self, claims: Mapping[str, Any]) -> SignedIn:
        subject, number = claims.get(self._config["subject_claim"]), None
        if not isinstance(subject, str) or not subject:
            raise SignInInvalid
        if stated := claims.get(self._config["number_claim"]):
            try:
                number = CprNumber.parse(str(stated))
            except ImpossibleCprNumber:
                raise SignInInvalid from None
        level = self._config["levels"].get(str(claims.get(self._config["level_claim"])), "")
        return SignedIn(subject=subject, number=number, level=level)


def _filled_in(parameters: Mapping[str, str], text: str) -> dict[str, str]:
    coded = base64.b64encode(text.encode()).decode()
    return {
        name: value.replace("{text_base64}", coded).replace("{text}", text)
        for name, value in parameters.items()
    }
