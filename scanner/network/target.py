"""What a VM is to reach: addresses, a protocol and a port."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from scanner.network.addresses import EVERY_IPV4, EVERY_IPV6, NONE, PUBLIC, Addresses
from scanner.network.service_tags import ServiceTags, built_in_tags, is_known
from scanner.network.tag_names import spelt

Protocol = Literal["tcp", "udp"]
STORAGE = "Storage.{region}"
"""The tag of Azure Storage in the VM's region."""
_BY_NAME = ("azurecloud", "storage")
"""Tags that contain Storage by their name, whichever publication the prefixes are from."""
_OF_NETWORK = ("virtualnetwork", "azureloadbalancer")
TARGETS_KEPT = 256
"""Targets that are remembered, with their parts in tags and prefixes."""


class Target(Struct, frozen=True, dict=True, eq=False):
    """Addresses that a VM is to reach, with a protocol and a port.

    Compared by identity where results are remembered: make it once.
    """

    text: str
    """In a sentence, such as ``Azure Storage in westeurope``."""
    addresses: Addresses
    tags: ServiceTags
    """The tags of the VM's cloud."""
    contained_in: frozenset[str] = frozenset()
    """Tags that contain all of it by their names."""
    published: str | None = None
    """The publication that the addresses are from. None if they are no published ones."""
    protocol: Protocol = "tcp"
    port: int = 443
    region: str = ""
    """The region of the VM."""

    def __str__(self) -> str:
        return f"{self.protocol.upper()} {self.port} to {self.text}"

    @property
    def is_storage(self) -> bool:
        """True if it is Storage of the VM's region, to which a service endpoint may lead."""
        return f"storage.{self.region}" in self.contained_in

    @cached_property
    def is_ipv6(self) -> bool:
        """True if it has an IPv6 address. It then has no IPv4 address."""
        return bool(self.addresses - EVERY_IPV4)

    def narrowed(self, addresses: Addresses, text: str) -> Target:
        """A part of it, which is in the same tags. Rules and routes decide about it alike."""
        return replace(self, text=text, addresses=addresses)

    @cached_property
    def _known_by_length(self) -> dict[str, tuple[tuple[int, Addresses], ...]]:
        return {}

    def by_length(self, tag: str) -> tuple[tuple[int, Addresses], ...] | None:
        """The parts of the target in a tag, by the lengths of its prefixes.

        None if the tag is not published.
        """
        if tag not in self._known_by_length:
            published = self.tags.by_length(tag)
            if published is None:
                return None
            parts = ((length, self.addresses & found) for length, found in published)
            self._known_by_length[tag] = tuple((length, part) for length, part in parts if part)
        return self._known_by_length[tag]

    @property
    def knows_storage(self) -> bool:
        """True if the prefixes of Storage are published for the VM's cloud."""
        return self.tags.by_length("storage") is not None

    def storage_in(self, region: str | None) -> Addresses:
        """The part of the target that is Azure Storage of a region, or of all if None.

        Without a publication it is all that is public: in all regions, and in the VM's own one if
        the target is Storage by its name.
        """
        own = self.is_storage and region in (None, self.region)
        if own:
            return self.addresses
        published = self.tags.addresses("storage" if region is None else f"storage.{region}")
        if published is not None:
            return self.addresses & published
        return self.public if region is None and not self.knows_storage else NONE

    @cached_property
    def _known(self) -> dict[str, Addresses]:
        return {}

    @cached_property
    def public(self) -> Addresses:
        """The part that is of the internet."""
        return self.addresses if PUBLIC.covers(self.addresses) else self.addresses & PUBLIC

    @cached_property
    def families(self) -> Addresses:
        """All addresses of IPv4, of IPv6 or of both, as the target has them."""
        found = (every for every in (EVERY_IPV4, EVERY_IPV6) if self.addresses & every)
        return Addresses.union(found)

    def part_in(self, prefix: str) -> Addresses:
        """The part of the target in a prefix, or in a service tag but ``VirtualNetwork``.

        A known tag that the publication lacks is another service. Raises ``ValueError`` if the
        text is neither a prefix nor a known tag.
        """
        known = self._known.get(prefix)
        if known is None:
            known = self._known[prefix] = self._part_in(prefix)
        return known

    def _part_in(self, prefix: str) -> Addresses:
        text = prefix.strip().lower()
        if text == "*" or self.tags.name(text) in self.contained_in:
            return self.addresses
        if text == "internet":
            return self.public
        if text in _OF_NETWORK:
            return NONE
        published = self.tags.addresses(self.tags.name(text))
        if published is not None:
            return self.addresses & published
        if self.lacks(text):
            return NONE
        return self.addresses & Addresses.of(prefix)

    def lacks(self, tag: str) -> bool:
        """True if a documented tag has no part of the target, by its name alone.

        A target that is a service has no part in another service's tag. Private addresses are in
        no tag of a service. A tag that is published with something else than prefixes may have any.
        """
        if self.tags.name(tag) in self.tags.texts:
            return False
        return is_known(tag) and (bool(self.contained_in - {"internet"}) or not self.public)

    def share(self, part: Addresses) -> str:
        """How much of the target a part is, in percent."""
        share = 100 * part.count / self.addresses.count
        if part == self.addresses:
            return "100 %"
        return f"{share:.0f} %" if 1 <= share <= 99 else "Under 1 %" if share < 1 else "Over 99 %"


