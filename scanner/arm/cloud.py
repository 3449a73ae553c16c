"""Azure clouds: the address of Resource Manager, of the sign-in, and the audience of tokens."""

from __future__ import annotations

from urllib.parse import urlsplit

from msgspec import Struct

_PUBLIC_AUTHORITIES = {
    "login.microsoftonline.com": "public",
    "login.microsoft.com": "public",
    "login.windows.net": "public",
    "sts.windows.net": "public",
    "login.microsoftonline.us": "usgov",
    "login.usgovcloudapi.net": "usgov",
    "login.partner.microsoftonline.cn": "china",
    "login.chinacloudapi.cn": "china",
}
"""Hosts where Microsoft's clouds sign in, with the cloud. Hosts of one cloud are one sign-in."""


class Cloud(Struct, frozen=True):
    """One Azure cloud."""

    name: str
    endpoint: str
    """Base address of Azure Resource Manager, without a closing slash."""
    audience: str
    """The audience of tokens."""
    authority: str
    """Base address of the sign-in service."""

    @property
    def token_scope(self) -> str:
        """The OAuth scope of the audience."""
        return f"{self.audience}/.default"

    @property
    def instance_discovery(self) -> bool:
        """True if Microsoft's own instance discovery knows the authority."""
        return host_and_port(self.authority) in _PUBLIC_AUTHORITIES

    @property
    def is_public(self) -> bool:
        """True for a cloud of Microsoft, known by the hosts of Resource Manager and the sign-in."""
        return any(
            host_and_port(self.endpoint) == host_and_port(known.endpoint)
            and self.signs_in_at(known.authority)
            for known in CLOUDS.values()
        )

    def signs_in_at(self, address: str) -> bool:
        """True if an address, with or without ``https://``, is that of the cloud's sign-in."""
        return _sign_in(address) == _sign_in(self.authority)


CLOUDS = {
    "public": Cloud(
        "public",
        "https://management.azure.com",
        "https://management.azure.com",
        "https://login.microsoftonline.com",
    ),
    "usgov": Cloud(
        "usgov",
        "https://management.usgovcloudapi.net",
        "https://management.core.usgovcloudapi.net",
        "https://login.microsoftonline.us",
    ),
    "china": Cloud(
        "china",
        "https://management.chinacloudapi.cn",
        "https://management.chinacloudapi.cn",
        "https://login.partner.microsoftonline.cn",
    ),
}
"""The clouds that Microsoft runs, by the name ``--cloud`` takes."""


def host_and_port(address: str) -> str:
    """The host of an address in small letters, and its port unless that is 443.

    The scheme may be missing. Empty if the text is no address.
    """
    try:
        parts = urlsplit(address if "//" in address else f"//{address}")
        host, port = parts.hostname or "", parts.port or 443
    except ValueError:
        return ""
    host = f"[{host}]" if ":" in host else host
    return host if port == 443 else f"{host}:{port}"


def _sign_in(address: str) -> str:
    """What tells one sign-in from another: the cloud of a known host, else host and port."""
    host = host_and_port(address)
    return _PUBLIC_AUTHORITIES.get(host, host)
