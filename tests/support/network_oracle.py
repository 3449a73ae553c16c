"""A slow and obvious judge of networks: one address, one source port, one rule after the other.

Written from Azure's documents alone: Network security groups overview (2025-07-15), Virtual network
service tags, Virtual network traffic routing. It reads bodies as ARM sends them, and shares no code
with the engine. Where a value cannot be read it says what the answer may be.

The target is Azure Storage of the region, or a prefix of IPv6 or of private addresses. Service tags
contain the first by their names, and the others by their published prefixes.
"""

from __future__ import annotations

import ipaddress
import json
from functools import cache
from pathlib import Path
from typing import Any

import scanner.network

Body = dict[str, Any]
Answers = set[str]
"""What may happen: ``allow``, ``deny``, and ``gap`` if something that was not read matters."""
REGION = "westeurope"
CLIENT_PORTS = {"Windows": (49152, 65535), "Linux": (32768, 60999), None: (32768, 65535)}
OTHER_SERVICES = {"Sql", "AzureMonitor", "Storage.NorthEurope", "AzureCloud.northeurope"}
PRIVATE = ("10.1.0.0/24", "10.1.7.0/30", "10.50.0.0/24", "192.168.7.0/24", "10.0.0.0/14")
"""Targets of private addresses (RFC 1918)."""
CONTAINING = {"*", "Internet", "AzureCloud", "Storage", "Storage.WestEurope",
              "AzureCloud.westeurope"}  # fmt: skip
_RANKS = {"Storage.WestEurope": 1, "Storage.NorthEurope": 1, "Storage": 2,
          "AzureCloud.westeurope": 3, "AzureCloud.northeurope": 3, "AzureCloud": 4}  # fmt: skip


@cache
def published(tag: str) -> frozenset[tuple[int, int]]:
    """The prefixes of a tag, from the file of Microsoft that is built in: start, length. The
    numbers of IPv6 begin after all of IPv4."""
    text = Path(scanner.network.__file__).with_name("service_tags.json").read_text("utf-8")
    tags: dict[str, str] = json.loads(text)["clouds"]["Public"]["tags"]
    words = tags[tag.lower()].split()
    if words[0] == "regions":
        regional = (found for name, found in tags.items() if name.startswith(f"{tag.lower()}."))
        words = [*words[1:], *" ".join(regional).split()]
    networks = (ipaddress.ip_network(word) for word in words)
    return frozenset((_number(network.network_address), network.prefixlen) for network in networks)


def _number(address: Any) -> int:
    return int(address) + (2**32 if address.version == 6 else 0)


def _is_published(tag: str, to: Any) -> bool:
    return bool(_lengths(tag, to))


def _lengths(tag: str, to: Any) -> list[int]:
    """The lengths of the prefixes of a tag that have an address."""
    bits = to.max_prefixlen
    prefixes = (
        (length, int(to) >> (bits - length) << (bits - length)) for length in range(bits + 1)
    )
    starts = ((length, start + (2**32 if bits == 128 else 0)) for length, start in prefixes)
    return [length for length, start in starts if (start, length) in published(tag)]


@cache
def _network(text: str) -> Any:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


