"""Which causes the loaded checks judge, what they read, and why no check judges the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.padding import Padding

from scanner.catalogue import Catalogue
from scanner.catalogue.documents import Documents
from scanner.catalogue.text import counted
from scanner.inventory.facts.machine import Deployment
from scanner.judging.plugins import Installed
from scanner.report.formats.terminal_console import plain

SCHEMA = "backupscan/checks/1"
_WHY_NOT = {
    "guest": "Only the guest knows.",
    "full (metrics)": "Metrics of Azure Monitor show it, but no loaded check reads them.",
    "proxy": "Resource Manager shows a sign of it, but no loaded check reads it.",
    "full": "Resource Manager shows it, but no loaded check reads it.",
    "full-for-classic": "Resource Manager shows it of classic VMs, but no loaded check reads it.",
    "group": "No loaded check judges any of its members.",
}
"""Why a cause has no check, by its observability; printed in this order."""


class Granted(Protocol):
    """A call to ARM that needs a right."""

    @property
    def action(self) -> str:
        """The ARM action that a role must grant."""


class LoadedCheck(Struct, frozen=True):
    """A loaded check and what it needs."""

    id: str
    package: str
    summary: str
    cause: str
    editions: tuple[str, ...]
    """The editions that name its cause, the oldest first."""
    reads: tuple[str, ...]
    """The facts that it always needs."""
    helps: tuple[str, ...]
    """The facts that it needs on some VMs only."""
    rights: tuple[str, ...]
    """The ARM actions needed to read its facts."""
    when: str
    """``always`` or ``planning``, see ``scanner.judging.check.Check.when``."""


class NotJudged(Struct, frozen=True):
    """A documented cause that no loaded check judges, and why."""

    cause: str
    title: str
    editions: tuple[str, ...]
    why: str


class Coverage(Struct, frozen=True):
    """All loaded checks by id, and the causes without a check, grouped by why they have none."""

    checks: tuple[LoadedCheck, ...]
    not_judged: tuple[NotJudged, ...]


def cover(
    installed: Sequence[Installed],
    catalogue: Catalogue,
    documents: Documents,
    calls: Mapping[Deployment, Mapping[str, Sequence[Granted]]],
) -> Coverage:
    """Which causes are judged and which are not; ``calls`` are the calls that read each fact."""
    judged = {entry.check.cause for entry in installed}
    missing = (_not_judged(cause, judged, catalogue, documents) for cause in catalogue.causes)
    reasons = list(_WHY_NOT.values())
    ordered = sorted(filter(None, missing), key=lambda cause: reasons.index(cause.why))
    loaded = (
        _describe_check(entry, catalogue, [calls[model] for model in entry.check.deployments])
        for entry in installed
    )
    return Coverage(tuple(loaded), tuple(ordered))


def _describe_check(
    installed: Installed, catalogue: Catalogue, calls: Sequence[Mapping[str, Sequence[Granted]]]
) -> LoadedCheck:
    """A check with the rights that its facts need and the editions that name its cause.

    ``calls`` are those that read each fact, for every deployment model that it is about.
    """
    check = installed.check
    # A fact that only VMs of the other deployment model have needs no call here.
    needed = (call for of in calls for fact in check.needs for call in of.get(fact, ()))
    actions = dict.fromkeys(call.action for call in needed)
    return LoadedCheck(
        check.id, installed.package, check.summary, check.cause, _naming(check.cause, catalogue),
        check.needs, check.helps, tuple(actions), check.when,
    )  # fmt: skip


def _naming(cause: str, catalogue: Catalogue) -> tuple[str, ...]:
    """The editions that name a cause, alone or as a member."""
    return tuple(
        edition.id
        for edition in catalogue.editions
        if any(cause in edition.parts(named) for named in edition.causes)
    )


def _not_judged(
    cause: str, judged: set[str], catalogue: Catalogue, documents: Documents
) -> NotJudged | None:
    """The cause and why it has no check; None if a check judges it or a member of it."""
    editions = _naming(cause, catalogue)
    parts = {part for name in editions for part in catalogue.edition(name).parts(cause)}
    if parts & judged:
        return None
    described = documents.editions[editions[-1]].causes[cause]
    return NotJudged(cause, described.title, editions, _WHY_NOT[described.observability])


def to_json(coverage: Coverage) -> bytes:
    """The coverage as JSON; its keys are the names of the fields."""
    content = {"schema": SCHEMA, **msgspec.to_builtins(coverage)}
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"


def print_coverage(coverage: Coverage, console: Console) -> None:
    """Print check by check, then cause by cause; readable at 80 columns."""
    for depth, text, style in _lines(coverage):
        console.print(Padding(plain(text, style), (0, 0, 0, 2 * depth), expand=False))


def _lines(coverage: Coverage) -> Iterator[tuple[int, str, str]]:
    """Every line with its depth and its style."""
    for check in coverage.checks:
        yield from _lines_of_check(check)
    for why in dict.fromkeys(cause.why for cause in coverage.not_judged):
        causes = [cause for cause in coverage.not_judged if cause.why == why]
        yield 0, f"{counted(len(causes), 'cause')} without a check: {why}", "bold"
        for cause in causes:
            yield 1, f"{cause.cause} ({', '.join(cause.editions)}): {cause.title}", ""
        yield 0, " ", ""


def _lines_of_check(check: LoadedCheck) -> Iterator[tuple[int, str, str]]:
    yield 0, f"{check.id} ({check.package})", "bold"
    yield 1, check.summary, ""
    yield 1, f"cause   {check.cause} ({', '.join(check.editions)})", ""
    yield 1, f"reads   {', '.join(check.reads)}", ""
    if check.helps:
        yield 1, f"        on some VMs also {', '.join(check.helps)}", ""
    if check.when == "planning":
        yield 1, "asked   in a precheck, for a VM whose last backup failed, and by --check", ""
    for number, right in enumerate(check.rights):
        yield 1, f"{'' if number else 'rights':<7} {right}", ""
    yield 0, " ", ""
