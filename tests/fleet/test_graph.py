"""`--use-graph`: Resource Graph saves requests, and decides no verdict."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from scanner.inventory.scope import Names, Scope
from scanner.report.write import WRITERS
from scanner.sim.faults import Fault, broken_body, refuse
from scanner.sim.http_messages import Request, Response
from scanner.sim.world import World
from tests.support.fleets.small import fleet
from tests.support.scans import Scanned, scan_now

GRAPH = "/providers/Microsoft.ResourceGraph/resources"
SAVED = ("/resourcegroups", "/providers/Microsoft.Compute/restorePointCollections")
"""What is not listed of a subscription without a VM."""


def world() -> World:
    """The small fleet with two more subscriptions: one has nothing, one has a vault alone."""
    grown = fleet()
    grown.subscription("empty").classic = "unregistered"
    grown.subscription("vaults").group("rg-vaults").vault("spare")
    return grown


@cache
def plain() -> Scanned:
    """A scan that does not ask Resource Graph."""
    return scan_now(world())


def verdicts_and_gaps(scanned: Scanned) -> Any:
    """The JSON report, without its notes and the time that a repeated question takes."""
    report = json.loads(WRITERS["json"](scanned.report))
    del report["notes"], report["started_at"]
    return report


def changed(**columns: int) -> Fault:
    """Resource Graph is behind: every row of its answers has these numbers."""

    def change(_: Request, response: Response) -> Response:
        body: dict[str, Any] = json.loads(response.body)
        body["data"] = [{**row, **columns} for row in body["data"]]
        return replace(response, body=json.dumps(body).encode())

    return Fault((GRAPH, ""), status=200, change=change)


def paths(scanned: Scanned) -> list[tuple[str, str]]:
    return [(request.method, request.path) for request in scanned.azure.log]


def of(asked: World, name: str) -> str:
    return next(entry.id for entry in asked.subscriptions if entry.name == name)


def test_the_report_is_the_same_with_fewer_requests() -> None:
    asked = world()
    saving = scan_now(asked, use_graph=True)
    assert verdicts_and_gaps(saving) == verdicts_and_gaps(plain())
    saved = {("GET", of(asked, name) + path) for name in ("empty", "vaults") for path in SAVED}
    assert {*paths(plain())} - {*paths(saving)} == saved
    assert {*paths(saving)} - {*paths(plain())} == {("POST", GRAPH)}
    notes = " ".join(saving.report.notes)
    assert "Resource Graph counts 8 VMs in 2 of 4 subscriptions, 2 vaults and 1 lock" in notes
    assert "restore points: empty, vaults" in notes


def test_the_subscription_with_the_most_vms_is_read_first() -> None:
    grown = World()
    sizes = {"one": 1, "two": 5, "three": 3}
    for name, vms in sizes.items():
        group = grown.subscription(name).group("rg")
        for number in range(vms):
            group.vm(f"vm-{number}")
    log = paths(scan_now(grown, use_graph=True))
    names = {entry.id: entry.name for entry in grown.subscriptions}
    groups = [path.removesuffix("/resourcegroups") for _, path in log if path.endswith("groups")]
    assert [names[id_] for id_ in groups] == ["two", "three", "one"]


BEHIND: Mapping[str, Callable[[], Fault]] = {
    "it knows no VM": lambda: changed(vms=0, classicVms=0, collections=0),
    "it knows VMs that do not exist": lambda: changed(vms=7),
    "it knows no subscription": lambda: changed(known=0, vms=0),
}


@pytest.mark.parametrize("fault", BEHIND.values(), ids=BEHIND)
def test_what_it_does_not_know_changes_nothing(fault: Callable[[], Fault]) -> None:
    asked = world()
    asked.faults.append(fault())
    scanned = scan_now(asked, use_graph=True)
    assert verdicts_and_gaps(scanned) == verdicts_and_gaps(plain())


def test_it_is_named_where_it_is_behind() -> None:
    asked = fleet(backed_up=False)
    asked.faults.append(changed(vms=0, classicVms=0, collections=0))
    notes = scan_now(asked, use_graph=True).report.notes
    assert any("was behind" in note and note.endswith(": prod, test") for note in notes)


CUT = b'{"totalRecords": 2, "data": []}'
ANSWERS: Mapping[str, tuple[Callable[[World], object], str]] = {
    "refused": (
        lambda asked: refuse(asked, "resource_graph"),
        "Grant Microsoft.ResourceGraph/resources/read",
    ),
    "malformed": (
        lambda asked: broken_body(asked, "resource_graph", b"<html>"),
        "not what ARM documents",
    ),
    "cut short": (lambda asked: broken_body(asked, "resource_graph", CUT), "is cut short"),
}


@pytest.mark.parametrize(("spoil", "says"), ANSWERS.values(), ids=ANSWERS)
def test_without_an_answer_every_subscription_is_listed(
    spoil: Callable[[World], object], says: str
) -> None:
    asked = world()
    spoil(asked)
    scanned = scan_now(asked, use_graph=True)
    assert verdicts_and_gaps(scanned) == verdicts_and_gaps(plain())
    assert {*paths(plain())} <= {*paths(scanned)}
    [note] = [note for note in scanned.report.notes if "Resource Graph" in note]
    assert "so they were listed as without --use-graph" in note
    assert says in note


def test_groups_are_listed_where_the_scope_names_some() -> None:
    scope = Scope(Names(resource_groups=("rg-web", "rg-vaults")))
    asked = world()
    scanned = scan_now(asked, use_graph=True, scope=scope)
    assert verdicts_and_gaps(scanned) == verdicts_and_gaps(scan_now(world(), scope=scope))
    assert ("GET", of(asked, "vaults") + "/resourcegroups") in paths(scanned)


def test_what_a_vault_keeps_of_a_deleted_vm_is_looked_for() -> None:
    def kept() -> World:
        grown = world()
        vm = grown.subscriptions[-2].group("rg-gone").vm("gone-01")
        vault = grown.vaults[-1]
        vault.protect(vm, vault.policy())
        grown.subscriptions[-2].delete_vm(vm)
        return grown

    unaided, scanned = scan_now(kept()), scan_now(kept(), use_graph=True)
    assert [judged.orphan.vm.name for judged in scanned.report.orphans] == ["gone-01"]
    assert verdicts_and_gaps(scanned) == verdicts_and_gaps(unaided)


def test_it_is_not_asked_unless_the_user_opted_in() -> None:
    assert {method for method, _ in paths(plain())} == {"GET"}
    scanned = scan_now(world(), use_graph=True, posts=())
    assert {method for method, _ in paths(scanned)} == {"GET"}
    assert any("It was not sent" in note for note in scanned.report.notes)
