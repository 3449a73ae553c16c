"""Reads cores and features of a VM size from its name, such as ``Standard_E4-2ds_v5``."""

import re
from typing import NamedTuple

from scanner.api import Hardware, unrecorded

_SIZE = re.compile(r"([a-z]+)(\d+)(?:-(\d+))?([a-z]*)")
"""Family, vCPUs, constrained vCPUs and features: ``e4-2ds`` in ``Standard_E4-2ds_v5``."""
_FIRST_BOOST_VERSION = {True: 7, False: 6}
"""The first size version with Azure Boost. The key is True for AMD sizes (``a``)."""


class Size(NamedTuple):
    """What the name of a VM size says."""

    family: str
    """Letters of the family in lower case, such as ``d``."""
    cores: int
    """vCPUs, after constraint."""
    is_premium: bool
    """True if the size supports premium disks."""
    is_boost: bool
    """True if the size has Azure Boost."""


def read_size(hardware: Hardware) -> Size:
    """The size of a VM. Raises ``Unseen`` for a name of another form."""
    tier, *parts = (hardware.size or "").lower().split("_")
    match = _SIZE.fullmatch(parts[0]) if parts else None
    if match is None or tier not in ("standard", "basic"):
        what = f"properties.hardwareProfile.vmSize of a known form, only {hardware.size!r}"
        raise unrecorded(hardware.source, what, "hardware")
    family, cores, constrained, letters = match.groups()
    versions = [int(part[1:]) for part in parts[1:] if re.fullmatch(r"v\d+", part)]
    is_premium = "s" in letters or family in ("ds", "gs")
    is_boost = (versions or [1])[-1] >= _FIRST_BOOST_VERSION["a" in letters]
    return Size(family, int(constrained or cores), is_premium, is_boost)
