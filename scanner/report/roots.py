"""The one resource behind findings on many VMs: this lock, this security rule, this route."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from scanner.check import Verdict
from scanner.engine import CauseVerdict
from scanner.inventory.armid import ArmId

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
    for causes in vms:
        counted.update({(each.cause, root) for each in causes for root in _of(each)})
    roots = (Root(root, cause, count) for (cause, root), count in counted.items())
    return tuple(sorted(roots, key=lambda each: (-each.vms, each.cause, each.id)))


def _of(cause: CauseVerdict) -> Iterable[ArmId]:
    for judged in cause.findings:
        if judged.finding.verdict >= Verdict.POSSIBLE:
            yield from judged.finding.roots
