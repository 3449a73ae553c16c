"""The body of an answer, or how the request failed."""

from __future__ import annotations

import re
from codecs import BOM_UTF8

from azure.core.pipeline import PipelineResponse
from azure.core.rest import AsyncHttpResponse, HttpRequest

from scanner.arm.errors import SIGN_IN_AGAIN, Failure, Kind, error_code
from scanner.arm.retry_after import retry_after
from scanner.inventory.gap import Reason

Response = PipelineResponse[HttpRequest, AsyncHttpResponse]

_DOWN = (408, 500, 502, 503, 504)
_WRONG_VERSION = ("InvalidResourceType", "InvalidApiVersionParameter", "NoRegisteredProviderFound")
_ANOTHER_VERSION = "This cloud does not know the api-version of the request. Update backupscan."
_SUPPORTED = re.compile(rb"supported (?:api-)?versions are '([^']+)'", re.IGNORECASE)
_STABLE = re.compile(rb"\b\d{4}-\d\d-\d\d\b(?!-)")


def body_of(response: Response) -> bytes:
    """The body of an answer with status 200. Raises ``Failure`` for any other status."""
    answer = response.http_response
    if answer.status_code == 200:
        return answer.content.removeprefix(BOM_UTF8)
    what = error_code(answer)
    if answer.status_code == 401:
        raise Failure(Reason.DENIED, f"The sign-in was not accepted ({what})", SIGN_IN_AGAIN)
    if answer.status_code == 403:
        raise Failure(Reason.DENIED, what, kind=Kind.ODD)
    if answer.status_code in _DOWN:
        raise Failure(Reason.FAILED, what, kind=Kind.DOWN, wait=retry_after(response))
    if what.endswith(_WRONG_VERSION):
        raise _wrong_version(what, answer.content)
    raise Failure(Reason.FAILED, what)


def _wrong_version(what: str, body: bytes) -> Failure:
    """The failure of a request whose api-version, or type, the cloud does not know.

    It carries the stable versions that the error names, the newest first.
    """
    found = _SUPPORTED.search(body)
    if found is None:
        return Failure(Reason.FAILED, what, _ANOTHER_VERSION)
    stable = sorted((version.decode() for version in set(_STABLE.findall(found[1]))), reverse=True)
    # The cloud knows the type, so this is no answer of a cloud that lacks it.
    what = f"{what}: another api-version is needed"
    return Failure(Reason.FAILED, what, _ANOTHER_VERSION, versions=tuple(stable))
