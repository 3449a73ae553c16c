"""What went wrong with a request, in words."""

from __future__ import annotations

import re
import ssl
from typing import Any

import aiohttp
import msgspec
from azure.core.exceptions import AzureError
from azure.core.rest import AsyncHttpResponse

from scanner.arm.answer import UNDECODABLE

_UNTRUSTED = (ssl.SSLCertVerificationError, aiohttp.ClientConnectorCertificateError)
_CODE = re.compile(r"[^A-Za-z0-9_.-]+")


def why(address: str, error: AzureError) -> tuple[str, str]:
    """What happened and what to do, for a request that got no answer."""
    for cause in _chain(error):
        if isinstance(cause, _UNTRUSTED):
            return (
                f"The certificate of {address} is not trusted",
                "Name the file of its certificate authority in SSL_CERT_FILE",
            )
        if isinstance(cause, aiohttp.ClientProxyConnectionError):
            return f"The proxy before {address} cannot be reached", "Check HTTPS_PROXY and NO_PROXY"
    return unreachable(address, f" ({type(error.inner_exception or error).__name__})")


def unreachable(address: str, detail: str = "") -> tuple[str, str]:
    """What happened and what to do, where nothing answers."""
    return f"{address} cannot be reached{detail}", "Check the address, the network and HTTPS_PROXY"


def error_code(response: AsyncHttpResponse) -> str:
    """HTTP status and ARM's error code, such as ``HTTP 403 AuthorizationFailed``.

    Bodies come as ``{"error": {"code"}}``, without that member, in capitals, empty or not as JSON.
    """
    try:
        body = msgspec.json.decode(response.content)
    except UNDECODABLE:
        body = None
    inner = _member(body, "error")
    code = _member(inner if isinstance(inner, dict) else body, "code") or _member(body, "errorcode")
    status = f"HTTP {response.status_code}"
    return f"{status} {_CODE.sub('', code)[:80]}" if isinstance(code, str) and code else status


def _member(body: Any, name: str) -> Any:
    if not isinstance(body, dict):
        return None
    return next((value for key, value in body.items() if str(key).lower() == name), None)


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in found:
        found.append(cause)
        cause = cause.__cause__ or getattr(cause, "inner_exception", None)
    return found
