"""The key of pseudonyms: who has it finds the pseudonym of a name, nobody finds the name."""

from __future__ import annotations

import hmac
import secrets
from pathlib import Path

from scanner.errors import UsageError

_LEAST_CHARACTERS = 16
_MOST_BYTES = 64 * 1024
_LETTERS = "bcdfghjklmnpqrstvwxz"
"""Without vowels, so that a pseudonym holds no word."""
_LENGTH = 14
"""Letters of a pseudonym after its first: 60 bits."""


class Key:
    """Makes pseudonyms (HMAC, RFC 2104, with SHA-256). The same text always has the same one."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.fingerprint = self.digest("fingerprint", b"").hex()[:16]
        """Shows that two bundles have the same key, and nothing of the key."""

    def digest(self, kind: str, data: bytes) -> bytes:
        """The HMAC of some bytes. ``kind`` keeps pseudonyms of different kinds apart."""
        return hmac.digest(self._secret, kind.encode() + b"\0" + data, "sha256")

    def name(self, text: str) -> str:
        """The pseudonym of a text: letters alone, so that a number after it stays readable."""
        number = int.from_bytes(self.digest("name", text.encode("utf-8", "surrogatepass"))[:12])
        letters = []
        for _ in range(_LENGTH):
            number, letter = divmod(number, len(_LETTERS))
            letters.append(_LETTERS[letter])
        return "x" + "".join(letters)

    def guid(self, text: str) -> str:
        """The pseudonym of a GUID: a GUID."""
        found = self.digest("guid", text.encode("utf-8", "surrogatepass")).hex()
        return "-".join((found[:8], found[8:12], found[12:16], found[16:20], found[20:32]))


def new_key() -> str:
    """The text of a new key, of 256 bits."""
    return secrets.token_hex(32)


def read_key(file: Path) -> str:
    """The text of a key in a file, without spaces around it. Raises ``UsageError``."""
    todo = f"Give a file with at least {_LEAST_CHARACTERS} characters that nobody can guess"
    try:
        with file.open("rb") as opened:
            text = opened.read(_MOST_BYTES + 1).decode().strip()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise UsageError(f"{file} cannot be read as a key ({reason})", todo) from error
    if not _LEAST_CHARACTERS <= len(text) <= _MOST_BYTES:
        raise UsageError(f"{file} holds no key: it has {len(text)} characters", todo)
    return text
