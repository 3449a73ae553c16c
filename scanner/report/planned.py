"""What a plan does to the backup of VMs: two judgements of the same VMs, compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

from msgspec import Struct

from scanner.catalogue.text import counted
from scanner.gate.baseline import Baseline
from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.facts.backup import Protection
from scanner.inventory.gap import Reason
from scanner.inventory.loss import Loss
from scanner.inventory.origin import Origin
from scanner.judging.check import Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.verdict import CauseVerdict

EffectKind = Literal["created", "worsened", "unknown", "eased", "cured", "until apply"]
EFFECTS: tuple[EffectKind, ...] = get_args(EffectKind)
"""What a plan does to the verdict of a cause, as reports order it. ``unknown``: a known verdict
becomes unknown for any other reason than that the plan is not applied yet."""
Origins = Callable[[ArmId, str], tuple[Origin, ...]]
"""From a resource and a property path to the planned resources that change it."""
Naming = Callable[[ArmId], Sequence[Origin]]
"""From a resource to the planned ones that name it."""


class Effect(Struct, frozen=True):
    """What a plan does to one cause on one VM."""

    kind: EffectKind
    vm: ArmId
    cause: str
    before: Verdict | None
    """None if the VM does not live before the plan is applied."""
    now: Verdict | None
    """None if the VM is deleted."""
    message: str
    """What is found after the plan is applied."""
    origins: tuple[Origin, ...] = ()
    """The planned resources behind it."""

    @property
    def is_for_the_worse(self) -> bool:
        """True if the plan makes a sign of the cause, or a worse one."""
        return self.kind in ("created", "worsened")


class EffectGroup(Struct, frozen=True):
    """The same effect on several VMs, by the same planned resources."""

    effects: tuple[Effect, ...]

    @property
    def first(self) -> Effect:
        """The first of the effects: the others differ in their VM alone."""
        return self.effects[0]

    def verdicts_text(self) -> str:
        """The verdict before and after, such as ``clear to applies``."""
        effect = self.first
        if effect.before is None:
            return f"{effect.now}, {'a new VM' if len(self.effects) == 1 else 'new VMs'}"
        return f"{effect.before} to {effect.now}"

    def by_text(self) -> str:
        """The planned resources behind it."""
        return ", ".join(map(str, self.first.origins)) or "the plan"


class OpenGroup(Struct, frozen=True):
    """VMs of which the same causes are unknown until the plan is applied."""

    vms: tuple[ArmId, ...]
    causes: tuple[str, ...]


@dataclass(frozen=True)
class PlanResult:
    """What a plan does to the backup of VMs."""

    changes: int
    """How many resources it changes, of any type."""
    touched: int
    """How many VMs it changes something of."""
    effects: tuple[Effect, ...] = ()
    losses: tuple[Loss, ...] = ()
    is_live: bool = True
    """False if the plan was judged without what lives in Azure."""
    is_partial: bool = False
    """True if a part of it could not be judged."""
    to_be_backed_up: frozenset[ArmId] = frozenset()
    """The VMs that it protects or creates: a new VM may get its backup by Azure Policy."""

    def of(self, vm: ArmId, cause: str) -> Effect | None:
        """The effect on a cause of a VM. None if there is none."""
        return self._by_cause.get((vm, cause))

    @cached_property
    def _by_cause(self) -> Mapping[tuple[ArmId, str], Effect]:
        return {(effect.vm, effect.cause): effect for effect in self.effects}

    @cached_property
    def groups(self) -> tuple[EffectGroup, ...]:
        """The effects. Effects of one cause by the same planned resources are together."""
        found: dict[tuple[object, ...], list[Effect]] = {}
        for kind in EFFECTS:
            for effect in self.of_kind(kind):
                key = (kind, effect.cause, effect.before, effect.now, effect.origins)
                found.setdefault(key, []).append(effect)
        return tuple(EffectGroup(tuple(effects)) for effects in found.values())

    def of_kind(self, kind: EffectKind) -> tuple[Effect, ...]:
        """The effects of one kind, the worst verdict first."""
        found = (effect for effect in self.effects if effect.kind == kind)
        return tuple(sorted(found, key=lambda e: (-(e.now or 0), e.vm, e.cause)))

    @cached_property
    def open_groups(self) -> tuple[OpenGroup, ...]:
        """What is unknown until the plan is applied. VMs with the same causes are together."""
        causes: dict[ArmId, list[str]] = {}
        for effect in self.of_kind("until apply"):
            causes.setdefault(effect.vm, []).append(effect.cause)
        groups: dict[tuple[str, ...], list[ArmId]] = {}
        for vm, named in causes.items():
            groups.setdefault(tuple(named), []).append(vm)
        return tuple(OpenGroup(tuple(vms), named) for named, vms in groups.items())

    @property
    def sentence(self) -> str:
        """What the plan does, in one sentence."""
        counts = Counter(effect.kind for effect in self.effects)
        parts = [_SENTENCES[kind].format(self._vms_text(kind)) for kind in EFFECTS if counts[kind]]
        if self.losses:
            number = len(self.losses)
            parts.append(f"takes away or replaces {counted(number, 'protected resource')}")
        if parts:
            *first, last = parts
            text = f"{', '.join(first)} and {last}" if first else last
            return f"This plan {text}.{self._limits}"
        changes = f"This plan changes {counted(self.changes, 'resource')}"
        if self._limits:
            return f"{changes}. No effect on the backup of any VM was found.{self._limits}"
        verdicts = "leaves every verdict as it is" if self.touched else ""
        return f"{changes}, and {verdicts or 'nothing of the backup of any VM'}."

    @property
    def _limits(self) -> str:
        """What the sentence does not cover."""
        if not self.is_live:
            return " It was judged without what lives in Azure."
        return " A part of it could not be judged." if self.is_partial else ""

    def _vms_text(self, kind: EffectKind) -> str:
        effects = self.of_kind(kind)
        vms = counted(len({effect.vm for effect in effects}), "VM")
        if kind in ("unknown", "until apply"):
            return f"{counted(len(effects), 'verdict')} on {vms}"
        applying = sum(effect.now is Verdict.APPLIES for effect in effects)
        possible = sum(effect.now is Verdict.POSSIBLE for effect in effects)
        parts = [f"{applying} apply"] if applying else []
        parts += [f"{possible} possible"] if possible else []
        detail = f" ({', '.join(parts)})" if parts else ""
        return f"{counted(len(effects), 'cause')} of backup failure on {vms}{detail}"


_SENTENCES: Mapping[EffectKind, str] = {
    "created": "creates {}",
    "worsened": "worsens {}",
    "unknown": "makes {} unknown",
    "eased": "eases {}",
    "cured": "cures {}",
    "until apply": "leaves {} unknown until it is applied",
}


def effects_of(
    before: Sequence[JudgedVm], after: Sequence[JudgedVm], origins: Origins, naming: Naming
) -> tuple[Effect, ...]:
    """The effects on all VMs that live after the plan is applied."""
    old = {vm.vm.id: {cause.cause: cause for cause in vm.causes} for vm in before}
    kept = {vm.vm.id: _kept_of(vm) for vm in before}
    lost = {vm.vm.id for vm in after if _kept_of(vm) < kept.get(vm.vm.id, 0)}
    return tuple(
        effect
        for vm in after
        for cause in vm.causes
        if (effect := _effect(vm, cause, old.get(vm.vm.id), origins, naming))
        # Without a backup or an item, causes of its failure end. That is no cure.
        if vm.vm.id not in lost or effect.kind not in ("eased", "cured")
    )


def _kept_of(vm: JudgedVm) -> int:
    """How much of its protection a VM has: 2 for backups, 1 for an item alone, 0 for nothing."""
    protection = vm.protection
    if not isinstance(protection, Protection):
        return 0
    return 2 if protection.is_backed_up else int(protection.item is not None)


def _effect(
    vm: JudgedVm,
    cause: CauseVerdict,
    old: Mapping[str, CauseVerdict] | None,
    origins: Origins,
    naming: Naming,
) -> Effect | None:
    before = old.get(cause.cause) if old is not None else None
    kind = _kind(before, cause)
    if kind is None:
        return None
    # What is cured is behind the old finding alone.
    shown = before if kind == "cured" and before else cause
    behind = tuple(dict.fromkeys(_behind(shown, cause, vm, origins, naming)))
    return Effect(
        kind,
        vm.vm.id,
        cause.cause,
        before.verdict if before else None,
        cause.verdict,
        cause.findings[0].finding.message,
        behind,
    )


def _kind(before: CauseVerdict | None, now: CauseVerdict) -> EffectKind | None:
    was = before.verdict if before else Verdict.NOT_APPLICABLE
    if now.verdict is Verdict.UNKNOWN:
        if now.reason is Reason.AFTER_APPLY:
            was_open = before is not None and before.reason is Reason.AFTER_APPLY
            return None if was_open else "until apply"
        was_known = before is not None and before.verdict is not Verdict.UNKNOWN
        return "unknown" if was_known else None
    if now.verdict >= Verdict.POSSIBLE:
        if was < Verdict.POSSIBLE:
            return "created"
        return "worsened" if now.verdict > was else "eased" if now.verdict < was else None
    return "cured" if was >= Verdict.POSSIBLE else None


def _behind(
    shown: CauseVerdict, now: CauseVerdict, vm: JudgedVm, origins: Origins, naming: Naming
) -> Iterator[Origin]:
    """The planned resources that evidence and roots name, else what was not read, or those that
    name it, else the planned ones of the VM."""
    found = False
    for attributed in (*shown.findings, *now.findings):
        finding = attributed.finding
        named = ((id_, "") for id_ in finding.roots)
        for id_, path in (*named, *((seen.id, seen.path) for seen in finding.evidence)):
            for origin in origins(id_, path):
                found = True
                yield origin
    if not found:
        gaps = (finding.finding.gap for finding in now.findings)
        unread = (parse_id(gap.scope) for gap in gaps if gap)
        behind = [one for id_ in unread if id_ for one in (*origins(id_, ""), *naming(id_))]
        yield from behind or origins(vm.vm.id, "")


def baseline_of(
    before: Sequence[JudgedVm],
    after: Sequence[JudgedVm],
    result: PlanResult,
    started: str,
    edition: str,
) -> Baseline:
    """The verdicts before the plan is applied: what the gate does not count.

    A verdict that only the plan leaves open is never a failure. A finding that ends and is not
    cured is left out: it would be fixed. ``started`` is when the VMs were read (RFC 3339, UTC).
    """
    verdicts = {(vm.vm.id, c.cause): c.verdict for vm in before for c in vm.causes}
    for vm in after:
        for cause in vm.causes:
            key = (vm.vm.id, cause.cause)
            effect = result.of(*key)
            if effect and effect.kind == "until apply":
                verdicts[key] = max(verdicts.get(key, Verdict.NOT_APPLICABLE), Verdict.UNKNOWN)
            elif effect is None and cause.verdict < Verdict.UNKNOWN:
                verdicts.pop(key, None)
    return Baseline(started, verdicts, {}, edition, name="the VMs before the plan is applied")
