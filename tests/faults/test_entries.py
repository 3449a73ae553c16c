"""Entries of a listing that are not what they should be: one entry must not hide the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from scanner.sim import changes, faults
from tests.support.fault_rows import (
    ALL,
    ALPHA,
    AS_EVER,
    MAYBE_ALPHA,
    Bench,
    Expected,
    Row,
    Said,
    Site,
    table,
)

BROKEN: dict[str, object] = {"null": None, "text": "vm", "number": 5, "list": [], "empty": {}}
NO_IDS: dict[str, object] = {
    "null": None,
    "number": 5,
    "words": "no id",
    "dots": "/subscriptions/../../x",
    "empty segment": "/subscriptions//resourceGroups/x",
    "of another type": "/subscriptions/x/resourceGroups/y/providers/Microsoft.Compute/disks/z",
}
MEMBERS: tuple[tuple[str, object], ...] = (
    ("properties", None),
    ("properties", []),
    ("location", 5),
    ("tags", []),
    ("tags", {"a": 5}),
    ("properties.storageProfile", "x"),
    ("properties.storageProfile.osDisk", None),
    ("properties.networkProfile", 5),
    ("properties.osProfile", []),
    ("properties.hardwareProfile", None),
    ("name", None),
    ("resources", {}),
    ("resources", [None]),
)
SIZES: tuple[object, ...] = (-1, 1.5, "128", True, 99999999999999999999999, None)
CHANGED = 1
"""The index of the entry that is changed on each page."""
PAGES = 3
"""The pages of the listing of VMs."""
UNSEEN = Expected(frozenset({0, 3}), frozenset({"alpha"}))


def member(route: str, path: str, value: object) -> Callable[[Site], object]:
    """Set a member of one entry on every page of a listing of alpha."""

    def change(_: object, page: Any) -> Any:
        if len(page["value"]) > CHANGED:
            *parents, last = path.split(".")
            entry = page["value"][CHANGED]
            for name in parents:
                entry = entry.setdefault(name, {})
            entry[last] = value
        return page

    return lambda site: faults.alter(site.alpha, route, changes.change_json(change))


def broken(entry: object) -> Callable[[Site], object]:
    """Replace one entry of the listing of VMs."""
    return lambda site: faults.broken_entry(site.alpha, "virtual_machines", CHANGED, entry)


def single(route: str, path: str, value: object) -> Callable[[Site], object]:
    """Set a member of every single answer of a route of alpha."""

    def change(_: object, body: Any) -> Any:
        *parents, last = path.split(".")
        part = body
        for name in parents:
            part = part.setdefault(name, {})
        part[last] = value
        return body

    return lambda site: faults.alter(site.alpha, route, changes.change_json(change))


LONG = (
    "points-null",
    "vm-entry-number",
    "vm-entry-list",
    "vm-entry-empty",
    "vm-id-number",
    "vm-id-of another type",
    "vm-tags-[]",
    "vm-properties-[]",
    "vm-properties.osProfile-[]",
    "vm-properties.hardwareProfile-None",
    "vm-properties.networkProfile-5",
    "vm-resources-{}",
    "vm-name-None",
    "disk-size-1.5",
    "disk-size-128",
    "disk-size-True",
    "lock-level-number",
    "points-object",
    "view-without-statuses",
)
"""Rows like others but for a value or a route."""


@table(
    *(
        Said(f"vm-entry-{name}", broken(entry), ALPHA, judged=ALL - 1)
        for name, entry in BROKEN.items()
    ),
    *(
        Said(f"vm-id-{name}", member("virtual_machines", "id", id_), ALPHA, judged=ALL - PAGES,
            more_requests=5)
        for name, id_ in NO_IDS.items()
    ),
    *(
        Said(f"vm-{path}-{value}", member("virtual_machines", path, value), MAYBE_ALPHA,
            judged=ALL)
        for path, value in MEMBERS
    ),
    *(
        Said(f"disk-size-{size}", member("disks", "properties.diskSizeGB", size), UNSEEN,
            judged=ALL)
        for size in SIZES
    ),
    Said("lock-level-number",
        lambda site: faults.broken_entry(site.alpha, "locks", 0, {"properties": {"level": 5}}),
        ALPHA, judged=ALL),
    Said("lock-level-unknown-word", lambda site: faults.alter(
        site.alpha, "locks", changes.change_entry(0, "properties.level", "Wedged")), UNSEEN,
        judged=ALL),
    Said("points-object", single("restore_points", "properties.restorePoints", {}), ALPHA,
        judged=ALL),
    Said("points-null", single("restore_points", "properties.restorePoints", None), ALPHA,
        judged=ALL),
    Said("agent-version-garbage",
        single("instance_views", "properties.instanceView.vmAgent.vmAgentVersion", "new"), UNSEEN,
        judged=ALL),
    Said("view-null", single("instance_views", "properties.instanceView", None), UNSEEN,
        judged=ALL),
    Said("view-without-statuses",
        single("instance_views", "properties.instanceView.statuses", None), UNSEEN, judged=ALL),
    Said("an-entry-of-another-subscription", lambda site: faults.alter(
        site.alpha, "virtual_machines",
        changes.change_entry(0, "id", site.beta.vms[0].id)), ALPHA, judged=ALL - PAGES),
    Said("an-empty-page-first", lambda site: faults.empty_page(site.alpha, "virtual_machines"),
        AS_EVER),
    long=LONG,
)  # fmt: skip
def test_entry(row: Row, bench: Bench, tmp_path: Path) -> None:
    bench.scan(row, tmp_path)
