"""Reading the network of one subscription: seven listings, none of them per VM."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from scanner.arm import calls
from scanner.inventory.armid import ArmId
from scanner.inventory.snapshot import NetworkReadings

if TYPE_CHECKING:
    from scanner.arm.client import Arm


async def read_network(arm: Arm, scope: ArmId) -> NetworkReadings:
    """All interfaces, with the security groups, routes and ways out around them."""
    around, ways_out = await asyncio.gather(
        asyncio.gather(
            arm.list_all(calls.INTERFACES, scope),
            arm.list_all(calls.SECURITY_GROUPS, scope),
            arm.list_all(calls.VIRTUAL_NETWORKS, scope),
            arm.list_all(calls.ROUTE_TABLES, scope),
        ),
        asyncio.gather(
            arm.list_all(calls.LOAD_BALANCERS, scope),
            arm.list_all(calls.PUBLIC_IPS, scope),
            arm.list_all(calls.NAT_GATEWAYS, scope),
        ),
    )
    return NetworkReadings(*around, *ways_out)
