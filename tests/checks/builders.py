"""Facts of one VM in a few words each, and the verdict of one cause on them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from scanner.catalogue import load
from scanner.check import Finding, Verdict
from scanner.discover import discover
from scanner.engine import CauseVerdict, cited, judge
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.facts import (
    Agent,
    Disk,
    Family,
    Lock,
    OperatingSystem,
    PowerState,
    RestorePointCollection,
    RestorePoints,
)
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.version import Version
from scanner.inventory.vm import FACTS, Vm

EDITIONS = ("2018-01", "current")
SEEN_AT = datetime(2026, 1, 15, 6, 0, tzinfo=UTC)
SUBSCRIPTION = ArmId("/subscriptions/00000000-0000-0000-0000-000000000001")
GROUP = ArmId(f"{SUBSCRIPTION}/resourceGroups/rg-web")
VM_ID = ArmId(f"{GROUP}/providers/Microsoft.Compute/virtualMachines/web-01")
BACKUPS = ArmId(f"{SUBSCRIPTION}/resourceGroups/AzureBackupRG_westeurope_1")
COLLECTION = ArmId(f"{BACKUPS}/providers/Microsoft.Compute/restorePointCollections/of-web-01")
VIEW = "properties.instanceView"

Seen = tuple[str, str, object]
"""Evidence without its time: name of the resource, path, value."""


def source(path: str = "", of: ArmId = VM_ID) -> Source:
    return Source(of, SEEN_AT, path)


def gap(fact: str, reason: Reason = Reason.DENIED) -> Gap:
    return Gap(VM_ID.text, fact, reason, f"Microsoft.Compute/{fact}/read", f"{fact} was refused.")


def system(family: Family, *, asked: bool | None = True) -> OperatingSystem:
    return OperatingSystem(family, asked, source())


def power(code: str = "running") -> PowerState:
    return PowerState(code, source(f"{VIEW}.statuses"))


def agent(
    version: str | None = "2.11.1.12",
    status: str = "Ready",
    message: str | None = None,
    minutes: int | None = None,
) -> Agent:
    return Agent(
        present=True,
        ready=status == "Ready",
        status=status,
        message=message,
        reported_at=None if minutes is None else SEEN_AT - timedelta(minutes=minutes),
        known_version=Version(version) if version else gap("agent", Reason.NOT_RECORDED),
        source=source(f"{VIEW}.vmAgent"),
    )


def no_agent() -> Agent:
    unseen = gap("agent", Reason.NOT_RECORDED)
    return Agent(False, False, None, None, None, unseen, source(f"{VIEW}.vmAgent"))


def disks(*sizes: int | Gap) -> tuple[Disk, ...]:
    """The OS disk, then data disks."""
    return tuple(
        Disk(f"disk-{index}", index - 1 if index else None, size, source(f"disks[{index}]"))
        for index, size in enumerate(sizes)
    )


def lock(on: ArmId, level: str = "CanNotDelete", name: str = "keep") -> Lock:
    lock_id = ArmId(f"{on}/providers/Microsoft.Authorization/locks/{name}")
    return Lock(lock_id, level, on, source(of=lock_id))


def collection(count: int, of: ArmId = COLLECTION) -> RestorePointCollection:
    return RestorePointCollection(of, count, source(of=of))


def points(*collections: RestorePointCollection) -> RestorePoints:
    return RestorePoints(collections)


def vm(**facts: Any) -> Vm:
    """A healthy Linux VM, but for the facts given."""
    healthy: dict[str, Any] = {
        "os": system("linux"),
        "power_state": power(),
        "agent": agent(),
        "disks": disks(30, 128),
        "locks": (),
        "restore_points": points(collection(7)),
    }
    assert healthy.keys() == FACTS.keys()
    return Vm(VM_ID, "westeurope", None, healthy | facts)


def verdict(cause: str, edition: str, of: Vm) -> CauseVerdict:
    """How a cause stands on a VM, by the installed checks."""
    catalogue = load()
    judged = judge(discover(catalogue), of, catalogue.edition(edition), catalogue)
    return next(each for each in judged if each.cause == cause)


def told(stands: CauseVerdict) -> str:
    """``applies``, ``unknown (denied)``, …"""
    return f"{stands.verdict} ({stands.reason})" if stands.reason else str(stands.verdict)


def evidence(finding: Finding) -> list[Seen]:
    assert all(each.seen_at == SEEN_AT for each in finding.evidence)
    return [(each.id.name, each.path, each.value) for each in finding.evidence]


def worst(stands: CauseVerdict) -> Finding:
    """The finding that decides."""
    return stands.findings[0].finding


def cites(stands: CauseVerdict, edition: str) -> bool:
    """Whether what decides names a rule of this edition, cause and verdict, with all its pages."""
    of, finding = load().edition(edition), worst(stands)
    rule = finding.rule
    if rule is None or rule not in of.rules:
        return False
    pages = [of.documents[key] for key in rule.documents]
    said = cited(finding, of)
    return (rule.cause, rule.verdict) == (stands.cause, str(stands.verdict)) and all(
        f"{page.title}, {page.date}" in said for page in pages
    )


def is_found(stands: CauseVerdict) -> bool:
    return stands.verdict >= Verdict.POSSIBLE
