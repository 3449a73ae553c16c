"""Large bundles without a large simulated fleet: a subscription that was read, many times over.

Every copy has other pseudonyms, so that no id, name or address is in two of them.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from msgspec import structs

from scanner.fleet.bundle.content import Index
from scanner.fleet.bundle.reader import open_bundle
from scanner.fleet.bundle.redaction import Key, Redactor
from scanner.fleet.bundle.writer import Writer, make_empty
from scanner.inventory.snapshot import BackupReadings
from scanner.sim.backup_errors import AGENT_SILENT
from scanner.sim.shapes import MONITOR_LINUX, DiskShape
from scanner.sim.world import World
from tests.support.bundles import record


def subscription(vms: int) -> World:
    """A subscription: most VMs are backed up, a quarter has an extension."""
    world = World()
    found = world.subscription("sub")
    group, backups = found.group("rg"), found.group("AzureBackupRG_westeurope_1")
    vault = group.vault("vault")
    policy = vault.policy()
    for index in range(vms):
        disks = [DiskShape(64), DiskShape(512)][: index % 3]
        extensions = [MONITOR_LINUX] if index % 4 == 0 else []
        vm = group.vm(f"vm-{index:04}", data_disks=disks, extensions=extensions)
        if index % 5:
            error = AGENT_SILENT if index % 40 == 1 else None
            vault.protect(vm, policy, status="Failed" if error else "Completed", error=error)
        if index % 10 == 1:
            backups.collection(source=vm.id, points=7)
    found.lock("keep", on=backups.id)
    return world


def multiplied(folder: Path, subscriptions: int, vms: int) -> Path:
    """A bundle of many subscriptions of equal size, in the folder ``many``."""
    record(subscription(vms), folder / "one")
    one = open_bundle(folder / "one")
    (snapshot,) = one
    redactors = [Redactor(Key(b"%16d" % number)) for number in range(subscriptions)]
    indexes = [redactor.index(one.index) for redactor in redactors]
    listed = tuple(entry for index in indexes for entry in index.targets.subscriptions)
    targets = replace(one.index.targets, subscriptions=listed, visible=listed)
    vaults = tuple(vault for index in indexes for vault in index.backup.vaults)
    make_empty(folder / "many")
    empty = structs.replace(one.manifest, index=None, tags=None, parts=())
    writer = Writer(folder / "many", empty)
    writer.save_index(Index(targets, BackupReadings(vaults)))
    for redactor in redactors:
        copy = redactor.snapshot(snapshot)
        writer.save(copy.subscription, copy, one.manifest.started_at)
    assert writer.error is None
    return folder / "many"
