"""Failed requests, in words and as gaps."""

from __future__ import annotations

import re
import ssl
from typing import Any

import aiohttp
import msgspec
from azure.core.exceptions import AzureError
from azure.core.rest import AsyncHttpResponse

from scanner.arm.call import Call, Post
from scanner.arm.decode import UNDECODABLE, Broken, Malformed
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Reason

SIGN_IN_AGAIN = "Sign in again, then scan again."
_UNTRUSTED = (ssl.SSLCertVerificationError, aiohttp.ClientConnectorCertificateError)
_CODE = re.compile(r"[^A-Za-z0-9_.-]+")


class Failure(Exception):  # noqa: N818 - becomes a gap, never ends a run
    """A request that failed. Its text says what happened."""

    def __init__(self, reason: Reason, what: str, remedy: str | None = None) -> None:
        super().__init__(what)
        self.reason, self.what, self.remedy = reason, what, remedy


def to_gap(call: Call[Any], scope: str, problem: Failure | Malformed, entry: str = "") -> Gap:
    """The gap in place of the answer. ``entry`` names one entry of a listing."""
    if isinstance(problem, Malformed):
        problem = Failure(Reason.FAILED, f"The answer is not what ARM documents: {problem}")
    remedy = problem.remedy
    if remedy is None and problem.reason is Reason.DENIED:
        # The Reader role has every read, but no POST, not even one that only reads.
        has = ", the Reader role has it," if call.action.endswith("/read") else ","
        remedy = f"Grant {call.action} on {scope}{has} then scan again."
    if remedy is None:
        remedy = "Scan again; if it stays, look at the resource in the Azure portal."
    if isinstance(call, Post):
        # Questions about many VMs share the scope of the subscription.
        entry = f": {problem.what}"
    text = f"{problem.what.rstrip('.')}. {remedy}"
    return Gap(scope, call.fact, problem.reason, call.action, text, f"{call.name}{entry}")


def entry_to_gap(call: Call[Any], scope: ArmId, entry: Broken) -> Gap:
    """The gap in place of one entry of a listing. Its scope is the entry's id, if there is one."""
    what = f"An entry of the {call.name} listing is not what ARM documents: {entry.problem}"
    # Entries without an id share the scope of the listing. Only their problem differs.
    return to_gap(
        call, (entry.id or scope).text, Failure(Reason.FAILED, what), f": {entry.problem}"
    )


def why(address: str, error: AzureError) -> tuple[str, str]:
    """What happened and what to do, if a request got no answer."""
    for cause in _exception_chain(error):
        if isinstance(cause, _UNTRUSTED):
            return (
                f"The certificate of {address} is not trusted",
                "Name the file of its certificate authority in SSL_CERT_FILE",
            )
        if isinstance(cause, aiohttp.ClientProxyConnectionError):
            return f"The proxy before {address} cannot be reached", "Check HTTPS_PROXY and NO_PROXY"
        if isinstance(cause, aiohttp.ClientHttpProxyError):
            return proxy_refused(address, cause.status)
    return unreachable(address, f" ({type(error.inner_exception or error).__name__})")


def proxy_refused(address: str, status: object) -> tuple[str, str]:
    """What happened and what to do, if a proxy refused the request."""
    remedy = "Check HTTPS_PROXY, with its user and password, and NO_PROXY"
    return f"The proxy before {address} answered HTTP {status}", remedy


def unreachable(address: str, detail: str = "") -> tuple[str, str]:
    """What happened and what to do, if nothing answers."""
    return f"{address} cannot be reached{detail}", "Check the address, the network and HTTPS_PROXY"


def error_code(response: AsyncHttpResponse) -> str:
    """HTTP status and ARM's error code, such as ``HTTP 403 AuthorizationFailed``.

    Bodies are ``{"error": {"code"}}``, or lack that member, or have it in capitals, or are empty,
    or are not JSON.
    """
    try:
        body = msgspec.json.decode(response.content)
    except UNDECODABLE:
        body = None
    inner = _member_in_any_case(body, "error")
    code = _member_in_any_case(
        inner if isinstance(inner, dict) else body, "code"
    ) or _member_in_any_case(body, "errorcode")
    status = f"HTTP {response.status_code}"
    return f"{status} {_CODE.sub('', code)[:80]}" if isinstance(code, str) and code else status


def _member_in_any_case(body: Any, name: str) -> Any:
    """A member of a JSON object, by its name in lower case; services spell names differently."""
    if not isinstance(body, dict):
        return None
    return next((value for key, value in body.items() if str(key).lower() == name), None)


def _exception_chain(error: BaseException) -> list[BaseException]:
    """The error and its causes; the SDK keeps some in ``inner_exception``."""
    found: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in found:
        found.append(cause)
        cause = cause.__cause__ or getattr(cause, "inner_exception", None)
    return found
