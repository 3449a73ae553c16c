"""Faults of the simulated ARM, and that their errors read as recorded ones."""

from typing import Any

import pytest

from scanner.sim import faults
from scanner.sim.faults import Fault
from scanner.sim.world import Group, Subscription, World
from tests.support.simulated_arm import API, VMS, Ask, error, pages, recording

REFUSED = {
    "virtual_machines": (VMS, "Microsoft.Compute/virtualMachines/read"),
    "statuses": (f"{VMS}?statusOnly=true&{API}", "Microsoft.Compute/virtualMachines/read"),
    "disks": ("providers/Microsoft.Compute/disks", "Microsoft.Compute/disks/read"),
    "locks": ("providers/Microsoft.Authorization/locks", "Microsoft.Authorization/locks/read"),
    "network_interfaces": (
        "providers/Microsoft.Network/networkInterfaces",
        "Microsoft.Network/networkInterfaces/read",
    ),
    "restore_point_collections": (
        "providers/Microsoft.Compute/restorePointCollections",
        "Microsoft.Compute/restorePointCollections/read",
    ),
    "resource_groups": ("resourcegroups", "Microsoft.Resources/subscriptions/resourcegroups/read"),
}
"""The path below a subscription and the RBAC action, by route."""


@pytest.mark.parametrize("route", REFUSED)
def test_refusal_names_action_and_scope(ask: Ask, prod: Subscription, route: str) -> None:
    path, action = REFUSED[route]
    faults.refuse(prod, route)
    recorded = recording("http_403_AuthorizationFailed_storageAccounts_read_2015-12-01")
    code, message = error(ask, f"{prod.id}/{path}", 403)
    assert code == recorded["body"]["error"]["code"]
    assert f"perform action '{action}' over scope '{prod.id}' or the scope" in message
    assert message.endswith("please refresh your credentials.")
    assert ask(f"{prod.id}/{path}").headers["x-ms-failure-cause"] == "gateway"


def test_refusal_of_one_resource_names_it(web: Group, ask: Ask) -> None:
    vm, other = web.vm("a"), web.vm("b")
    faults.refuse(vm, "instance_views")
    query = f"$expand=instanceView&{API}"
    assert f"over scope '{vm.id}'" in error(ask, f"{vm.id}?{query}", 403)[1]
    action = "Microsoft.Compute/virtualMachines/instanceView/read"
    assert action in error(ask, f"{vm.id}/instanceView", 403)[1]
    assert ask(vm.id).status == 200
    assert ask(f"{other.id}?{query}").status == 200


def test_refusal_of_a_subscription_leaves_the_others(
    world: World, ask: Ask, prod: Subscription
) -> None:
    other = world.subscription("other")
    faults.refuse(prod, "virtual_machines", "locks")
    assert ask(f"{prod.id}/{VMS}").status == 403
    assert ask(f"{other.id}/{VMS}").status == 200


def test_vm_gone_at_compute_itself(web: Group, ask: Ask) -> None:
    vm = web.vm("a")
    faults.fail(vm, "virtual_machine", 404, "NotFound")
    recorded = recording("http_404_NotFound_vm_get_2024-07-01")
    response = ask(vm.id)
    assert response.json() == recorded["body"]
    assert "x-ms-failure-cause" not in response.headers


def test_removed_vm_is_gone_everywhere(web: Group, ask: Ask, prod: Subscription) -> None:
    vm = web.vm("a")
    prod.remove(vm.id)
    assert ask(vm.id).status == 404
    assert ask.json(f"{prod.id}/{VMS}")["value"] == []


def test_unregistered_provider(ask: Ask, prod: Subscription) -> None:
    faults.not_registered(prod, "virtual_machines")
    code, message = error(ask, f"{prod.id}/{VMS}", 409)
    assert code == "MissingSubscriptionRegistration"
    assert "namespace 'Microsoft.Compute'" in message


