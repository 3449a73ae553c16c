"""Finds out which cloud is at an address of Azure Resource Manager."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import msgspec
from azure.core.pipeline import AsyncPipeline
from azure.core.pipeline.policies import CustomHookPolicy
from azure.core.rest import HttpRequest
from msgspec import Struct
from msgspec.structs import replace

from scanner.arm.answers import Response, body_of
from scanner.arm.asked import Asked
from scanner.arm.azure import Pipeline, Transport
from scanner.arm.cloud import Cloud
from scanner.arm.errors import NO_ANSWER, Failure
from scanner.arm.limits import LIMITS, Limits
from scanner.arm.notices import Notify, ignore
from scanner.arm.policies import ReadOnlyPolicy
from scanner.arm.retries import Retries
from scanner.errors import EndpointError, UsageError

_METADATA = "/metadata/endpoints?api-version=2022-09-01"
_CHECK_ENDPOINT = "Check --arm-endpoint: it must be Azure Resource Manager's own address"


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
