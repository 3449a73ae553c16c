"""What a check is: a pure function from what was seen of one VM to findings for one cause."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from operator import attrgetter
from typing import Literal

from msgspec import Struct

from scanner.catalogue import Rule
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence
from scanner.inventory.facts.machine import Deployment, Family
from scanner.inventory.gap import Gap, Reason, require
from scanner.inventory.vm import Vm


class Verdict(IntEnum):
    """How a cause stands on a VM; the greater one wins where several meet."""

    NOT_APPLICABLE = 0
    CLEAR = 1
    UNKNOWN = 2
    POSSIBLE = 3
    APPLIES = 4

    def __str__(self) -> str:
        return _WORDS[self]


_WORDS = {each: each.name.lower().replace("_", "-") for each in Verdict}
BY_WORD = {word: each for each, word in _WORDS.items()}
"""Verdicts by how they are written."""
_VERDICTS = {
    "applies": Verdict.APPLIES,
    "possible": Verdict.POSSIBLE,
    "clear": Verdict.CLEAR,
}


class Finding(Struct, frozen=True, gc=False):
    """One thing a check found, with what shows it."""

    verdict: Verdict
    message: str
    evidence: tuple[Evidence, ...] = ()
    rule: Rule | None = None
    """The documented rule that decided; None where none did."""
    gap: Gap | None = None
    """Why it is unknown; None for every other verdict."""
    roots: tuple[ArmId, ...] = ()
    """The resources behind it, such as a lock: those that may be behind findings on other VMs."""

    @property
    def reason(self) -> Reason | None:
        """Why it is unknown."""
        return self.gap.reason if self.gap else None


def found(
    rule: Rule, message: str, first: Evidence, *evidence: Evidence, roots: Iterable[ArmId] = ()
) -> Finding:
    """The verdict that the rule says, ``clear`` for a note; its document is cited from it.

    ``roots`` are the resources behind the finding: a report names those behind many VMs.
    """
    return Finding(_VERDICTS[rule.verdict], message, (first, *evidence), rule, roots=tuple(roots))


def clear(message: str, *evidence: Evidence) -> Finding:
    """All that ARM shows of the cause was read, and there is no sign."""
    return Finding(Verdict.CLEAR, message, evidence)


def not_applicable(message: str, *evidence: Evidence) -> Finding:
    """The cause cannot touch this VM."""
    return Finding(Verdict.NOT_APPLICABLE, message, evidence)


Judge = Callable[..., Iterator[Finding]]
When = Literal["always", "planning"]
Scope = Literal["vm", "fleet"]


class Fleet(Struct, frozen=True, gc=False):
    """What all VMs of a run show together, once each of them has been judged."""

    newcomers: int = 0
    """VMs that take a new place in the vault that is named, and to which no cause applies."""
    new_to_policy: int = 0
    """Those that take a new place under the policy that is named."""
    gap: Gap | None = None
    """What was not read of the fleet: there may be more of both."""

    def see_all(self) -> None:
        """Raise ``Unseen`` where a part of the fleet was not read."""
        require(self.gap)


@dataclass(frozen=True)
class Check:
    """A check: its function and what it declares."""

    id: str
    cause: str
    reads: tuple[str, ...]
    """The facts it needs; the engine has touched each before the function runs."""
    judge: Judge
    helps: tuple[str, ...] = ()
    """Facts that it looks at where they were read, by ``vm.if_seen``."""
    unless: Callable[[Vm], Finding | None] | None = None
    """Asked before the facts that it reads are needed: a finding of it settles the check."""
    each: str | None = None
    """A fact that is a collection: the function then gets one item of it at a time, third."""
    family: Family | None = None
    """The operating system the cause is about; the other one's VMs are not applicable."""
    deployment: Deployment = "resource-manager"
    """The deployment model the cause is about; VMs of the other one are not applicable."""
    when: When = "always"
    """``planning``: in a precheck, behind the error of a failed backup, and where it is named."""
    scope: Scope = "vm"
    """``fleet``: asked once all VMs are judged; the function then gets a ``Fleet``, third."""

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """The facts without which it cannot be asked."""
        return tuple(dict.fromkeys(("os", *self.reads))) if self.family else self.reads

    @cached_property
    def reading(self) -> str:
        """The facts it needs, in words."""
        return ", ".join(self.reads)

    @cached_property
    def items(self) -> Callable[[Vm], Iterable[object]]:
        """Gives what the function is asked about one by one, of a check with ``each``."""
        return attrgetter(self.each or "")

    @property
    def summary(self) -> str:
        """The first line of the function's docstring."""
        return (inspect.getdoc(self.judge) or "").partition("\n")[0]

    @property
    def where(self) -> str:
        """File and line of the function."""
        code = getattr(inspect.unwrap(self.judge), "__code__", None)
        return f"{code.co_filename}:{code.co_firstlineno}" if code else repr(self.judge)


def check(
    id: str,  # noqa: A002 - the word of the plugin contract
    *,
    cause: str,
    reads: tuple[str, ...],
    helps: tuple[str, ...] = (),
    unless: Callable[[Vm], Finding | None] | None = None,
    each: str | None = None,
    family: Family | None = None,
    deployment: Deployment = "resource-manager",
    when: When = "always",
    scope: Scope = "vm",
) -> Callable[[Judge], Check]:
    """Make a function ``(vm, edition) -> Iterator[Finding]`` a check.

    With ``each`` it is ``(vm, edition, item) -> Iterator[Finding]``. What the function does not
    declare in ``reads`` it must not touch; what was not read it need not care about. What only
    ``helps`` it asks for by ``vm.if_seen``, and does without where that is None. ``unless`` is
    another function ``(vm) -> Finding | None`` that looks at what ``helps``, before anything in
    ``reads`` is needed: where it finds something, that is the answer. A check of ``scope``
    ``fleet`` is ``(vm, edition, fleet) -> Iterator[Finding]``.
    """
    return lambda judge: Check(
        id, cause, reads, judge, helps, unless, each, family, deployment, when, scope
    )
