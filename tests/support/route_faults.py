"""Ways in which a route gives no usable answer, and what a report must say then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from scanner.inventory.gap import Gap, Reason
from scanner.report.report import Report
from scanner.sim import faults
from scanner.sim.faults import Scope
from scanner.sim.world import World

READ_ACTIONS = {
    "virtual_machines": "Microsoft.Compute/virtualMachines/read",
    "statuses": "Microsoft.Compute/virtualMachines/read",
    "instance_views": "Microsoft.Compute/virtualMachines/read",
    "disks": "Microsoft.Compute/disks/read",
    "locks": "Microsoft.Authorization/locks/read",
    "restore_point_collections": "Microsoft.Compute/restorePointCollections/read",
    "restore_points": "Microsoft.Compute/restorePointCollections/read",
    "resource_groups": "Microsoft.Resources/subscriptions/resourceGroups/read",
    "network_interfaces": "Microsoft.Network/networkInterfaces/read",
    "network_security_groups": "Microsoft.Network/networkSecurityGroups/read",
    "virtual_networks": "Microsoft.Network/virtualNetworks/read",
    "route_tables": "Microsoft.Network/routeTables/read",
    "load_balancers": "Microsoft.Network/loadBalancers/read",
    "public_ip_addresses": "Microsoft.Network/publicIPAddresses/read",
    "nat_gateways": "Microsoft.Network/natGateways/read",
    "classic_virtual_machines": "Microsoft.ClassicCompute/virtualMachines/read",
}
"""The ARM action of a route."""

DENIED, FAILED, NOT_RECORDED = "unknown (denied)", "unknown (failed)", "unknown (not-recorded)"

Break = Callable[[Scope, str], object]
"""Break a route of a scope."""


def refuse(scope: Scope, route: str) -> None:
    faults.refuse(scope, route)


def _body(content: bytes) -> Break:
    return partial(faults.broken_body, body=content)


BREAKS: Mapping[str, tuple[Break, str]] = {
    "refused": (refuse, DENIED),
    "error": (partial(faults.fail, status=500), FAILED),
    "dropped": (faults.drop, FAILED),
    "no JSON": (_body(b"<html>busy</html>"), FAILED),
    "cut short": (_body(b'{"value": [{"id": "/su'), FAILED),
    "no listing": (_body(b"[]"), FAILED),
    "throttled for ever": (partial(faults.throttle, times=None, retry_after=1), FAILED),
    "throttled without Retry-After": (
        partial(faults.throttle, times=None, retry_after=None),
        FAILED,
    ),
}
"""Each way to break a route, with the verdict that follows."""
MORE_BREAKS: Mapping[str, tuple[Break, str]] = {
    "not signed in": (partial(faults.fail, status=401), DENIED),
    "not found": (partial(faults.fail, status=404), FAILED),
    "bad request": (partial(faults.fail, status=400, code="NoRegisteredProvider"), FAILED),
    "conflict": (partial(faults.fail, status=409, code="Conflict"), FAILED),
    # There are VMs, so Compute is registered, and the listing is not empty for that reason.
    "not registered": (faults.not_registered, FAILED),
    "empty": (_body(b""), FAILED),
    "null": (_body(b"null"), FAILED),
    "value null": (_body(b'{"value": null}'), FAILED),
    "no value": (_body(b'{"id": 1}'), FAILED),
    "value object": (_body(b'{"value": {}}'), FAILED),
    "not UTF-8": (_body(b'{"value": [{"id": "\xff"}]}'), FAILED),
    "unavailable": (partial(faults.fail, status=503), FAILED),
    "moved": (partial(faults.fail, status=302, code="Moved"), FAILED),
}
ALL_BREAKS = {**BREAKS, **MORE_BREAKS}
BREAKS_OF_REGISTERED = {how: found for how, found in ALL_BREAKS.items() if how != "not registered"}
"""Without the answer for an unregistered provider, which means that there are no resources."""


def only_later_pages(world: World) -> None:
    """Make the last fault spare the first page of its listing."""
    fault = world.faults.pop()
    matches = fault.match
    assert callable(matches)
    later = replace(fault, match=lambda asked: matches(asked) and bool(asked.option("$skiptoken")))
    world.faults.append(later)


def is_useful(gap: Gap, action: str) -> bool:
    """True if a gap names its scope, the action and what to do.

    The action is no help where ARM answers and leaves a value out.
    """
    actions = [action.lower(), ""] if gap.reason is Reason.NOT_RECORDED else [action.lower()]
    return (
        gap.scope.startswith("/subscriptions/")
        and (gap.action or "").lower() in actions
        and len(gap.remedy) > 20
    )


def check_gaps(report: Report, route: str) -> None:
    """Fail unless the report is incomplete and has useful gaps of the route alone."""
    assert not report.complete
    assert report.gaps
    assert [gap for gap in report.gaps if not is_useful(gap, READ_ACTIONS[route])] == []