def test_throttling_ends_after_the_times_given(ask: Ask, prod: Subscription) -> None:
    faults.throttle(prod, "disks", times=2, retry_after=7)
    path = f"{prod.id}/providers/Microsoft.Compute/disks"
    answers = [ask(path) for _ in range(3)]
    assert [answer.status for answer in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "7"


def test_throttling_with_the_wait_only_in_the_message(ask: Ask, prod: Subscription) -> None:
    faults.throttle(prod, "locks", retry_after=None)
    recorded = recording("throttled_429_backup_job_get_test_backup_archive_2023-01-01")
    response = ask(f"{prod.id}/providers/Microsoft.Authorization/locks")
    body: Any = response.json()
    message = recorded["body"]["error"]["message"].replace(
        "Microsoft.RecoveryServices/vaults/backupJobs/read", "Microsoft.Authorization/locks/read"
    )
    assert body["error"] == {"code": "ResourceRequestsThrottled", "message": message}
    assert "retry-after" not in response.headers


def test_server_failures(ask: Ask, prod: Subscription) -> None:
    faults.fail(prod, "virtual_machines", 500)
    faults.fail(prod, "disks", 503)
    assert error(ask, f"{prod.id}/{VMS}", 500)[0] == "InternalServerError"
    response = ask(f"{prod.id}/providers/Microsoft.Compute/disks")
    assert (response.status, response.body) == (503, b"")
    assert "content-type" not in response.headers


def test_error_without_its_envelope(world: World, ask: Ask, prod: Subscription) -> None:
    world.faults.append(Fault(("/virtualmachines", ""), status=400, code="Bad", bare=True))
    assert ask(f"{prod.id}/{VMS}").json() == {"code": "Bad", "message": "Refused."}


def test_fault_by_parts_of_path_and_query(web: Group, world: World, ask: Ask) -> None:
    vm = web.vm("a")
    world.faults.append(Fault(("/VirtualMachines/a", "$expand=instanceview")))
    assert ask(f"{vm.id}?$expand=instanceView&{API}").status == 403
    assert ask(vm.id).status == 200


def test_broken_entries_keep_the_rest(web: Group, ask: Ask, prod: Subscription) -> None:
    for i in range(4):
        web.vm(f"vm-{i}")
    faults.broken_entry(prod, "virtual_machines", 0, None)
    faults.broken_entry(prod, "virtual_machines", 3, {"name": "vm-3"})
    found = pages(ask, f"{prod.id}/{VMS}")
    entries = [entry for page in found for entry in page["value"]]
    assert entries[0] is None
    assert entries[1]["name"] == "vm-1"
    assert entries[3] == {"name": "vm-3"}


def test_empty_page_with_a_link(web: Group, ask: Ask, prod: Subscription) -> None:
    web.vm("a")
    faults.empty_page(prod, "virtual_machines")
    assert [len(page["value"]) for page in pages(ask, f"{prod.id}/{VMS}")] == [0, 1]


def test_other_alterations(web: Group, ask: Ask, prod: Subscription) -> None:
    web.vm("a")
    faults.foreign_next_link(prod, "virtual_machines", "https://elsewhere.invalid/next")
    faults.broken_body(prod, "disks", b"<html>")
    faults.slow(prod, "locks", 9.0)
    faults.drop(prod, "network_interfaces", times=1)
    assert ask.json(f"{prod.id}/{VMS}")["nextLink"] == "https://elsewhere.invalid/next"
    assert ask(f"{prod.id}/providers/Microsoft.Compute/disks").body == b"<html>"
    assert ask(f"{prod.id}/providers/Microsoft.Authorization/locks").delay == 9.0
    nics = f"{prod.id}/providers/Microsoft.Network/networkInterfaces"
    assert [ask(nics).dropped, ask(nics).dropped] == [True, False]


def test_unknown_route_of_a_fault_is_refused(prod: Subscription) -> None:
    with pytest.raises(ValueError, match="no route is called 'vaults_of_gold'"):
        faults.refuse(prod, "vaults_of_gold")
