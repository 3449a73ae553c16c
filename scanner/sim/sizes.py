"""The ARM JSON of sizes, and how much of the quota of a region the VMs in it take."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.sim.machine import Vm
from scanner.sim.patches import Body
from scanner.sim.shapes import SIZES, Size
from scanner.sim.vm_bodies import vm_base

_LIMIT_OF_CORES = 2000
_LIMIT_OF_VMS = 25_000


def size_body(size: Size) -> Body:
    """A size in the listing of sizes."""
    return {
        "name": size.name,
        "numberOfCores": size.cores,
        "osDiskSizeInMB": 1_047_552,
        "resourceDiskSizeInMB": size.temporary_gib * 1024,
        "memoryInMB": size.memory_gib * 1024,
        "maxDataDiskCount": size.disks,
    }


def sku_body(size: Size, location: str) -> Body:
    """A size in the listing of SKUs."""
    capabilities = {
        "vCPUs": size.cores,
        "MemoryGB": size.memory_gib,
        "MaxDataDiskCount": size.disks,
        "HyperVGenerations": "V1,V2",
        "PremiumIO": True,
    }
    return {
        "resourceType": "virtualMachines",
        "name": size.name,
        "tier": "Standard",
        "size": size.name.removeprefix("Standard_"),
        "family": size.family,
        "locations": [location],
        "locationInfo": [{"location": location, "zones": ["1", "2", "3"], "zoneDetails": []}],
        "capabilities": [{"name": k, "value": str(v)} for k, v in capabilities.items()],
        "restrictions": [],
    }


def usage_bodies(vms: Iterable[Vm]) -> list[Body]:
    """What the VMs take of the quota of their region."""
    names = [vm_base(vm, vm.id)["properties"]["hardwareProfile"]["vmSize"] for vm in vms]
    used = [size for name in names for size in SIZES if size.name == name]
    rows = [
        ("virtualMachines", "Virtual Machines", len(names), _LIMIT_OF_VMS),
        ("cores", "Total Regional vCPUs", sum(size.cores for size in used), _LIMIT_OF_CORES),
    ]
    for family in dict.fromkeys(size.family for size in SIZES):
        cores = sum(size.cores for size in used if size.family == family)
        rows.append((family, f"{family} vCPUs", cores, _LIMIT_OF_CORES))
    return [
        {
            "limit": limit,
            "unit": "Count",
            "currentValue": value,
            "name": {"value": name, "localizedValue": title},
        }
        for name, title, value, limit in rows
    ]
