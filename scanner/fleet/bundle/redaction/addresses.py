"""Pseudonyms of IP addresses that keep every verdict of routes and security groups.

Two addresses share as many leading bits as their pseudonyms, so a prefix contains what it contained
(prefix-preserving anonymization: Xu, Fan, Ammar and Moon, 2002, with HMAC in place of AES). Blocks
with a meaning stay where they are: private and other special addresses (IANA, special-purpose
address registries), the platform's addresses, and every prefix of a service tag, which Microsoft
publishes. Only what is below such a block changes, and there every address does.
"""

from __future__ import annotations

import ipaddress
from functools import cache

from scanner.fleet.bundle.redaction.key import Key
from scanner.inventory.facts.network import PublishedTags
from scanner.network.addresses import PRIVATE, interval
from scanner.network.service_tags import built_in_clouds
from scanner.network.wireserver import PLATFORM

_IPV6 = 2**32
"""The number of the IPv6 address ``::`` in a set of addresses."""
_BITS = {4: 32, 6: 128}
_SPECIAL = (
    "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "64:ff9b::/96", "2001:db8::/32", "2002::/16", "fec0::/10",
)  # fmt: skip
"""More special-purpose blocks (RFC 6890)."""


class AddressMap:
    """Maps addresses and prefixes by a key. Add the tags of a bundle before its addresses."""

    def __init__(self, key: Key) -> None:
        self._key = key
        self._inner = {version: set(nodes) for version, nodes in _known_blocks().items()}
        self._flips: dict[tuple[int, int], int] = {}
        self._known: dict[str, str] = {}
        self._added: set[str] = set()

    def add(self, tags: PublishedTags | None) -> None:
        """Keep the prefixes of a publication where they are. Once for each of them."""
        if tags is None or not tags.prefixes or tags.publication in self._added:
            return
        self._added.add(tags.publication)
        self._known.clear()
        for prefix in " ".join(tags.prefixes.values()).split():
            _add(self._inner, prefix)

    def text(self, text: str) -> str | None:
        """The pseudonym of an address or a prefix. None if the text is neither."""
        if text not in self._known:
            found = self._mapped(text)
            if found is None:
                return None
            self._known[text] = found
        return self._known[text]

    def _mapped(self, text: str) -> str | None:
        core = text.strip()
        address, slash, length = core.partition("/")
        try:
            network = ipaddress.ip_network(core, strict=False)
            found = ipaddress.ip_address(address)
        except ValueError:
            return None
        number, bits = int(found), network.max_prefixlen
        mapped = self._bits(number, found.version)
        host_bits = bits - network.prefixlen
        if number == int(network.network_address):
            mapped = mapped >> host_bits << host_bits
        shown = ipaddress.ip_address(mapped.to_bytes(bits // 8))
        return text.replace(core, f"{shown}{slash}{length}")

    def _bits(self, number: int, version: int) -> int:
        """The pseudonym of an address as a number."""
        bits, inner, mapped = _BITS[version], self._inner[version], number
        is_first = True
        for depth in range(bits):
            node = (1 << depth) | (number >> (bits - depth))
            if is_first and node in inner:
                continue
            # The first bit below a block always changes: no address is its own pseudonym.
            if is_first or self._flip(version, node):
                mapped ^= 1 << (bits - depth - 1)
            is_first = False
        return mapped

    def _flip(self, version: int, node: int) -> int:
        if (version, node) not in self._flips:
            data = node.to_bytes(17)
            self._flips[version, node] = self._key.digest(f"ipv{version}", data)[0] & 1
        return self._flips[version, node]


Nodes = dict[int, set[int]]
"""The nodes above a block with a meaning, as a 1 and the leading bits, by the version of IP."""


@cache
def _known_blocks() -> Nodes:
    """The blocks with a meaning that the scanner knows by itself."""
    nodes: Nodes = {4: set(), 6: set()}
    for prefix in _SPECIAL:
        _add(nodes, prefix)
    for first, last in (*PRIVATE.intervals, *PLATFORM.intervals):
        _add_interval(nodes, first, min(last, _IPV6 - 1))
        _add_interval(nodes, max(first, _IPV6), last)
    for tags in built_in_clouds():
        for prefix in {prefix for text in tags.texts.values() for prefix in text.split()}:
            _add(nodes, prefix)
    return nodes


def _add(nodes: Nodes, prefix: str) -> None:
    """Keep a prefix where it is. What is no prefix is in no set of addresses either."""
    try:
        first, last = interval(prefix)
    except ValueError:
        return
    _add_block(nodes, first, last)


def _add_interval(nodes: Nodes, first: int, last: int) -> None:
    """Keep the blocks that an interval consists of."""
    zero = 0 if first < _IPV6 else _IPV6
    while first <= last:
        at = first - zero
        size = min(at & -at or 2**128, 1 << ((last - first + 1).bit_length() - 1))
        _add_block(nodes, first, first + size - 1)
        first += size


def _add_block(nodes: Nodes, first: int, last: int) -> None:
    version = 4 if first < _IPV6 else 6
    number = first if version == 4 else first - _IPV6
    bits, inner = _BITS[version], nodes[version]
    for depth in range(bits - (last - first).bit_length() - 1, -1, -1):
        node = (1 << depth) | (number >> (bits - depth))
        if node in inner:
            return
        inner.add(node)
