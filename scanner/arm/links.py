"""Links in ARM's answers: where a token may follow them."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote, urlsplit


class Address(NamedTuple):
    """Where a URL leads to."""

    scheme: str
    host: str | None
    port: int
    path: str
    """In lower case, without a slash at its end."""

    @property
    def door(self) -> tuple[str, str | None, int]:
        """Scheme, host and port: who gets the token."""
        return self[:3]

    def is_below(self, path: str) -> bool:
        """True if the path is below another one, which has no slash at its end."""
        segments = self.path.split("/")
        return self.path.startswith(f"{path.lower()}/") and not {".", ".."} & {*segments}


def address_of(url: str) -> Address | None:
    """Where a URL leads to. None if the text is not a URL, or names a user."""
    try:
        parts = urlsplit(url)
        if parts.username is not None or parts.password is not None:
            return None
        path = unquote(parts.path).lower().rstrip("/")
        return Address(parts.scheme, parts.hostname, parts.port or 443, path)
    except ValueError:
        return None
