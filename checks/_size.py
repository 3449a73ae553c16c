"""What the name of a VM's size tells."""

import re
from typing import NamedTuple

from scanner.api import Hardware, unrecorded

_SIZE = re.compile(r"([a-z]+)(\d+)(?:-(\d+))?([a-z]*)")
"""Family, cores, those in use, and letters, such as ``e4-2ds`` of ``Standard_E4-2ds_v5``."""
_BOOST = {True: 7, False: 6}
"""The first version of sizes with Azure Boost, by whether they are AMD's."""


class Size(NamedTuple):
    """A size by its name."""

    family: str
    cores: int
    is_premium: bool
    """Whether it takes premium disks."""
    is_boost: bool
    """Whether it has Azure Boost."""


def read_size(hardware: Hardware) -> Size:
    """The size of a VM; raises ``Unseen`` for a name that cannot be read."""
    tier, *parts = (hardware.size or "").lower().split("_")
    match = _SIZE.fullmatch(parts[0]) if parts else None
    if match is None or tier not in ("standard", "basic"):
        what = "properties.hardwareProfile.vmSize that can be read"
        raise unrecorded(hardware.source, what, "hardware")
    family, cores, in_use, letters = match.groups()
    versions = [int(part[1:]) for part in parts[1:] if re.fullmatch(r"v\d+", part)]
    is_premium = "s" in letters or family in ("ds", "gs")
    is_boost = (versions or [1])[-1] >= _BOOST["a" in letters]
    return Size(family, int(in_use or cores), is_premium, is_boost)
