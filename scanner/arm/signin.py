"""Signing in: the credential, and its first token."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Mapping

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.identity import CredentialUnavailableError
from azure.identity.aio import ClientSecretCredential, DefaultAzureCredential

from scanner.arm.azure import Transport
from scanner.arm.cloud import Cloud, host_and_port
from scanner.arm.errors import proxy_refused, unreachable, why
from scanner.arm.limits import LIMITS
from scanner.errors import EndpointError, SignInError

_ENTRA_ERROR = re.compile(r"AADSTS\d+:[^\r\n]*?(?=[\s.']*(?:Trace ID|Correlation ID|[\r\n]|$))")
# DefaultAzureCredential keeps a network error as text alone.
_UNREACHABLE = "Cannot connect to host"
_PROXY_REFUSED = re.compile(r"\b([345]\d\d), message='[^']*', url='http")
_CREDENTIALS = (
    "Run 'az login', or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET,"
    " or run where a managed identity is"
)


def default_credential(
    cloud: Cloud,
    tenant: str | None,
    transport: Transport,
) -> AsyncTokenCredential:
    """Credentials from the environment, a workload or managed identity, or a developer tool.

    Raises ``SignInError`` if the tenant or the client id is not valid, or if the environment names
    another authority.
    """
    _vet_authority(cloud, os.environ)
    # Each source that does not apply logs a warning. The outcome is reported once, by sign_in.
    logging.getLogger("azure").addHandler(logging.NullHandler())
    logging.getLogger("azure.identity").setLevel(logging.ERROR)
    try:
        return DefaultAzureCredential(
            authority=cloud.authority,
            disable_instance_discovery=not cloud.instance_discovery,
            additionally_allowed_tenants=["*"] if tenant else [],
            transport=transport,
        )
    except ValueError as error:
        raise SignInError(str(error), "Check --tenant and the AZURE_ variables") from error


def secret_credential(
    cloud: Cloud, environment: Mapping[str, str], transport: Transport
) -> AsyncTokenCredential:
    """A service principal with a secret, from the variables that Azure tools read.

    Raises ``SignInError`` if they name another authority than the cloud's.
    """
    _vet_authority(cloud, environment)
    return ClientSecretCredential(
        environment["AZURE_TENANT_ID"],
        environment["AZURE_CLIENT_ID"],
        environment["AZURE_CLIENT_SECRET"],
        authority=cloud.authority,
        disable_instance_discovery=not cloud.instance_discovery,
        transport=transport,
    )


def _vet_authority(cloud: Cloud, environment: Mapping[str, str]) -> None:
    """Raise ``SignInError`` if ``AZURE_AUTHORITY_HOST`` is set and names another sign-in.

    The SDK prefers the authority that we give it, so the variable would be ignored in silence.
    """
    wanted = environment.get("AZURE_AUTHORITY_HOST", "").strip()
    if wanted and not cloud.signs_in_at(wanted):
        raise SignInError(
            f"{cloud.endpoint} signs in at {host_and_port(cloud.authority)}, but"
            f" AZURE_AUTHORITY_HOST names {host_and_port(wanted) or 'no host'}",
            "Check --cloud, --arm-endpoint and the variable",
        )


async def sign_in(
    credential: AsyncTokenCredential, cloud: Cloud, seconds: float = LIMITS.sign_in
) -> None:
    """Fetch the first token before many requests start.

    Raises ``SignInError`` if there is no credential or it is refused, ``EndpointError`` if the
    authority cannot be reached, or does not answer in this time.
    """
    try:
        async with asyncio.timeout(seconds):
            await credential.get_token(cloud.token_scope)
    except TimeoutError:
        what = f"{cloud.authority} gave no token within {seconds:g} seconds"
        raise EndpointError(what, "Check the network, the proxy and the credentials") from None
    except CredentialUnavailableError as error:
        raise SignInError(
            "no credentials were found",
            _CREDENTIALS,
        ) from error
    except ClientAuthenticationError as error:
        if _UNREACHABLE in str(error):
            raise EndpointError(*unreachable(cloud.authority)) from error
        if refused := _PROXY_REFUSED.search(str(error)):
            raise EndpointError(*proxy_refused(cloud.authority, refused.group(1))) from error
        raise SignInError(*_explain_refusal(cloud, str(error))) from error
    except AzureError as error:
        raise EndpointError(*why(cloud.authority, error)) from error


def _explain_refusal(cloud: Cloud, text: str) -> tuple[str, str]:
    """What failed, and what to do, from the text of an error of ``azure-identity``."""
    match = _ENTRA_ERROR.search(text)
    if match:
        return (
            f"{cloud.authority} refused the sign-in: {match.group()}",
            "Check the tenant, the client and its secret",
        )
    if "CredentialUnavailable" in text or "failed to retrieve a token" in text:
        return (
            "no credential gave a token",
            f"{_CREDENTIALS}; --debug shows what each source said",
        )
    return f"{cloud.authority} refused the sign-in: {text[:300]}", "Check the credentials"
