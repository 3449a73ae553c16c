"""Pseudonyms of names, of ids and of what is made of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scanner.fleet.bundle.redaction.key import Key
from scanner.inventory.armid import ArmId, parse_id
from scanner.network.service_tags import built_in_clouds

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_OF_AZURE = frozenset((
    "gatewaysubnet", "routeserversubnet", "azurefirewallsubnet", "azurefirewallmanagementsubnet",
    "azurebastionsubnet", "defaultpolicy", "enhancedpolicy", "hourlylogbackup",
))  # fmt: skip
"""Names that services of Azure give, of which the first three decide verdicts."""
_PREFIXES = ("azurebackup_", "hv_")
"""How the names of Backup's collections, and of the networks of hubs, begin."""
_GROUP = "azurebackuprg_"
"""How the names of Backup's resource groups begin. Region and number follow."""
_KINDS = frozenset((
    "vm", "iaasvmcontainer", "iaasvmcontainerv2", "azurefileshare", "storage", "storagecontainer",
    "vmappcontainer", "compute", "sqldatabase", "sqlag", "sqlinstance", "saphanadatabase",
    "sapasedatabase", "azurebackupservercontainer", "windows", "azure", "microsoftazurebackup",
))  # fmt: skip
"""Words in the names of containers and of protected items, which have ``;`` between their parts."""


class Names:
    """Replaces names by a key. Names that differ only in casing have one pseudonym."""

    def __init__(self, key: Key) -> None:
        self._key = key
        self._names: dict[str, str] = {}
        self._ids: dict[str, ArmId] = {}
        self._groups: dict[tuple[str, str], re.Pattern[str]] = {}
        self._regions = {
            tag.partition(".")[2] for tags in built_in_clouds() for tag in tags.texts if "." in tag
        }

    def keep_groups_of(self, affixes: Iterable[tuple[str | None, str | None]]) -> None:
        """Keep the form of groups that a policy chose: a prefix, a number and a suffix."""
        for prefix, suffix in affixes:
            start, end = (prefix or "").lower(), (suffix or "").lower()
            if start and (start, end) not in self._groups:
                pattern = rf"({re.escape(start)})(\d*)({re.escape(end)})"
                self._groups[start, end] = re.compile(pattern)

    def name(self, text: str) -> str:
        """The pseudonym of a name. Containers keep their form, Backup's own names their start."""
        found = self._names.get(text)
        if found is None:
            found = self._names[text] = self._renamed(text)
        return found

    def exact(self, text: str) -> str:
        """The pseudonym of a text whose casing counts."""
        return self._key.name(f"exact {text}") if text else text

    def subscription(self, text: str) -> str:
        """The pseudonym of a subscription's GUID or name."""
        return self._key.guid(text.lower()) if _GUID.fullmatch(text) else self.name(text)

    def id(self, found: ArmId) -> ArmId:
        """The pseudonym of an id: words of Azure stay, names change."""
        known = self._ids.get(found.text)
        if known is None:
            known = self._ids[found.text] = ArmId(self._path(found.text))
        return known

    def id_text(self, text: str) -> str:
        """The pseudonym of a text that should be an id."""
        found = parse_id(text)
        return self.id(found).text if found else self.name(text)

    def _path(self, text: str) -> str:
        segments = text.split("/")
        keyword = ""
        for index, segment in enumerate(segments[1:], start=1):
            # Segments come in pairs. The word after ``providers`` is the name of a service.
            if index % 2 == 1:
                keyword = segment.lower()
            elif keyword == "subscriptions":
                segments[index] = self.subscription(segment)
            elif keyword != "providers":
                segments[index] = self.name(segment)
        return "/".join(segments)

    def _renamed(self, text: str) -> str:
        folded = text.lower()
        core = folded.strip()
        if not core or core in _OF_AZURE:
            return text
        if ";" in core:
            return ";".join(
                part if part.strip().lower() in _KINDS else self.name(part)
                for part in text.split(";")
            )
        for pattern in self._groups.values():
            if chosen := pattern.fullmatch(core):
                start, number, end = chosen.groups()
                return f"{self.part(start)}{number}{self.part(end)}"
        return self.part(core)

    def part(self, text: str) -> str:
        """The pseudonym of a name, or of the prefix or suffix of one."""
        folded = text.lower()
        if folded.startswith(_GROUP):
            parts = text[len(_GROUP) :].split("_")
            return text[: len(_GROUP)] + "_".join(map(self._of_group, parts))
        for start in _PREFIXES:
            if folded.startswith(start):
                return text[: len(start)] + self.part(text[len(start) :])
        return self._key.name(folded) if text else text

    def _of_group(self, part: str) -> str:
        is_public = part.isdigit() or part.lower() in self._regions
        return part if is_public or not part else self._key.name(part.lower())