@lru_cache(TARGETS_KEPT)
def region_of(location: str) -> str:
    """The name of a region as tags have it, such as ``westeurope``."""
    return location.replace(" ", "").lower()


def storage_of(
    location: str, tags: ServiceTags | None = None, protocol: Protocol = "tcp", port: int = 443
) -> Target:
    """Azure Storage in a location, IPv4: what the article of 2018-01 asks for.

    All public addresses if no publication has the region.
    """
    return _storage_of(region_of(location), tags, protocol, port)


@lru_cache(TARGETS_KEPT)
def _storage_of(region: str, tags: ServiceTags | None, protocol: Protocol, port: int) -> Target:
    of_cloud = tags or built_in_tags(region)
    published = of_cloud.addresses(f"storage.{region}")
    addresses = EVERY_IPV4 & (published or PUBLIC)
    unknown = "" if published else ", whose addresses are not built in,"
    return Target(
        f"Azure Storage in {region}{unknown}",
        addresses,
        of_cloud,
        frozenset(("internet", *_BY_NAME, *(f"{name}.{region}" for name in _BY_NAME))),
        of_cloud.publication if published else None,
        protocol,
        port,
        region,
    )


def target_of(
    to: str,
    location: str,
    tags: ServiceTags | None = None,
    protocol: Protocol = "tcp",
    port: int = 443,
) -> Target:
    """A service tag, or a prefix, as the target of a VM in a location.

    ``{region}`` in the tag's name is the VM's region. Raises ``ValueError`` if the text is neither
    a prefix nor a tag that is published.
    """
    return _target_of(to, region_of(location), tags, protocol, port)


@lru_cache(TARGETS_KEPT)
def _target_of(
    to: str, region: str, tags: ServiceTags | None, protocol: Protocol, port: int
) -> Target:
    of_cloud = tags or built_in_tags(region)
    name = of_cloud.name(to.replace("{region}", region))
    if name == f"storage.{region}":
        return _storage_of(region, tags, protocol, port)
    if name in ("internet", "*"):
        return Target("the internet", PUBLIC & EVERY_IPV4, of_cloud, frozenset(("internet",)),
                      None, protocol, port)  # fmt: skip
    published = of_cloud.addresses(name)
    if published is None:
        addresses = _addresses(to)
        return Target(to.strip(), addresses, of_cloud, frozenset(), None, protocol, port)
    service = name.partition(".")[0]
    # Many services are in the public ranges of Azure.
    is_service = service != "azurecloud"
    containing = frozenset((name, service, "internet") if is_service else ("internet",))
    return Target(
        f"the tag {spelt(name)}", EVERY_IPV4 & published, of_cloud, containing,
        of_cloud.publication, protocol, port,
    )  # fmt: skip


def _addresses(to: str) -> Addresses:
    try:
        return Addresses.of(to)
    except ValueError:
        raise ValueError(
            f"{to!r} is neither a prefix nor a service tag that is published"
        ) from None
