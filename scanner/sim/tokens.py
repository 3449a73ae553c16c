"""Access tokens in the shape of Entra ID: a JWT with the claims that clients read.

The signature is an HMAC with a key that follows from the world, not Entra ID's RSA. So a simulated
ARM accepts the tokens of one that served the same world before.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import msgspec

from scanner.sim.world import World

_HEADER = {"typ": "JWT", "alg": "HS256", "kid": "simulated"}


def make_token(world: World, audience: str, number: int, lifetime: float) -> str:
    """A token that says it is valid for `lifetime` seconds; `number` makes it unlike any other."""
    now = time.time()
    claims = {
        "aud": audience,
        "iss": f"https://sts.windows.net/{world.tenant_id}/",
        "iat": int(now),
        "nbf": int(now),
        "exp": int(now + lifetime),
        "appid": world.client_id,
        "appidacr": "1",
        "idp": f"https://sts.windows.net/{world.tenant_id}/",
        "idtyp": "app",
        "oid": world.object_id,
        "sub": world.object_id,
        "tid": world.tenant_id,
        "uti": f"{time.time_ns():x}-{number}",
        "ver": "1.0",
        "xms_tcdt": int(now),
    }
    signed = ".".join(_encode(msgspec.json.encode(part)) for part in (_HEADER, claims))
    return f"{signed}.{_encode(_signature(world, signed))}"


def read_token(world: World, token: str) -> Mapping[str, Any] | None:
    """The claims of a token of this world; None if it is none, or was changed."""
    signed, _, signature = token.rpartition(".")
    if not hmac.compare_digest(_encode(_signature(world, signed)), signature):
        return None
    payload = signed.partition(".")[2]
    claims: Mapping[str, Any] = msgspec.json.decode(
        urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    )
    return claims


def _signature(world: World, text: str) -> bytes:
    key = f"{world.seed}/{world.tenant_id}/{world.client_secret}"
    return hmac.digest(key.encode(), text.encode(), hashlib.sha256)


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
