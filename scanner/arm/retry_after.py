"""How long an answer asks to wait."""

from __future__ import annotations

import re
from typing import Any

from azure.core.pipeline import PipelineResponse
from azure.core.pipeline.policies import AsyncRetryPolicy

_IN_WORDS = re.compile(rb"try again after '(\d{1,5})' seconds")
_HEADERS: AsyncRetryPolicy[Any, Any] = AsyncRetryPolicy()
_LONGEST = 24 * 3600.0
"""Seconds. A longer wait is a mistake."""


def retry_after(response: PipelineResponse[Any, Any]) -> float | None:
    """Seconds to wait. None if the answer does not say, or says what makes no sense.

    The gateway's 429 for reads of backup jobs says it only in the message.
    """
    try:
        wait = _HEADERS.get_retry_after(response)
    except (ValueError, OverflowError):
        return None
    if wait is None and (match := _IN_WORDS.search(response.http_response.content)):
        wait = float(match.group(1))
    return wait if wait is not None and 0 < wait <= _LONGEST else None
