"""What a request is about, for the policies that it passes."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from scanner.arm.call import Call, Options
from scanner.inventory.armid import ArmId


class Asked(Struct, frozen=True):
    """What a request is about. Requests with one ``kind`` fail for one cause."""

    subscription: str
    """GUID; empty for what is in no subscription."""
    provider: str
    """The resource provider that answers, such as ``Microsoft.Compute``."""
    call: str
    """The name of the call."""
    seconds: float
    """How long one attempt may take."""

    @property
    def kind(self) -> tuple[str, str]:
        """The subscription and the call."""
        return self.subscription, self.call


def options_for(call: Call[Any], scope: ArmId, seconds: float) -> Options:
    """The options that bring a request's ``Asked`` to the policies."""
    provider = call.action.partition("/")[0]
    return {"asked": Asked(scope.subscription or "", provider, call.name, seconds)}
