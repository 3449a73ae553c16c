"""Gaps for what a snapshot does not have because nobody looked for it: no entry is no answer."""

from __future__ import annotations

from typing import Any, TypeVar

from msgspec.structs import replace

from scanner.inventory.gap import Gap, Reason
from scanner.inventory.snapshot import NetworkReadings, Reading, Snapshot

S = TypeVar("S", Snapshot, NetworkReadings)

_MACHINES = ("vms", "classic_vms")
_AROUND = ("statuses", "views", "disks", "locks", "collections", "expanded")


def with_doubts(snapshot: Snapshot, *, vms: str | None, around: str | None) -> Snapshot:
    """A snapshot with gaps where its scope, or a subscription without VMs, kept from reading.

    ``vms`` is the remedy if VMs of the subscription may be out of the scope. ``around`` is the
    remedy if nothing is read around VMs where there is none. None: it was read.
    """
    if vms is not None:
        snapshot = _doubted(snapshot, _MACHINES, vms)
    if around is None or snapshot.vms.index():
        return snapshot
    network = _doubted(snapshot.network, NetworkReadings.__struct_fields__, around)
    return replace(_doubted(snapshot, _AROUND, around), network=network)


def _doubted(readings: S, names: tuple[str, ...], remedy: str) -> S:
    return replace(readings, **{name: _with_gap(getattr(readings, name), remedy) for name in names})


def _with_gap(reading: Reading[Any], remedy: str) -> Reading[Any]:
    gap = Gap(reading.scope, "resources", Reason.FAILED, None, remedy)
    return replace(reading, gaps=(*reading.gaps, gap))