class World:
    """One VM with its NIC, subnet, groups and routes, as bodies."""

    def __init__(self, bodies: dict[str, Any]) -> None:
        self.bodies = bodies
        self.is_storage = bodies["to"] is None
        is_ipv6 = ":" in (bodies["to"] or "")
        self.source = ipaddress.ip_address(bodies["ipv6" if is_ipv6 else "address"])
        self.is_private = bodies["to"] in PRIVATE
        low, high = CLIENT_PORTS[bodies["os"]]
        self.ports = {low, high, 49151, 49152, 60999, 61000}
        for group in filter(None, (bodies["on_nic"], bodies["on_subnet"])):
            for rule in group["properties"]["securityRules"]:
                for text in _many(rule["properties"], "sourcePortRange", "sourcePortRanges"):
                    for word in text.split("-"):
                        if word.isdigit():
                            self.ports |= {int(word) - 1, int(word), int(word) + 1}
        self.ports = {port for port in self.ports if low <= port <= high}

    def group(self, name: str, to: Any) -> str:
        """What a group does with an address: passes, stops, partly or unread."""
        group = self.bodies[name]
        if group is None:
            return "passes"
        answers = set().union(*(self._packet(group, to, port) for port in self.ports))
        if {"allow", "deny"} <= answers:
            return "unread" if "gap" in answers else "partly"
        return "passes" if "allow" in answers else "stops"

    def _packet(self, group: Body, to: Any, port: int) -> Answers:
        properties = group["properties"]
        rules = [rule["properties"] for key in ("securityRules", "defaultSecurityRules")
                 for rule in properties[key]]  # fmt: skip
        outbound = [rule for rule in rules if str(rule.get("direction")).lower() != "inbound"]
        answers: Answers = set()
        known = []
        for rule in outbound:
            if isinstance(rule.get("priority"), int) and 1 <= rule["priority"] <= 65500:
                known.append(rule)
            elif self._matches(rule, to, port) != {"no"}:
                # The rule may come first, or after one that decides.
                answers |= {*_access(rule), "gap"}
        for rule in sorted(known, key=lambda rule: rule["priority"]):
            match = self._matches(rule, to, port)
            if match == {"no"}:
                continue
            answers |= _access(rule)
            if "gap" in match:
                answers.add("gap")
            if "no" not in match:
                return answers
        return answers | {"deny"}

    def _matches(self, rule: Body, to: Any, port: int) -> Answers:
        """``yes``, ``no`` or both; with ``gap`` if that is because of what cannot be read."""
        parts = (
            _word(rule.get("direction"), {"outbound"}, {"inbound"}),
            _word(rule.get("protocol"), {"*", "tcp"}, {"udp", "icmp", "esp", "ah"}),
            _in_ports(_many(rule, "destinationPortRange", "destinationPortRanges"), 443),
            _in_ports(_many(rule, "sourcePortRange", "sourcePortRanges"), port),
            self._is_to(rule, to),
            self._is_from(rule),
        )
        if {"no"} in parts:
            return {"no"}
        return set().union(*parts) if any(part != {"yes"} for part in parts) else {"yes"}

    def _is_to(self, rule: Body, to: Any) -> Answers:
        if rule.get("destinationApplicationSecurityGroups"):
            # Its members are interfaces, whose addresses are private.
            return {"yes", "no", "gap"} if self.is_private else {"no"}
        found = [self._contains(word, to) for word in
                 _many(rule, "destinationAddressPrefix", "destinationAddressPrefixes")]  # fmt: skip
        return _any(found)

    def _contains(self, word: str, to: Any) -> Answers:
        if word == "Internet" and self.is_private:
            return {"no"}
        if word in ("*", "Internet") or (self.is_storage and word in CONTAINING):
            return {"yes"}
        if word in CONTAINING | OTHER_SERVICES:
            return self._is_in_tag(word, to)
        if word == "VirtualNetwork":
            if any(to in _network(space) for space in self.bodies["spaces"]):
                return {"yes"}
            return {"yes", "no"} if self._is_routed(to) else {"no"}
        network = _network(word)
        return {"yes", "no", "gap"} if network is None else {"yes" if to in network else "no"}

    def _is_in_tag(self, word: str, to: Any) -> Answers:
        """If a tag has an address that no name decides on."""
        if self.is_storage or self.is_private:
            return {"no"}
        if word in _RANKS:
            return {"yes" if _lengths(word, to) else "no"}
        return {"yes", "no", "gap"}

    def _is_from(self, rule: Body) -> Answers:
        if rule.get("sourceApplicationSecurityGroups"):
            asgs = {asg["id"] for asg in rule["sourceApplicationSecurityGroups"]}
            return {"yes" if asgs & set(self.bodies["asgs"]) else "no"}
        found: list[Answers] = []
        for word in _many(rule, "sourceAddressPrefix", "sourceAddressPrefixes"):
            if word in ("*", "VirtualNetwork"):
                found.append({"yes"})
            elif word in CONTAINING | OTHER_SERVICES:
                found.append({"no"})
            else:
                network = _network(word)
                if network is None:
                    found.append({"yes", "no", "gap"})
                else:
                    found.append({"yes" if self.source in network else "no"})
        if any("gap" in part for part in found) and {"yes"} not in found:
            return {"yes", "no", "gap"}
        # A list with the whole network and a word that cannot be read still has the NIC.
        return _any(found)

    def _user_routes(self, to: Any) -> list[tuple[Body, list[int] | None, int]]:
        """Every user-defined route, with the lengths of its prefixes that have the address, and
        its rank. None if its prefixes cannot be read."""
        table = self.bodies["routes"]
        found: list[tuple[Body, list[int] | None, int]] = []
        for route in table["properties"]["routes"] if table else ():
            word = route["properties"]["addressPrefix"]
            network = _network(word)
            lengths: list[int] | None = None
            if word in _RANKS:
                lengths = _lengths(word, to)
            elif word in OTHER_SERVICES:
                lengths = [] if self.is_storage or self.is_private else None
            elif network is not None:
                lengths = [network.prefixlen] if to in network else []
            found.append((route["properties"], lengths, _RANKS.get(word, 0)))
        return found

    def _is_routed(self, to: Any) -> bool:
        """True if the prefix of a user-defined route has the address, or may have it."""
        return any(lengths is None or lengths for _, lengths, _ in self._user_routes(to))

    def _endpoint(self, to: Any) -> str:
        """If a service endpoint leads to an address: yes, no, or maybe."""
        answers = {"no"}
        for endpoint in self.bodies["endpoints"]:
            regions = endpoint["locations"]
            if endpoint["service"] == "Microsoft.Storage.Global":
                tags = ["Storage"]
            elif endpoint["service"] != "Microsoft.Storage":
                continue
            elif "*" in regions:
                tags = ["Storage.WestEurope"]
                if _is_published("Storage", to):
                    answers.add("maybe")
            else:
                tags = [f"Storage.{region}" for region in regions]
            if any(_is_published(tag, to) for tag in tags):
                return "yes"
        return "maybe" if "maybe" in answers else "no"

    def route(self, to: Any) -> str:
        """The kind of the next hop, what becomes of the packet there, or unread."""
        by_endpoint = self._endpoint(to)
        if by_endpoint == "yes":
            return "endpoint"
        kind = self._route(to)
        is_own = any(to in _network(space) for space in self.bodies["spaces"])
        if kind == "internet" and self.is_private and by_endpoint == "no":
            # The internet has public addresses alone.
            return "not carried"
        if kind == "vnetlocal" and not is_own and by_endpoint == "no":
            # The network does not have it.
            return "away"
        return "unread" if by_endpoint == "maybe" and kind != "internet" else kind

    def _route(self, to: Any) -> str:
        best: list[tuple[tuple[int, int], str | None]] = [((0, -99), "internet")]
        best += [((_network(space).prefixlen, -99), "vnetlocal")
                 for space in self.bodies["spaces"] if to in _network(space)]  # fmt: skip
        # A route of 0.0.0.0/0 removes the system's routes that drop private addresses.
        if not any(0 in (lengths or ()) for _, lengths, _ in self._user_routes(to)):
            best += [((_network(space).prefixlen, -100), "none")
                     for space in _DROPPED if to in _network(space)]  # fmt: skip
        unclear = set()
        for route, lengths, rank in self._user_routes(to):
            kind = route["nextHopType"].lower()
            known = kind if kind in _KINDS else None
            if lengths is None:
                unclear.add(known)
                continue
            best += [((length, -rank), known) for length in lengths]
        top = max(key for key, _ in best)
        kinds = {kind for key, kind in best if key == top}
        if len(kinds) > 1 or None in kinds or unclear - kinds:
            return "unread"
        return str(kinds.pop())


