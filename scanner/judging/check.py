"""What a check is: a pure function that looks at one VM and yields findings for one cause."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from operator import attrgetter
from typing import Any, Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

from scanner.catalogue import Rule
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence
from scanner.inventory.facts.machine import Deployment, Family
from scanner.inventory.gap import Gap, Reason, require
from scanner.inventory.vm import Vm
from scanner.judging.limits import CHECK_LIMITS


class Verdict(IntEnum):
    """The answer for one cause on one VM. The greatest verdict of several findings wins."""

    NOT_APPLICABLE = 0
    CLEAR = 1
    UNKNOWN = 2
    POSSIBLE = 3
    APPLIES = 4

    def __str__(self) -> str:
        return _WORDS[self]


_WORDS = {verdict: verdict.name.lower().replace("_", "-") for verdict in Verdict}
_CLEAR = Verdict.CLEAR
BY_WORD = {word: verdict for verdict, word in _WORDS.items()}
"""Verdicts by their text in reports, such as ``not-applicable``."""
_VERDICT_OF_RULE = {
    "applies": Verdict.APPLIES,
    "possible": Verdict.POSSIBLE,
    "clear": Verdict.CLEAR,
}


class Finding(Struct, frozen=True, gc=False):
    """One thing a check found, with the evidence for it."""

    verdict: Verdict
    message: str
    evidence: tuple[Evidence, ...] = ()
    rule: Rule | None = None
    """The documented rule that decided. None if none did."""
    gap: Gap | None = None
    """Why the verdict is unknown. None for every other verdict."""
    roots: tuple[ArmId, ...] = ()
    """The resources that cause it, such as a lock. They can cause findings on other VMs too."""
    is_note: bool = False
    """True if every report shows it, although it is clear or not applicable."""

    @property
    def reason(self) -> Reason | None:
        """Why the verdict is unknown. None for every other verdict."""
        return self.gap.reason if self.gap else None


def found(
    rule: Rule, message: str, first: Evidence, *evidence: Evidence, roots: Iterable[ArmId] = ()
) -> Finding:
    """A finding with the verdict of a documented rule. The report cites the rule's document.

    A rule with the verdict ``clear`` says that nothing is wrong. Every report shows the finding if
    the rule is a note.
    ``roots`` are the resources that cause the finding, such as a lock. A report names the roots
    of findings on several VMs.
    """
    verdict = _VERDICT_OF_RULE[rule.verdict]
    shown = (first, *evidence)
    return Finding(verdict, message, shown, rule, roots=tuple(roots), is_note=rule.is_note)


def clear(message: str, *evidence: Evidence) -> Finding:
    """A finding that everything ARM shows of the cause was read, without a sign of it."""
    return Finding(_CLEAR, message, evidence)


def not_applicable(message: str, *evidence: Evidence) -> Finding:
    """A finding that the cause cannot affect this VM."""
    return Finding(Verdict.NOT_APPLICABLE, message, evidence)


def noted(finding: Finding) -> Finding:
    """A finding that every report shows, although it is clear or not applicable.

    For example, backup leaves out a disk that would be found otherwise.
    """
    return replace(finding, is_note=True)


Judge = Callable[..., Iterator[Finding]]
"""The function of a check. ``check`` lists the arguments that it takes."""
When = Literal["always", "planning"]
Scope = Literal["vm", "fleet"]


class Fleet(Struct, frozen=True, gc=False):
    """Counts over all VMs of a precheck or a plan, known once every VM is judged."""

    newcomers: int = 0
    """VMs to be added to the vault that is named for the VM. VMs with a cause that applies are not
    counted: they cannot be protected yet."""
    new_to_policy: int = 0
    """VMs to be added to the policy that is named for the VM, counted in the same way."""
    gap: Gap | None = None
    """A part of the fleet that was not read, so both counts can be too small."""

    def see_all(self) -> None:
        """Raise ``Unseen`` if a part of the fleet was not read."""
        require(self.gap)


class SlowCalls:
    """How often a check may still take too long in this run. It alone changes."""

    def __init__(self, left: int = CHECK_LIMITS.slow_calls) -> None:
        self.left = left


# Checks are compared by identity: to compare their functions is to run code of a plugin.
@dataclass(frozen=True, eq=False)
class Check:
    """A check: a function and the declarations that ``check`` takes."""

    id: str
    cause: str
    """The id of the documented cause that it judges, such as ``disk-size-unsupported``."""
    reads: tuple[str, ...]
    """Facts that the function always needs. The answer is unknown if one was not read."""
    judge: Judge
    """The function."""
    helps: tuple[str, ...] = ()
    """Facts that the function needs on some VMs only."""
    unless: Callable[[Vm], Finding | None] | None = None
    """A function that may answer first. If it gives a finding, ``judge`` is not called."""
    each: str | None = None
    """A fact that is a collection: ``judge`` is called once for each item of it."""
    family: Family | None = None
    """The only operating system that the cause is about. None for both."""
    deployment: Deployment | None = "resource-manager"
    """The only deployment model that the cause is about. None if the edition says whether it is
    about classic VMs, too."""
    when: When = "always"
    """``always``: in every scan. ``planning``: in a precheck, to explain the error of a failed
    backup, and if the check or its cause is selected by name."""
    scope: Scope = "vm"
    """``vm``: one VM decides. ``fleet``: the counts over all VMs decide, see ``Fleet``."""
    skips: Callable[[Vm, Any], Finding | None] | None = None
    """Only with ``each``. A function that may rule out what ``judge`` found on an item."""
    package: str = ""
    """The distribution that it comes from. Empty until it is discovered."""
    is_built_in: bool = False
    """True if its code is part of the scanner, and only its messages need to be vetted."""
    summary: str = ""
    """The first line of the function's docstring. Empty until it is discovered."""
    where: str = ""
    """File and line of the function. Empty until it is discovered."""
    slow_calls: SlowCalls = field(default_factory=SlowCalls, repr=False)

    def __str__(self) -> str:
        return f"the check {self.id} of {self.package}" if self.package else f"the check {self.id}"

    @cached_property
    def deployments(self) -> tuple[Deployment, ...]:
        """The deployment models that the cause is about, in an edition or in all."""
        return (self.deployment,) if self.deployment else get_args(Deployment)

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """The facts that must have been read before ``judge`` is called."""
        return tuple(dict.fromkeys(("os", *self.reads))) if self.family else self.reads

    @cached_property
    def reads_text(self) -> str:
        """The names of the facts in ``reads``, joined by commas."""
        return ", ".join(self.reads)

    @cached_property
    def items(self) -> Callable[[Vm], Iterable[object]]:
        """Gives the items of a VM that ``each`` names. Only for a check with ``each``."""
        return attrgetter(self.each or "")


