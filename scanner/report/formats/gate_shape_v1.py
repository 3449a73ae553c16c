"""The shape of the decision in the JSON report, version 1. It only ever gains members.

Docstrings are descriptions in the JSON Schema.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from scanner.gate.change import Change
from scanner.gate.decision import Exit, WhyNot
from scanner.gate.policy import Count
from scanner.report.formats.words_v1 import IdV1, VerdictV1

WhyNotV1 = Annotated[str, Meta(extra_json_schema={"enum": [*map(str, WhyNot)]})]
ChangeV1 = Annotated[str, Meta(extra_json_schema={"enum": [*map(str, Change)]})]
ExitV1 = Annotated[int, Meta(extra_json_schema={"enum": [*map(int, Exit)]})]


class FindingDecisionV1(Struct, omit_defaults=True):
    """Whether a verdict counts for the exit code. Members that are null are left out."""

    vm: IdV1
    cause: str
    verdict: VerdictV1
    counts: bool
    why_not: WhyNotV1 | None = None
    """Why it does not count."""
    accepted: str | None = None
    """Who accepts it, until when and why."""
    change: ChangeV1 | None = None
    """How it changed since the baseline."""
    was: VerdictV1 | None = None
    """Its verdict in the baseline."""


class GapDecisionV1(Struct):
    """Whether something that was not read counts for the exit code."""

    scope: str
    fact: str
    counts: bool
    accepted: str | None
    """Who accepts it, until when and why."""


class PastV1(Struct):
    """A finding of the baseline that this report does not have."""

    vm: IdV1
    cause: str
    was: VerdictV1
    change: ChangeV1
    """``unseen``: it can no longer be seen, and may still be there."""


class BaselineV1(Struct):
    """The older report that this one is compared with."""

    started_at: str
    complete: bool
    edition: str


class GateV1(Struct):
    """The decision: the exit code and all that it is made of."""

    exit: ExitV1
    """The exit code, unless an output could not be written."""
    why: str
    passed: bool
    fail_on: str
    fail_on_cause: dict[str, str]
    count: Count
    new_only: bool
    baseline: BaselineV1 | None
    counts: int
    """How many findings count."""
    new: int
    """How many findings are new or worse. Without a baseline, 0."""
    findings: tuple[FindingDecisionV1, ...]
    """Every cause of every VM that applies, is possible, or is unknown and counts."""
    gaps: tuple[GapDecisionV1, ...]
    past: tuple[PastV1, ...]