_DROPPED = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
_KINDS = ("internet", "none", "virtualappliance", "virtualnetworkgateway", "vnetlocal")


def _access(rule: Body) -> Answers:
    access = str(rule.get("access")).lower()
    return {access} if access in ("allow", "deny") else {"allow", "deny", "gap"}


def _word(word: Any, yes: set[str], no: set[str]) -> Answers:
    text = str(word).lower()
    return {"yes"} if text in yes else {"no"} if text in no else {"yes", "no", "gap"}


def _many(rule: Body, one: str, many: str) -> list[str]:
    return rule.get(many) or [rule[one]]


def _in_ports(words: list[str], port: int) -> Answers:
    parts = []
    for word in words:
        first, dash, last = word.partition("-")
        if word == "*":
            parts.append({"yes"})
        elif not _is_range(first, last if dash else first):
            # Nothing of a list is known if a part of it cannot be read.
            return {"yes", "no", "gap"}
        else:
            parts.append({"yes" if int(first) <= port <= int(last or first) else "no"})
    return _any(parts)


def _is_range(first: str, last: str) -> bool:
    """Ports are from 0 to 65535 (REST API reference, Security Rules)."""
    digits = first.isdecimal() and last.isdecimal()
    return digits and 0 <= int(first) <= int(last) <= 65535


def _any(parts: list[Answers]) -> Answers:
    """What holds if one of the parts is enough."""
    if {"yes"} in parts:
        return {"yes"}
    return set().union(*parts)
