"""Failed requests, in words and as gaps."""

from __future__ import annotations

import re
import ssl
from enum import Enum, auto
from typing import Any

import aiohttp
import msgspec
from azure.core.exceptions import (
    AzureError,
    ServiceRequestTimeoutError,
    ServiceResponseTimeoutError,
)
from azure.core.rest import AsyncHttpResponse

from scanner.arm.call import Call, LongPost, Post
from scanner.arm.decode import UNDECODABLE, Broken, Malformed
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Reason

SIGN_IN_AGAIN = "Sign in again, then scan again."
_SILENCES = (ServiceRequestTimeoutError, ServiceResponseTimeoutError)
_UNTRUSTED = (ssl.SSLCertVerificationError, aiohttp.ClientConnectorCertificateError)
_CODE = re.compile(r"[^A-Za-z0-9_.-]+")


class Kind(Enum):
    """What kind of failure it is. It decides whether the request is sent again."""

    FINAL = auto()
    """The same request would fail again."""
    ODD = auto()
    """An answer that a service gives by mistake: a refusal, or a body that cannot be read."""
    DOWN = auto()
    """The service is out of order for a moment."""
    BROKEN = auto()
    """No answer: the connection could not be opened, or broke."""
    SILENT = auto()
    """No answer in time."""
    REFUSED = auto()
    """The sign-in is not accepted for requests of this kind."""
    GIVEN_UP = auto()
    """It was not sent: other requests of its kind failed, or there is no time left."""


NO_ANSWER = (Kind.BROKEN, Kind.SILENT)


class ReadOnlyError(AzureError):
    """Something tried to send a request that may write. It is a bug of backupscan."""


class Failure(Exception):  # noqa: N818 - becomes a gap, never ends a run
    """A request that failed. Its text says what happened."""

    def __init__(
        self,
        reason: Reason,
        what: str,
        remedy: str | None = None,
        kind: Kind = Kind.FINAL,
        *,
        wait: float | None = None,
        versions: tuple[str, ...] = (),
    ) -> None:
        """``wait`` is how long the answer asks to wait, in seconds. ``versions`` are the
        api-versions that the answer names in place of the one that was asked for."""
        super().__init__(what)
        self.reason, self.what, self.remedy, self.kind = reason, what, remedy, kind
        self.wait, self.versions = wait, versions

    def renewed(self) -> Failure:
        """The same failure to raise again. One that is raised twice would keep both tracebacks."""
        return Failure(self.reason, self.what, self.remedy, self.kind)


def given_up(reason: Reason, what: str, remedy: str) -> Failure:
    """The failure of all requests of a kind that are not sent any more."""
    return Failure(reason, what, remedy, Kind.GIVEN_UP)


def malformed(problem: Malformed) -> Failure:
    """The failure of a request whose answer cannot be read."""
    what = f"The answer is not what ARM documents: {problem}"
    return Failure(Reason.FAILED, what, kind=Kind.ODD)


def to_gap(call: Call[Any], scope: ArmId, problem: Failure, entry: str = "") -> Gap:
    """The gap in place of the answer. ``entry`` names one entry of a listing."""
    remedy = problem.remedy
    if remedy is None and problem.reason is Reason.DENIED:
        # The Reader role has every read, but no POST, not even one that only reads.
        has = ", the Reader role has it," if call.action.endswith("/read") else ","
        remedy = f"Grant {call.action} on {scope.text}{has} then scan again."
    if remedy is None:
        remedy = "Scan again; if it stays, look at the resource in the Azure portal."
    if isinstance(call, Post | LongPost):
        # Questions about many VMs, or addresses, share one scope.
        entry = f": {problem.what}"
    text = f"{problem.what.rstrip('.')}. {remedy}"
    return Gap(scope.text, call.fact, problem.reason, call.action, text, f"{call.name}{entry}")


def entry_to_gap(call: Call[Any], scope: ArmId, entry: Broken) -> Gap:
    """The gap in place of one entry of a listing. Its scope is the entry's id, if there is one."""
    what = f"An entry of the {call.name} listing is not what ARM documents: {entry.problem}"
    # Entries without an id share the scope of the listing. Only their problem differs.
    return to_gap(call, entry.id or scope, Failure(Reason.FAILED, what), f": {entry.problem}")


def no_answer(address: str, error: AzureError) -> Failure:
    """The failure of a request that got no answer."""
    kind = Kind.SILENT if isinstance(error, _SILENCES) else Kind.BROKEN
    what, remedy = why(address, error)
    return Failure(Reason.FAILED, what, f"{remedy}, then scan again.", kind)


def why(address: str, error: AzureError) -> tuple[str, str]:
    """What happened and what to do, if a request got no answer."""
    if isinstance(error, ServiceRequestTimeoutError):
        return unreachable(address, ": no connection was opened in time")
    if isinstance(error, ServiceResponseTimeoutError):
        todo = "Check the network and the proxy, or raise --request-timeout"
        return f"{address} did not answer in time", todo
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
