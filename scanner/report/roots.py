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
    """A resource, and the number of VMs where it is behind findings of one cause."""

    id: ArmId
    cause: str
    vms: int
    verdict: Verdict
    """The worst verdict of these findings."""
    evidence: tuple[Evidence, ...] = ()
    """What was seen of the resource itself."""

    @property
    def kind(self) -> str:
        """The kind of resource, such as ``lock``. The resource type if it has no short name."""
        type_ = self.id.type or "resource"
        return _KINDS.get(type_, type_)

    def __str__(self) -> str:
        return f"{self.kind} {self.id.name}{self._place}"

    @property
    def _place(self) -> str:
        """What a lock is on, or what a rule, a route or a subnet is part of."""
        place = self.id.scope if self.kind == "lock" else self.id.parent
        if place is None:
            return ""
        if place == place.subscription_id:
            return " on the subscription"
        group = "group " if place == place.group else ""
        return f" {'on' if self.kind == 'lock' else 'of'} {group}{place.name}"


def find_roots(vms: Iterable[Iterable[CauseVerdict]]) -> tuple[Root, ...]:
    """The roots of findings that apply or are possible. The order: most VMs first, cause, id."""
    counts: Counter[tuple[str, ArmId]] = Counter()
    worst: dict[tuple[str, ArmId], Finding] = {}
    for causes in vms:
        findings = {
            (cause.cause, root): finding
            for cause in causes
            for root, finding in _findings_by_root(cause)
        }
        counts.update(findings.keys())
        for key, finding in findings.items():
            if key not in worst or finding.verdict > worst[key].verdict:
                worst[key] = finding
    roots = (_root_of_finding(*key, count, worst[key]) for key, count in counts.items())
    return tuple(sorted(roots, key=lambda root: (-root.vms, root.cause, root.id)))


def _root_of_finding(cause: str, id_: ArmId, vms: int, worst: Finding) -> Root:
    """A root with its values in the worst finding; ``vms`` counts all VMs behind it."""
    evidence = tuple(shown for shown in worst.evidence if shown.id == id_)
    return Root(id_, cause, vms, worst.verdict, evidence)


def _findings_by_root(cause: CauseVerdict) -> Iterator[tuple[ArmId, Finding]]:
    """Each root with its findings. The worst finding is last, and stays in a dict."""
    for attributed in reversed(cause.findings):
        finding = attributed.finding
        if finding.verdict >= Verdict.POSSIBLE:
            yield from ((root, finding) for root in finding.roots)