def check(
    id: str,  # noqa: A002 - the word of the plugin contract
    *,
    cause: str,
    reads: tuple[str, ...],
    helps: tuple[str, ...] = (),
    unless: Callable[[Vm], Finding | None] | None = None,
    each: str | None = None,
    skips: Callable[[Vm, Any], Finding | None] | None = None,
    family: Family | None = None,
    deployment: Deployment | None = "resource-manager",
    when: When = "always",
    scope: Scope = "vm",
) -> Callable[[Judge], Check]:
    """Make a function a check for one documented cause.

    The function yields at least one finding, ``clear`` if it found nothing::

        @check("contoso-large-disk", cause="disk-size-unsupported", reads=("disks",), each="disks")
        def large_disk(vm: Vm, edition: Edition, disk: Disk) -> Iterator[Finding]:
            "A disk is larger than the limit."
            message = f"The {disk} has {disk.size_gib:,} GiB."
            # The rules of this edition on one condition, the worst verdict first.
            for rule in edition.of("disk-size-unsupported", "disk-larger-than"):
                if disk.size_gib > rule.number:
                    yield found(rule, message, disk.evidence)
                    return
            yield clear(message, disk.evidence)

    The first line of its docstring says what it looks for. Its arguments are ``(vm, edition)``,
    with a third one for ``each`` and for ``scope="fleet"``.

    - ``reads``: the facts that it always needs, by their names on ``Vm``. All of them were read
      when the function is called. If one was not read, the answer is unknown.
    - ``helps``: facts that it needs on some VMs only. If the plan was not read, ``vm.plan`` makes
      the answer unknown and ``vm.if_seen("plan")`` is None. All other facts are off limits.
    - ``unless``: a function ``(vm)`` that is called first, before the facts in ``reads`` are
      needed. If it returns a finding, that is the answer. For example, no agent is needed under a
      crash-consistent policy, whether the agent was read or not.
    - ``each``: a fact that is a collection, or one inside a fact, such as ``disks`` or
      ``hardware.disks``. The function is called with one item at a time, as its third argument.
    - ``skips``: a function ``(vm, item)`` for a check with ``each``, called for an item that is not
      clear. If it returns a finding, that is the answer for this item. For example, what is wrong
      with a disk does not matter if backup leaves the disk out.
    - ``family``, ``deployment``: other VMs are not applicable. The function is not called. With
      ``deployment=None``, classic VMs are judged if the edition documents the cause for them.
    - ``when``: ``planning`` for a cause that matters before backup is turned on, or explains a
      backup that failed. A scan asks such a check only if it is selected by name.
    - ``scope``: ``fleet`` for a limit that many VMs reach together, such as VMs in a vault. The
      function is called once all VMs are judged, with a ``Fleet`` as its third argument.
    """
    return lambda judge: Check(
        id, cause, reads, judge, helps, unless, each, family, deployment, when, scope, skips
    )
