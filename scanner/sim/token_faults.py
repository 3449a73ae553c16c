"""Tokens that the simulated ARM stops accepting in the middle of a scan."""

from __future__ import annotations

from base64 import b64encode

from scanner.sim.arm import SimulatedArm
from scanner.sim.faults import Fault, Match
from scanner.sim.http_messages import Request
from scanner.sim.routes import match_route
from scanner.sim.sign_in import is_open

_CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1768456800"}}}'
_CHALLENGE = (
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"'
    f', error="insufficient_claims", claims="{b64encode(_CLAIMS.encode()).decode()}"'
)
_EXPIRED = (
    'Bearer authorization_uri="https://login.windows.net/", error="invalid_token", '
    'error_description="The access token has expired."'
)


def revoke(arm: SimulatedArm, at: int, code: str = "ExpiredAuthenticationToken") -> Fault:
    """From request `at` on, 401 for every token that was issued before it."""
    return _refuse(arm, _OldTokens(arm, at), code, _EXPIRED)


def challenge(arm: SimulatedArm, at: int) -> Fault:
    """From request `at` on, a challenge with claims for every token that was issued before it.

    This is what Entra ID calls continuous access evaluation.
    """
    return _refuse(arm, _OldTokens(arm, at), "TokenCreatedWithOutdatedPolicies", _CHALLENGE)


def challenge_always(arm: SimulatedArm, match: Match) -> Fault:
    """Refuse every matching request, whatever its token, and ask for a token with claims."""
    return _refuse(arm, match, "TokenCreatedWithOutdatedPolicies", _CHALLENGE)


def _refuse(arm: SimulatedArm, match: Match, code: str, challenge: str) -> Fault:
    fault = Fault(match, status=401, code=code, headers={"www-authenticate": challenge})
    arm.world.faults.append(fault)
    return fault


class _OldTokens:
    """Matches requests whose token is older than request number `at` of ARM."""

    def __init__(self, arm: SimulatedArm, at: int) -> None:
        self._arm, self._left = arm, at
        self._old: frozenset[str] | None = None

    def __call__(self, request: Request) -> bool:
        if is_open(match_route(request)):
            return False
        self._left -= 1
        if self._left <= 0 and self._old is None:
            self._old = self._arm.tokens
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        return self._old is not None and token in self._old
