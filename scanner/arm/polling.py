"""The SDK's polling of an operation, at the pace of the limits."""

from __future__ import annotations

from azure.mgmt.core.polling.async_arm_polling import AsyncARMPolling

from scanner.arm.retry_after import retry_after


class PacedPolling(AsyncARMPolling):
    """Waits as long as an answer asks, and never less than the pause of the limits.

    A ``Retry-After`` that makes no sense is ignored, as for a request that is sent again.
    """

    def _extract_delay(self) -> float:
        return max(self._timeout, retry_after(self._pipeline_response) or 0.0)
