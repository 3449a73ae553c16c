"""The one resource behind findings on many VMs: this lock, this security rule, this route."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence
from scanner.judging.check import Finding, Verdict
from scanner.judging.verdict import CauseVerdict

_KINDS = {
    "microsoft.authorization/locks": "lock",
    "microsoft.network/networksecuritygroups": "network security group",
    "microsoft.network/networksecuritygroups/securityrules": "security rule",
    "microsoft.network/networksecuritygroups/defaultsecurityrules": "security rule",
    "microsoft.network/routetables": "route table",
    "microsoft.network/routetables/routes": "route",
    "microsoft.network/virtualnetworks/subnets": "subnet",
}


class Root(Struct, frozen=True):
    """A resource, and on how many VMs it is behind findings of one cause."""

    id: ArmId
    cause: str
    vms: int
    verdict: Verdict
    """The worst that it is behind."""
    seen: tuple[Evidence, ...] = ()
    """What was seen of the resource itself."""

    @property
    def kind(self) -> str:
        """What it is, such as ``lock``; for other resources their type."""
        kind = self.id.type or "resource"
        return _KINDS.get(kind, kind)

    def __str__(self) -> str:
        return f"{self.kind} {self.id.name}{self._place}"

    @property
    def _place(self) -> str:
        """Where it is found: what a lock lies on, what a rule or a subnet is part of."""
        on = self.id.scope if self.kind == "lock" else self.id.parent
        if on is None:
            return ""
        if on == on.subscription_id:
            return " on the subscription"
        within = "group " if on == on.group else ""
        return f" {'on' if self.kind == 'lock' else 'of'} {within}{on.name}"


def find_roots(vms: Iterable[Iterable[CauseVerdict]]) -> tuple[Root, ...]:
    """The roots of what applies or is possible, most VMs first, equal ones by cause and id."""
    counted: Counter[tuple[str, ArmId]] = Counter()
    worst: dict[tuple[str, ArmId], Finding] = {}
    for causes in vms:
        found = {(each.cause, root): finding for each in causes for root, finding in _of(each)}
        counted.update(found.keys())
        for key, finding in found.items():
            if key not in worst or finding.verdict > worst[key].verdict:
                worst[key] = finding
    roots = (_root(*key, count, worst[key]) for key, count in counted.items())
    return tuple(sorted(roots, key=lambda each: (-each.vms, each.cause, each.id)))


def _root(cause: str, id_: ArmId, vms: int, worst: Finding) -> Root:
    seen = tuple(each for each in worst.evidence if each.id == id_)
    return Root(id_, cause, vms, worst.verdict, seen)


def _of(cause: CauseVerdict) -> Iterator[tuple[ArmId, Finding]]:
    """The worst finding last."""
    for judged in reversed(cause.findings):
        finding = judged.finding
        if finding.verdict >= Verdict.POSSIBLE:
            yield from ((root, finding) for root in finding.roots)
