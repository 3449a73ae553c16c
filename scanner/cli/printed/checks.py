"""Which causes the loaded checks judge, by what they read, and why they judge no others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.padding import Padding

from scanner.catalogue import Catalogue
from scanner.catalogue.documents import Documents
from scanner.inventory.facts.machine import Deployment
from scanner.judging.plugins import Installed
from scanner.report.formats.terminal_console import plain

SCHEMA = "backupscan/checks/1"
_WHY_NOT = {
    "guest": "Only the guest knows.",
    "full (metrics)": "Azure Monitor's metrics would decide it, which the scanner does not read.",
    "proxy": "Resource Manager gives a sign of it, and no loaded check reads it.",
    "full": "Resource Manager shows it, and no loaded check reads it.",
    "full-for-classic": "Resource Manager shows it of classic VMs, and no loaded check reads it.",
    "group": "No loaded check judges a member of it.",
}


class Granted(Protocol):
    """A call, as far as rights are concerned."""

    @property
    def action(self) -> str:
        """The ARM action a role must grant."""


class LoadedCheck(Struct, frozen=True):
    """A loaded check, and what it needs."""

    id: str
    package: str
    summary: str
    cause: str
    editions: tuple[str, ...]
    """Those that name its cause, the oldest first."""
    reads: tuple[str, ...]
    rights: tuple[str, ...]
    """The ARM actions that its facts take."""
    when: str
    """``always``, or ``planning``: see ``scanner.check.Check.when``."""


class NotJudged(Struct, frozen=True):
    """A documented cause that no loaded check judges, and why."""

    cause: str
    title: str
    editions: tuple[str, ...]
    why: str


class Coverage(Struct, frozen=True):
    """All loaded checks by id, and all other causes by why they are not judged."""

    checks: tuple[LoadedCheck, ...]
    not_judged: tuple[NotJudged, ...]


def cover(
    installed: Sequence[Installed],
    catalogue: Catalogue,
    documents: Documents,
    calls: Mapping[Deployment, Mapping[str, Sequence[Granted]]],
) -> Coverage:
    """What is judged and what is not; ``calls`` are those that hold a fact."""
    judged = {each.check.cause for each in installed}
    missing = (_not_judged(cause, judged, catalogue, documents) for cause in catalogue.causes)
    reasons = list(_WHY_NOT.values())
    ordered = sorted(filter(None, missing), key=lambda each: reasons.index(each.why))
    loaded = (_loaded(each, catalogue, calls[each.check.deployment]) for each in installed)
    return Coverage(tuple(loaded), tuple(ordered))


def _loaded(
    installed: Installed, catalogue: Catalogue, calls: Mapping[str, Sequence[Granted]]
) -> LoadedCheck:
    check = installed.check
    # A fact that VMs of the other deployment model alone have takes no call: it is never seen.
    asked = (call for fact in check.needs for call in calls.get(fact, ()))
    actions = dict.fromkeys(call.action for call in asked)
    return LoadedCheck(
        check.id, installed.package, check.summary, check.cause, _naming(check.cause, catalogue),
        check.needs, tuple(actions), check.when,
    )  # fmt: skip


def _naming(cause: str, catalogue: Catalogue) -> tuple[str, ...]:
    """The editions that name a cause, alone or as a member."""
    return tuple(
        edition.id
        for edition in catalogue.editions
        if any(cause in edition.parts(each) for each in edition.causes)
    )


def _not_judged(
    cause: str, judged: set[str], catalogue: Catalogue, documents: Documents
) -> NotJudged | None:
    editions = _naming(cause, catalogue)
    parts = {part for each in editions for part in catalogue.edition(each).parts(cause)}
    if parts & judged:
        return None
    said = documents.editions[editions[-1]].causes[cause]
    return NotJudged(cause, said.title, editions, _WHY_NOT[said.observability])


def to_json(coverage: Coverage) -> bytes:
    """The coverage as JSON, with keys as the fields are called."""
    content = {"schema": SCHEMA, **msgspec.to_builtins(coverage)}
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"


def print_coverage(coverage: Coverage, console: Console) -> None:
    """Check by check, then cause by cause; readable at 80 columns."""
    for depth, text, style in _lines(coverage):
        console.print(Padding(plain(text, style), (0, 0, 0, 2 * depth), expand=False))


def _lines(coverage: Coverage) -> Iterator[tuple[int, str, str]]:
    for check in coverage.checks:
        yield 0, f"{check.id} ({check.package})", "bold"
        yield 1, check.summary, ""
        yield 1, f"cause   {check.cause} ({', '.join(check.editions)})", ""
        yield 1, f"reads   {', '.join(check.reads)}", ""
        if check.when == "planning":
            yield 1, "asked   in a precheck, behind a failed backup, and where it is named", ""
        for place, right in enumerate(check.rights):
            yield 1, f"{'' if place else 'rights':<7} {right}", ""
        yield 0, " ", ""
    for why in dict.fromkeys(each.why for each in coverage.not_judged):
        those = [each for each in coverage.not_judged if each.why == why]
        noun = "cause" if len(those) == 1 else "causes"
        yield 0, f"{len(those)} {noun} without a check: {why}", "bold"
        for each in those:
            yield 1, f"{each.cause} ({', '.join(each.editions)}): {each.title}", ""
        yield 0, " ", ""
