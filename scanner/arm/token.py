"""One token for all requests, renewed once for all of them."""

from __future__ import annotations

import asyncio
import json
import time
from base64 import urlsafe_b64decode
from contextlib import suppress
from re import compile as pattern
from typing import Any

from azure.core.credentials import AccessToken
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import AsyncHTTPPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest

from scanner.arm.errors import SIGN_IN_AGAIN, Failure, Kind, error_code, given_up
from scanner.arm.limits import LIMITS, Limits
from scanner.inventory.gap import Reason

_REFRESH_BEFORE = 300
"""Seconds before its end that a token is renewed. A short-lived one: in the middle of its life."""
_LAST_SECONDS = 30
"""Seconds before its end in which a token is not used while it is renewed."""
_CLAIMS = pattern(r'\bclaims="([A-Za-z0-9+/_=-]+)"')


class SharedToken(AsyncTokenCredential):
    """Gives the same token to every request until it is about to end, or is refused.

    Requests that start at once wait here for the token that is being fetched. After a renewal that
    failed, none is tried for a while.
    """

    def __init__(
        self,
        credential: AsyncTokenCredential,
        tenant: str | None = None,
        limits: Limits = LIMITS,
    ) -> None:
        self._credential, self._tenant, self._limits = credential, tenant, limits
        self._token: AccessToken | None = None
        self._renew_at = 0.0
        self._failed: Failure | None = None
        self._try_again_at = 0.0
        self._lock = asyncio.Lock()
        self._accepted = ""
        """The last token that a request was answered with."""
        self._is_replacement = False

    async def get_token(
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,
        enable_cae: bool = False,  # noqa: ARG002 - the SDK's protocol
        **_: Any,
    ) -> AccessToken:
        """The token. Raises ``AzureError`` if there is none."""
        async with self._lock:
            if self._token is None or claims or self._renew_at <= time.time():
                self._keep(await self._fetch(scopes, claims, tenant_id))
            assert self._token
            return self._token

    async def current(self, scope: str) -> str:
        """The token for a request. Raises ``Failure`` if it ended and was not renewed."""
        now = time.time()
        if self._token and now < self._renew_at:
            return self._token.token
        if self._token and now < self._token.expires_on - _LAST_SECONDS and self._lock.locked():
            # Another request renews it. It is good until then.
            return self._token.token
        async with self._lock:
            if self._token is None or self._renew_at <= time.time():
                try:
                    await self._renew(scope, None)
                except Failure:
                    if self._token is None or self._token.expires_on <= time.time():
                        raise
            assert self._token
            return self._token.token

    async def instead_of(self, refused: str, scope: str, claims: str | None, code: str) -> str:
        """A token in place of one that was refused with this code.

        Raises ``Failure`` if there is no other.
        """
        async with self._lock:
            assert self._token
            if self._token.token != refused:
                return self._token.token
            if self._is_replacement and self._accepted != refused and claims is None:
                raise _refused(code)
            self._is_replacement = True
            await self._renew(scope, claims)
            if self._token.token == refused:
                # A credential keeps a token until it ends, unless claims demand a newer one.
                await self._renew(scope, _newer_than_now())
            return self._token.token

    def accept(self, token: str) -> None:
        """A request was answered with this token."""
        self._accepted = token

    async def _renew(self, scope: str, claims: str | None) -> None:
        """Fetch another token. Raises ``Failure``, for a while without asking again."""
        if self._failed and time.time() < self._try_again_at:
            raise self._failed.renewed()
        try:
            async with asyncio.timeout(self._limits.token):
                self._keep(await self._fetch((scope,), claims, None))
            self._failed = None
            return
        except TimeoutError:
            why = "no answer in time"
        except AzureError as error:
            why = type(error).__name__
        what = f"The sign-in ended and was not renewed ({why})"
        self._failed = given_up(Reason.DENIED, what, SIGN_IN_AGAIN)
        self._try_again_at = time.time() + self._limits.breaker_pause
        raise self._failed.renewed()

    async def _fetch(
        self, scopes: tuple[str, ...], claims: str | None, tenant: str | None
    ) -> AccessToken:
        return await self._credential.get_token(
            *scopes, claims=claims, tenant_id=tenant or self._tenant
        )

    def _keep(self, token: AccessToken) -> None:
        now = time.time()
        self._token = token
        lifetime = token.expires_on - now
        self._renew_at = token.expires_on - min(_REFRESH_BEFORE, lifetime / 2)

    async def close(self) -> None:
        """Close the credential."""
        await self._credential.close()

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class TokenPolicy(AsyncHTTPPolicy[HttpRequest, AsyncHttpResponse]):
    """Signs every request, and sends it once more with another token if it was refused."""

    def __init__(self, token: SharedToken, scope: str) -> None:
        super().__init__()
        self._token, self._scope = token, scope

    async def send(
        self, request: PipelineRequest[HttpRequest]
    ) -> PipelineResponse[HttpRequest, AsyncHttpResponse]:
        """The answer. Raises ``Failure`` if a new token is refused as well."""
        token = await self._token.current(self._scope)
        response = await self._send_with(token, request)
        if response.http_response.status_code != 401:
            self._token.accept(token)
            return response
        claims, code = _claims(response.http_response), error_code(response.http_response)
        token = await self._token.instead_of(token, self._scope, claims, code)
        response = await self._send_with(token, request)
        if response.http_response.status_code != 401:
            self._token.accept(token)
            return response
        raise _refused(error_code(response.http_response))

    async def _send_with(
        self, token: str, request: PipelineRequest[HttpRequest]
    ) -> PipelineResponse[HttpRequest, AsyncHttpResponse]:
        if not request.http_request.url.lower().startswith("https://"):
            raise Failure(Reason.FAILED, "A token is sent over https alone")
        request.http_request.headers["Authorization"] = f"Bearer {token}"
        return await self.next.send(request)


def _refused(code: str) -> Failure:
    """The failure of a request whose token was refused, and another one too."""
    what = f"The sign-in was not accepted, nor was a new one ({code})"
    return Failure(Reason.DENIED, what, SIGN_IN_AGAIN, Kind.REFUSED)


def _claims(response: AsyncHttpResponse) -> str | None:
    """The claims that a challenge asks for (continuous access evaluation). None if it has none."""
    match = _CLAIMS.search(response.headers.get("WWW-Authenticate", ""))
    if match is None:
        return None
    encoded = match.group(1)
    with suppress(ValueError):
        return urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    return None


def _newer_than_now() -> str:
    """Claims that no token in a cache fulfils."""
    not_before = {"essential": True, "value": str(int(time.time()))}
    return json.dumps({"access_token": {"nbf": not_before}})
