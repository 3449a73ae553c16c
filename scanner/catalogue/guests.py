"""How the VM agent is updated and restarted in a guest, by family of Linux distributions."""

from __future__ import annotations

import re
from functools import cache

from msgspec import Struct

from scanner.catalogue.files import table
from scanner.catalogue.values import Document

_NUMBER = re.compile(r"\d+")
_NEWEST = 20
"""No major version is greater. The SKUs of images also have 79 for 7.9, or 810 for 8.10."""


class GuestFamily(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Linux distributions whose VM agent is updated and restarted by the same commands."""

    name: str
    words: tuple[str, ...]
    """In lower case: one of them is in the name of each system of the family."""
    since: int = 0
    """The first major version; 0 for every version, also one that is not known."""
    update: str | None = None
    """The shell command that updates the agent and restarts it. None if only ``by_hand`` does."""
    by_hand: str = ""
    """How the agent is updated, in words, if no command does it."""
    restart: str
    """The shell command that restarts the agent."""

    def has(self, name: str, version: str | None) -> bool:
        """True if a system with this name and version belongs to the family."""
        lower = name.lower()
        return any(word in lower for word in self.words) and _major(version) >= self.since


class _GuestsFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The file of families."""

    document: Document
    families: tuple[GuestFamily, ...]


@cache
def _file() -> _GuestsFile:
    return table("guests.toml", _GuestsFile)


def guest_families() -> tuple[GuestFamily, ...]:
    """All families; raises ``CatalogueError``."""
    return _file().families


@cache
def guest_family(name: str, version: str | None) -> GuestFamily | None:
    """The family of a system, by its name and its version. None if the table has none.

    ``name`` is what the VM agent calls the system, or the offer and SKU of its image. ``version``
    begins with the major version, or is the SKU.
    """
    return next((family for family in guest_families() if family.has(name, version)), None)


def _major(version: str | None) -> int:
    """The major version: 9 for ``9.4`` and ``94_gen2``, 8 for ``810-gen2``. 0 if not known."""
    found = _NUMBER.search(version or "")
    number = int(found.group()) if found else 0
    while number > _NEWEST:
        number //= 10
    return number


def in_guest(text: str, family: GuestFamily | None) -> str:
    """A text for people with ``{guest.updating}`` and ``{guest.restarting}`` filled in.

    Without a family, all of them are named, with the document that they are from.
    """
    if "{guest." not in text:
        return text
    updating, restarting = _ways(family)
    return text.replace("{guest.updating}", updating).replace("{guest.restarting}", restarting)


@cache
def _ways(family: GuestFamily | None) -> tuple[str, str]:
    """How to update the agent, and how to restart it, in words with commands."""
    if family:
        return f"on {family.name}, {_updating(family)}", f"on {family.name}, `{family.restart}`"
    updating = [f"{one.name}: {_updating(one)}" for one in guest_families()]
    names: dict[str, list[str]] = {}
    for one in guest_families():
        names.setdefault(one.restart, []).append(one.name)
    restarting = [f"{', '.join(named)}: `{command}`" for command, named in names.items()]
    url = _file().document.url
    return "; ".join((*updating, f"see {url}")), "; ".join(restarting)


def _updating(family: GuestFamily) -> str:
    return f"`{family.update}`" if family.update else family.by_hand
