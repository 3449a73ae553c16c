"""The addresses of Azure Storage in a region, and the service tags that contain them."""

from __future__ import annotations

from functools import cache, cached_property
from importlib import resources

import msgspec
from msgspec import Struct

from scanner.network.prefixes import Addresses, ipv4_addresses

_ANYWHERE = ("*", "internet", "azurecloud", "storage")
_REGIONAL = ("azurecloud", "storage")
# All of IPv4 but 0/8, 10/8, 100.64/10, 127/8, 169.254/16, 172.16/12, 192.168/16 and 224/3.
_PUBLIC = (
    "1.0.0.0/8", "2.0.0.0/7", "4.0.0.0/6", "8.0.0.0/7", "11.0.0.0/8", "12.0.0.0/6", "16.0.0.0/4",
    "32.0.0.0/3", "64.0.0.0/3", "96.0.0.0/6", "100.0.0.0/10", "100.128.0.0/9", "101.0.0.0/8",
    "102.0.0.0/7", "104.0.0.0/5", "112.0.0.0/5", "120.0.0.0/6", "124.0.0.0/7", "126.0.0.0/8",
    "128.0.0.0/3", "160.0.0.0/5", "168.0.0.0/8", "169.0.0.0/9", "169.128.0.0/10",
    "169.192.0.0/11", "169.224.0.0/12", "169.240.0.0/13", "169.248.0.0/14", "169.252.0.0/15",
    "169.255.0.0/16", "170.0.0.0/7", "172.0.0.0/12", "172.32.0.0/11", "172.64.0.0/10",
    "172.128.0.0/9", "173.0.0.0/8", "174.0.0.0/7", "176.0.0.0/4", "192.0.0.0/9", "192.128.0.0/11",
    "192.160.0.0/13", "192.169.0.0/16", "192.170.0.0/15", "192.172.0.0/14", "192.176.0.0/12",
    "192.192.0.0/10", "193.0.0.0/8", "194.0.0.0/7", "196.0.0.0/6", "200.0.0.0/5", "208.0.0.0/4",
)  # fmt: skip


class StorageTarget(Struct, frozen=True, dict=True):
    """What a VM must reach: Azure Storage of its own region, over TCP 443."""

    region: str
    """The VM's location in lower case, such as ``westeurope``."""
    prefixes: tuple[str, ...]
    """The published prefixes. All public prefixes if the built-in copy lacks the region."""
    published: str | None
    """The publication they are from, such as ``Public 360``. None if it lacks the region."""

    @cached_property
    def addresses(self) -> Addresses:
        """All addresses of the prefixes."""
        return Addresses.of(*self.prefixes)

    def is_in_tag(self, prefix: str) -> bool:
        """True if ``prefix`` is a service tag (or ``*``) that contains the target."""
        tag = prefix.strip().lower()
        service, _, region = tag.partition(".")
        return tag in _ANYWHERE or (service in _REGIONAL and region == self.region)

    def part_in(self, prefixes: tuple[str, ...]) -> Addresses:
        """The part of the target in any of the prefixes and tags. Other tags are other services.

        Raises ``ValueError`` if a text is neither a prefix nor a tag.
        """
        if any(self.is_in_tag(prefix) for prefix in prefixes):
            return self.addresses
        return self.addresses & ipv4_addresses(prefixes)


class _Tags(Struct, rename="camel"):
    change_number: int
    regions: dict[str, list[str]]


class _Copy(Struct):
    source: str
    clouds: dict[str, _Tags]


@cache
def storage_of(location: str) -> StorageTarget:
    """Azure Storage in a location, from the built-in copy of Microsoft's published ranges.

    Regions are matched by the name of the tag (``Storage.GermanyWestCentral``), because the
    ``region`` member of the publication abbreviates some.
    """
    region = location.replace(" ", "").lower()
    for cloud, tags in _built_in_copy().clouds.items():
        if region in tags.regions:
            return StorageTarget(
                region, tuple(tags.regions[region]), f"{cloud} {tags.change_number}"
            )
    return StorageTarget(region, _PUBLIC, None)


@cache
def _built_in_copy() -> _Copy:
    text = resources.files(__package__).joinpath("storage_ranges.json").read_bytes()
    return msgspec.json.decode(text, type=_Copy)
