"""Answers that do not come, or come drop by drop."""

from __future__ import annotations

from pathlib import Path

from scanner.sim import changes, faults
from tests.support.fault_rows import (
    ALL,
    ALPHA,
    AS_EVER,
    ELSEWHERE,
    EVERYWHERE,
    MAYBE_ALPHA,
    REFUSED,
    Bench,
    Row,
    Site,
    table,
)


def hang_some_views(site: Site) -> None:
    for vm in site.alpha.vms[:2]:
        faults.hang(vm, "instance_views")


def hang_lists(site: Site) -> None:
    faults.hang(site.world, "statuses")
    faults.hang(site.world, "virtual_machines")


LONG = (
    "hang-statuses",
    "hang-disks",
    "hang-vaults",
    "drip-head",
    "hang-vms-once",
    "hang-locks",
    "hang-groups",
    "hang-interfaces",
    "hang-items",
    "hang-policies",
    "hang-jobs",
    "hang-points",
    "hang-subscriptions",
    "hang-two-views",
    "drip-body-of-a-read",
)
"""Rows like others but for a value or a route."""


@table(
    Row("hang-vms", lambda site: faults.hang(site.alpha, "virtual_machines"), ALPHA,
        judged=ELSEWHERE),
    Row("hang-vms-once", lambda site: faults.hang(site.alpha, "virtual_machines", times=1),
        AS_EVER),
    Row("hang-statuses-and-vms-all", hang_lists, EVERYWHERE, seconds=90),
    Row("hang-statuses", lambda site: faults.hang(site.alpha, "statuses"), MAYBE_ALPHA,
        judged=ALL),
    Row("hang-disks", lambda site: faults.hang(site.alpha, "disks"), ALPHA, judged=ALL),
    Row("hang-locks", lambda site: faults.hang(site.alpha, "locks"), ALPHA, judged=ALL),
    Row("hang-groups", lambda site: faults.hang(site.alpha, "resource_groups"), ALPHA),
    Row("hang-interfaces", lambda site: faults.hang(site.alpha, "network_interfaces"), ALPHA,
        judged=ALL),
    Row("hang-vaults", lambda site: faults.hang(site.alpha, "vaults"), EVERYWHERE, judged=ALL),
    Row("hang-items", lambda site: faults.hang(site.alpha, "protected_items"), EVERYWHERE,
        judged=ALL),
    Row("hang-policies", lambda site: faults.hang(site.alpha, "backup_policies"), EVERYWHERE,
        judged=ALL),
    Row("hang-jobs", lambda site: faults.hang(site.alpha, "backup_jobs"), EVERYWHERE, judged=ALL),
    Row("hang-points", lambda site: faults.hang(site.alpha, "restore_points"), ALPHA, judged=ALL,
        seconds=120),
    Row("hang-subscriptions", lambda site: faults.hang(site.world, "subscriptions"), REFUSED),
    Row("hang-metadata", lambda site: faults.hang(site.world, "metadata"), REFUSED, tokens=0),
    Row("hang-token", lambda site: faults.hang(site.world, "token"), REFUSED, tokens=2),
    Row("hang-two-views", hang_some_views, ALPHA, judged=ALL),
    Row("hang-every-vm-read", lambda site: faults.hang(site.alpha, "instance_views"), ALPHA,
        judged=ALL, more_requests=5, seconds=120),
    Row("slow-but-steady", lambda site: faults.slow(site.alpha, "disks", 0.4), AS_EVER),
    Row("drip-body-1-byte-a-second",
        lambda site: faults.alter(site.alpha, "disks", changes.drip(20)), ALPHA, judged=ALL,
        seconds=90),
    Row("drip-body-of-a-read",
        lambda site: faults.alter(site.alpha, "instance_views", changes.drip(20)), ALPHA,
        judged=ALL, seconds=150),
    Row("drip-head", lambda site: faults.alter(site.alpha, "disks", changes.drip_head(20)), ALPHA,
        judged=ALL, seconds=120),
    long=LONG,
)  # fmt: skip
def test_time(row: Row, bench: Bench, tmp_path: Path) -> None:
    bench.scan(row, tmp_path)
