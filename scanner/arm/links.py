"""Links in ARM's answers: where a token may follow them."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

_PLAIN = re.compile(r"[a-z0-9._-]+")


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

    def segments_below(self, path: str) -> list[str] | None:
        """The plain segments below another path. None if one of them is not plain.

        A plain one has letters, digits, ``-``, ``_`` and ``.`` alone, so every server
        reads it as the name of the same place.
        """
        segments = self.path.removeprefix(f"{path.lower()}/").split("/")
        is_plain = all(map(_PLAIN.fullmatch, segments)) and not {".", ".."} & {*segments}
        return segments if is_plain and self.is_below(path) else None


def is_plain(url: str) -> bool:
    """True if a URL has printable ASCII characters alone, and no space. Readers drop others."""
    return url.isascii() and url.isprintable() and " " not in url


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
