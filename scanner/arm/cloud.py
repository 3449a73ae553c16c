"""Azure clouds: the address of Resource Manager, of the sign-in, and the audience of tokens."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import msgspec
from azure.core.pipeline import AsyncPipeline
from azure.core.pipeline.policies import CustomHookPolicy
from azure.core.pipeline.transport import AsyncHttpTransport
from azure.core.rest import AsyncHttpResponse, HttpRequest
from msgspec import Struct
from msgspec.structs import replace

from scanner.arm.answers import Response, body_of
from scanner.arm.asked import Asked
from scanner.arm.azure import Pipeline
from scanner.arm.errors import NO_ANSWER, Failure
from scanner.arm.limits import LIMITS, Limits
from scanner.arm.notices import Notify, ignore
from scanner.arm.policies import ReadOnlyPolicy
from scanner.arm.retries import Retries
from scanner.errors import EndpointError, UsageError

Transport = AsyncHttpTransport[HttpRequest, AsyncHttpResponse]

_METADATA = "/metadata/endpoints?api-version=2022-09-01"
_CHECK_ENDPOINT = "Check --arm-endpoint: it must be Azure Resource Manager's own address"
_PUBLIC_AUTHORITIES = {
    "login.microsoftonline.com": "public",
    "login.microsoft.com": "public",
    "login.windows.net": "public",
    "sts.windows.net": "public",
    "login.microsoftonline.us": "usgov",
    "login.usgovcloudapi.net": "usgov",
    "login.partner.microsoftonline.cn": "china",
    "login.chinacloudapi.cn": "china",
}
"""Hosts where Microsoft's clouds sign in, with the cloud. Hosts of one cloud are one sign-in."""


class Cloud(Struct, frozen=True):
    """One Azure cloud."""

    name: str
    endpoint: str
    """Base address of Azure Resource Manager, without a closing slash."""
    audience: str
    """The audience of tokens."""
    authority: str
    """Base address of the sign-in service."""

    @property
    def token_scope(self) -> str:
        """The OAuth scope of the audience."""
        return f"{self.audience}/.default"

    @property
    def instance_discovery(self) -> bool:
        """True if Microsoft's own instance discovery knows the authority."""
        return host_and_port(self.authority) in _PUBLIC_AUTHORITIES

    @property
    def is_public(self) -> bool:
        """True for a cloud of Microsoft, known by the hosts of Resource Manager and the sign-in."""
        return any(
            host_and_port(self.endpoint) == host_and_port(known.endpoint)
            and self.signs_in_at(known.authority)
            for known in CLOUDS.values()
        )

    def signs_in_at(self, address: str) -> bool:
        """True if an address, with or without ``https://``, is that of the cloud's sign-in."""
        return _sign_in(address) == _sign_in(self.authority)


CLOUDS = {
    "public": Cloud(
        "public",
        "https://management.azure.com",
        "https://management.azure.com",
        "https://login.microsoftonline.com",
    ),
    "usgov": Cloud(
        "usgov",
        "https://management.usgovcloudapi.net",
        "https://management.core.usgovcloudapi.net",
        "https://login.microsoftonline.us",
    ),
    "china": Cloud(
        "china",
        "https://management.chinacloudapi.cn",
        "https://management.chinacloudapi.cn",
        "https://login.partner.microsoftonline.cn",
    ),
}
"""The clouds that Microsoft runs, by the name ``--cloud`` takes."""


class _Authentication(Struct, rename="camel"):
    login_endpoint: str
    audiences: list[str]


class _Metadata(Struct, rename="camel"):
    authentication: _Authentication
    name: str | None = None
    resource_manager: str | None = None


async def discover(
    address: str, transport: Transport, limits: Limits = LIMITS, notify: Notify = ignore
) -> Cloud:
    """The cloud whose Resource Manager answers at ``address``.

    Authority and audience come from ``/metadata/endpoints``, as for other Azure tools. Raises
    ``UsageError`` if the address is not an https URL, ``EndpointError`` if nothing answers or if
    the answer does not describe an Azure cloud.
    """
    endpoint = address.rstrip("/")
    if not _is_https_address(endpoint):
        raise UsageError(
            f"--arm-endpoint {address!r} is no https address",
            "Give the base address of Azure Resource Manager, such as https://arm.example.com",
        )
    few = replace(limits, retries=2)
    policies: list[Any] = [Retries(endpoint, few, notify), CustomHookPolicy(), ReadOnlyPolicy()]
    body = await _download_metadata(endpoint, AsyncPipeline(transport, policies), limits)
    try:
        entries = msgspec.json.decode(body, type=list[_Metadata] | _Metadata)
        offered = entries if isinstance(entries, list) else [entries]
        found = _of_endpoint(offered, endpoint)
        audience = found.authentication.audiences[0]
    except (msgspec.MsgspecError, LookupError, UnicodeDecodeError) as error:
        raise EndpointError(
            f"{endpoint}{_METADATA} does not describe an Azure cloud ({error})",
            _CHECK_ENDPOINT,
        ) from error
    authority = found.authentication.login_endpoint.rstrip("/")
    if not _is_https_address(authority) or not audience:
        raise EndpointError(
            f"{endpoint}{_METADATA} names no https address to sign in at, or no audience",
            "Ask who runs that cloud",
        )
    return Cloud(found.name or "custom", endpoint, audience, authority)


def host_and_port(address: str) -> str:
    """The host of an address in small letters, and its port unless that is 443.

    The scheme may be missing. Empty if the text is no address.
    """
    try:
        parts = urlsplit(address if "//" in address else f"//{address}")
        host, port = parts.hostname or "", parts.port or 443
    except ValueError:
        return ""
    host = f"[{host}]" if ":" in host else host
    return host if port == 443 else f"{host}:{port}"


def _sign_in(address: str) -> str:
    """What tells one sign-in from another: the cloud of a known host, else host and port."""
    host = host_and_port(address)
    return _PUBLIC_AUTHORITIES.get(host, host)


def _is_https_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    is_complete = parts.scheme == "https" and bool(parts.hostname) and port != 0
    return is_complete and not parts.query and not set(address) & set(" \t\n")


def _of_endpoint(offered: list[_Metadata], endpoint: str) -> _Metadata:
    """The cloud that names this endpoint, else the only one. Older answers list several clouds."""
    named = [cloud for cloud in offered if (cloud.resource_manager or "").rstrip("/") == endpoint]
    if not named and len(offered) > 1:
        raise LookupError("several clouds, and none names this endpoint")
    return (named or offered)[0]


async def _download_metadata(endpoint: str, pipeline: Pipeline, limits: Limits) -> bytes:
    """The answer of ``/metadata/endpoints``. Raises ``EndpointError`` if there is none."""
    bodies = []

    def take(response: Response) -> None:
        bodies.append(body_of(response))

    asked = Asked("", "", "the description of the cloud", limits.single_read)
    request = HttpRequest("GET", endpoint + _METADATA)
    try:
        await pipeline.run(request, asked=asked, raw_response_hook=take)
    except Failure as failure:
        if failure.kind in NO_ANSWER:
            raise EndpointError(failure.what, failure.remedy or _CHECK_ENDPOINT) from None
        what = f"{endpoint}{_METADATA} answered {failure.what}"
        raise EndpointError(what, _CHECK_ENDPOINT) from None
    return bodies[0]
