"""A resource behind findings on many VMs is named once, with the number of VMs it frees."""

import json
from typing import Any

import pytest

from scanner.inventory.armid import ArmId
from scanner.inventory.vm import Vm
from scanner.report.formats.json_v1 import to_json
from scanner.report.report import Report
from tests.support.facts import (
    BACKUPS,
    COLLECTION,
    GROUP,
    NSG,
    SUBSCRIPTION,
    collection,
    lock,
    network,
    nsg,
    outbound,
    points,
)
from tests.support.reports import machine, printed, report

LOCK = "restore-point-cleanup-blocked-by-lock"
NETWORK = "vm-no-internet-access"
ON_GROUP, ON_ALL = lock(BACKUPS), lock(SUBSCRIPTION, "ReadOnly", "all")
DENIED = network(on_subnet=nsg(outbound("Deny", 100, "*")))


def machines(count: int, first: int = 0, **facts: Any) -> list[Vm]:
    return [machine(f"vm-{first + number:03}", **facts) for number in range(count)]


def kept(*locks: Any, held: int = 18) -> dict[str, Any]:
    return {"locks": locks, "restore_points": points(collection(held))}


def roots(of: Report) -> list[tuple[str, str, int]]:
    return [(str(root), root.cause, root.vms) for root in of.roots]


def test_most_vms_first_and_each_vm_once() -> None:
    fleet = [
        *machines(2, **kept(ON_GROUP)),
        *machines(3, 10, **kept(ON_ALL, held=9)),
        *machines(1, 20, **kept(ON_GROUP, ON_ALL)),
        *machines(4, 30),
    ]
    assert roots(report(fleet)) == [
        ("lock all on the subscription", LOCK, 4),
        ("lock keep on group AzureBackupRG_westeurope_1", LOCK, 3),
    ]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param({}, [], id="healthy VM"),
        pytest.param(kept(lock(GROUP)), [], id="lock on the group of the VM"),
        pytest.param(kept(), [], id="no lock"),
        pytest.param(
            kept(lock(COLLECTION)),
            [(f"lock keep on {COLLECTION.name}", LOCK, 1)],
            id="lock on the collection",
        ),
        pytest.param(
            {"network": DENIED},
            [("security rule rule-1 of nsg-web", NETWORK, 1)],
            id="security rule",
        ),
        pytest.param(
            {"network": network(private=True)},
            [("subnet default of vnet", NETWORK, 1)],
            id="private subnet",
        ),
        pytest.param(
            {"network": DENIED} | kept(ON_GROUP),
            [
                ("lock keep on group AzureBackupRG_westeurope_1", LOCK, 1),
                ("security rule rule-1 of nsg-web", NETWORK, 1),
            ],
            id="security rule and lock",
        ),
    ],
)
def test_roots_of_one_vm(facts: dict[str, Any], expected: list[Any]) -> None:
    assert roots(report(machines(1, **facts), edition="2018-01")) == expected


def test_a_withdrawn_cause_has_no_root() -> None:
    assert roots(report(machines(3, network=DENIED))) == []


def test_terminal_names_the_roots_behind_several_vms() -> None:
    fleet = [*machines(3, **kept(ON_GROUP)), *machines(1, 10, **kept(ON_ALL))]
    text = " ".join(printed(report(fleet)).split())
    line = "lock keep on group AzureBackupRG_westeurope_1 keeps 3 VMs from cleaning up"
    assert line in text
    assert "lock all on the subscription keeps" not in text


@pytest.mark.parametrize(("count", "more"), [(12, ""), (13, "+1 more"), (30, "+18 more")])
def test_terminal_names_the_first_twelve(count: int, more: str) -> None:
    fleet = [
        vm
        for number in range(count)
        for vm in machines(2, 2 * number, **kept(lock(BACKUPS, name=f"keep-{number}")))
    ]
    head = printed(report(fleet)).partition("with a documented cause")[0]
    assert head.count("VMs from cleaning up") == min(count, 12)
    assert ("more; -o report.json" in head) is bool(more)
    assert more in head


def test_json_has_every_root() -> None:
    of = report(machines(1, network=DENIED), edition="2018-01")
    shown = json.loads(to_json(of))
    (root,) = shown["roots"]
    assert ArmId(root["id"]) == ArmId(f"{NSG}/securityRules/rule-1")
    assert (root["kind"], root["cause"], root["vms"]) == ("security rule", NETWORK, 1)
    assert root["remedy"]
