"""What ``reach --to`` names: a service tag, a prefix, an address or a URL of Azure Storage."""

from __future__ import annotations

import ipaddress
from difflib import get_close_matches
from urllib.parse import urlsplit

from msgspec import Struct

from scanner.errors import UsageError
from scanner.inventory.facts.network import PublishedTags
from scanner.network.service_tags import is_known, tags_of
from scanner.network.tag_names import TAGS, spelt
from scanner.network.target import STORAGE, Protocol, Target, region_of, target_of

_STORAGE = (
    ".core.windows.net", ".core.usgovcloudapi.net", ".core.chinacloudapi.cn",
    ".storage.azure.net",
)  # fmt: skip
"""Ends of the host names of storage accounts (Storage account overview, endpoints)."""
_PORTS = {"https": 443, "http": 80}
_OF_NETWORK = {
    "virtualnetwork": "a prefix or an address of it",
    "azureloadbalancer": "168.63.129.16, the address that it is for",
}
"""What to give in place of tags without prefixes (Virtual network service tags)."""
_CLOSE = 0.7
"""How alike two names are that may be meant for one another, from 0 to 1."""
_QUOTED = 150
"""Characters of a wrong text in a message."""


class WantedTarget(Struct, frozen=True):
    """A target before the region of its VM is known."""

    to: str
    """A tag or a prefix."""
    protocol: Protocol
    port: int
    is_url: bool = False
    """True for an account of Azure Storage. Its region and its addresses are not in its URL."""

    def target(self, location: str, published: PublishedTags | None = None) -> Target:
        """The target of a VM in a location, by the service tags that were read.

        Raises ``UsageError`` for a tag that has no published prefixes in the VM's cloud.
        """
        try:
            tags = tags_of(published, region_of(location))
            return target_of(self.to, location, tags, self.protocol, self.port)
        except ValueError:
            where = "read" if published else "built in"
            what = f"the service tag {self.to!r} has no prefixes that are {where}"
            raise UsageError(what, "Give a prefix or an address of it") from None


def parse_wanted_target(to: str | None, port: int | None, protocol: str) -> WantedTarget:
    """The target that the options name. Raises ``UsageError``."""
    if protocol.lower() not in ("tcp", "udp"):
        raise UsageError(f"--protocol {protocol[:_QUOTED]!r} is unknown", "Choose tcp or udp")
    which: Protocol = "udp" if protocol.lower() == "udp" else "tcp"
    if to is None:
        return WantedTarget(STORAGE, which, port or 443)
    text = to.strip()
    if "://" in text:
        in_url = _port_of_storage(text)
        if port not in (None, in_url):
            what = f"--port {port} is not the port of the URL, which is {in_url}"
            raise UsageError(what, "Leave out --port")
        return WantedTarget("Storage", which, in_url, is_url=True)
    if not _is_prefix(text) and not is_known(text):
        what = f"--to {text[:_QUOTED]!r} is no service tag, prefix, address or URL"
        close = get_close_matches(text.partition(".")[0].lower(), TAGS, 1, _CLOSE)
        remedy = f"Did you mean {spelt(close[0])}?" if close else "Give one, such as Storage"
        raise UsageError(what, remedy)
    if text.lower() in _OF_NETWORK:
        what = f"--to {text} is a tag of the VM's own network, not of a service"
        raise UsageError(what, f"Give {_OF_NETWORK[text.lower()]}")
    return WantedTarget(text, which, port or 443)


def _is_prefix(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _port_of_storage(url: str) -> int:
    """The port of a URL of Azure Storage. Its region is not in the URL."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme.lower()]
        is_storage = (parts.hostname or "").lower().endswith(_STORAGE)
    except (ValueError, KeyError):
        is_storage, port = False, 0
    if not is_storage:
        what = f"--to {url[:_QUOTED]!r} is no URL of Azure Storage"
        raise UsageError(what, "Give https://ACCOUNT.blob.core.windows.net, a tag or an address")
    return port
