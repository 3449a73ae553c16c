"""Shapes of disks, each with the verdict that the rules give it."""

from __future__ import annotations

from scanner.sim.machine import Vm
from scanner.sim.shapes import DiskShape
from tests.support.shapes.plot import Build, Plot, Shape
from tests.support.verdict_tables import DISK

OVER_2018 = "2018-01: over 1,023 GB applies (1,023 is clear)."
OVER_NOW = "current: over 65,536 GiB applies."
PAGES = "current: a disk over 32,767 GiB is possible (the pages disagree)."
SUM = "current: all disks together over 524,288 GiB applies."
PLACE = "The size is the one in the VM's body, else the disk resource's."
_LARGE = DiskShape(32_767)


def disks(*data: DiskShape, os_disk: DiskShape | None = None, power: str = "running") -> Build:
    def build(plot: Plot) -> Vm:
        return plot.group().vm(plot.name, os_disk=os_disk, data_disks=data, power=power)

    return build


def body_says(size: int, resource: int) -> Build:
    def build(plot: Plot) -> Vm:
        patch = {"properties": {"storageProfile": {"osDisk": {"diskSizeGB": size}}}}
        os_disk = DiskShape(resource)
        return plot.group().vm(plot.name, os_disk=os_disk, body_patch=patch)

    return build


def hidden(gib: int) -> DiskShape:
    """A disk whose size only the disk resource has, not the VM."""
    return DiskShape(gib, size_in_vm=False)


def _size(name: str, build: Build, then: str, now: str, because: str) -> Shape:
    return Shape(name, DISK, build, then, now, because)


DISKS = (
    _size("gib-1023", disks(DiskShape(1023)), "clear", "clear", OVER_2018),
    _size("gib-1024", disks(DiskShape(1024)), "applies", "clear", OVER_2018),
    _size("gib-32767", disks(_LARGE), "applies", "clear", PAGES),
    _size("gib-32768", disks(DiskShape(32_768)), "applies", "possible", PAGES),
    _size("gib-65536", disks(DiskShape(65_536)), "applies", "possible", PAGES),
    _size("gib-65537", disks(DiskShape(65_537)), "applies", "applies", OVER_NOW),
    _size("second-disk", disks(DiskShape(64), DiskShape(65_537)), "applies", "applies", OVER_NOW),
    _size("os-disk-1024", disks(os_disk=DiskShape(1024)), "applies", "clear", OVER_2018),
    _size("os-disk-40000", disks(os_disk=DiskShape(40_000)), "applies", "possible", PAGES),
    _size("os-disk-70000", disks(os_disk=DiskShape(70_000)), "applies", "applies", OVER_NOW),
    _size("sum-524288", disks(*[_LARGE] * 16, os_disk=DiskShape(16)), "applies", "clear", SUM),
    _size("sum-524289", disks(*[_LARGE] * 16, os_disk=DiskShape(17)), "applies", "applies", SUM),
    _size("sum-hidden", disks(*[_LARGE] * 16, os_disk=hidden(17)), "applies", "applies", SUM),
    _size("sum-of-possible", disks(*[DiskShape(58_255)] * 9), "applies", "applies", SUM),
    _size("hidden-1023", disks(hidden(1023)), "clear", "clear", PLACE),
    _size("hidden-1024", disks(hidden(1024)), "applies", "clear", PLACE),
    _size("hidden-40000", disks(hidden(40_000)), "applies", "possible", PLACE),
    _size("hidden-65537", disks(hidden(65_537)), "applies", "applies", PLACE),
    _size("body-smaller", body_says(1023, 70_000), "clear", "clear", PLACE),
    _size("body-larger", body_says(1024, 64), "applies", "clear", PLACE),
    _size("not-in-listing", disks(DiskShape(2048, resource=False)), "applies", "clear", PLACE),
    _size("unmanaged-1023", disks(DiskShape(1023, managed=False)), "clear", "clear", PLACE),
    _size("unmanaged-2048", disks(DiskShape(2048, managed=False)), "applies", "clear", PLACE),
    _size(
        "unmanaged-all",
        disks(DiskShape(70_000, managed=False), os_disk=DiskShape(127, managed=False)),
        "applies",
        "applies",
        PLACE,
    ),
    _size(
        "off-no-sizes",
        disks(hidden(1023), os_disk=hidden(127), power="deallocated"),
        "clear",
        "clear",
        PLACE,
    ),
    _size(
        "off-no-sizes-large",
        disks(hidden(2048), os_disk=hidden(127), power="deallocated"),
        "applies",
        "clear",
        PLACE,
    ),
    _size(
        "stopped-os-70000",
        disks(os_disk=hidden(70_000), power="stopped"),
        "applies",
        "applies",
        PLACE,
    ),
)
