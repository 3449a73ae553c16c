"""The request that the SDK sends for a call, recorded by a transport."""

from __future__ import annotations

from typing import Any

from azure.core.rest import AsyncHttpResponse, HttpRequest

from scanner.arm.call import Call, Get, Listing, LongPost, Post
from scanner.arm.client import Arm
from scanner.arm.cloud import Cloud
from scanner.inventory.armid import ArmId
from scanner.sim.arm import SimulatedArm
from scanner.sim.transport import SimulatedCredential, SimulatedTransport
from scanner.sim.world import World

ENDPOINT = "https://example"
_GROUP = "/subscriptions/{subscription}/resourceGroups/{group}/providers"
_VAULT = f"{_GROUP}/Microsoft.RecoveryServices/vaults/{{vault}}"
_SCOPES = {
    "run": "/subscriptions",
    "1,000 subscriptions": "/subscriptions",
    "cloud": "/subscriptions/{subscription}/providers/Microsoft.Network/locations/{region}",
    "subscription": "/subscriptions/{subscription}",
    "asked VM": "/subscriptions/{subscription}",
    "asked way": "/subscriptions/{subscription}",
    "asked address": f"{_GROUP}/Microsoft.Network/networkWatchers/{{watcher}}",
    "management group": "/providers/Microsoft.Management/managementGroups/{group}",
    "VM": f"{_GROUP}/Microsoft.Compute/virtualMachines/{{name}}",
    "VM that is not listed": f"{_GROUP}/Microsoft.Compute/virtualMachines/{{name}}",
    "classic VM that is not listed": f"{_GROUP}/Microsoft.ClassicCompute/virtualMachines/{{name}}",
    "collection": f"{_GROUP}/Microsoft.Compute/restorePointCollections/{{name}}",
    "vault": _VAULT,
    "vault in use": _VAULT,
    "vault in use or named": _VAULT,
    "failed snapshot": f"{_GROUP}/Microsoft.Compute/virtualMachines/{{name}}",
    "failed job": f"{_VAULT}/backupJobs/{{job}}",
}
"""The id of the resource that a call is about, by `Call.per`."""


class _Recording(SimulatedTransport):
    """Keeps every request. Its answers do not matter."""

    def __init__(self) -> None:
        super().__init__(SimulatedArm(World()))
        self.requests: list[HttpRequest] = []

    async def send(self, request: HttpRequest, **kwargs: Any) -> AsyncHttpResponse:
        self.requests.append(request)
        return await super().send(request, **kwargs)


async def request_of(call: Call[Any]) -> HttpRequest:
    """The one request of a call, with placeholders in braces for names."""
    transport = _Recording()
    cloud = Cloud("example", ENDPOINT, ENDPOINT, ENDPOINT)
    posts = [call] if isinstance(call, Post | LongPost) else []
    arm = Arm(cloud, SimulatedCredential(), transport, posts=posts)
    scope = ArmId(_SCOPES[call.per])
    if isinstance(call, Listing):
        await arm.list_all(call, scope)
    elif isinstance(call, Get):
        await arm.read(call, scope)
    elif isinstance(call, Post):
        await arm.ask(call, scope, "{region}", {})
    elif isinstance(call, LongPost):
        await arm.ask_resource(call, scope, {})
    # A refusal is asked for once more.
    assert len({request.url for request in transport.requests}) == 1
    return transport.requests[0]
