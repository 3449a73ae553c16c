"""From a report to an exit code, the same whatever the format."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from scanner.check import Verdict
from scanner.report.report import Report, VmReport


class Exit(IntEnum):
    """The exit codes."""

    OK = 0
    FINDINGS = 1
    CANNOT_RUN = 2
    INCOMPLETE = 3
    EMPTY = 4
    INTERRUPTED = 130


FAIL_ON = {
    "applies": Verdict.APPLIES,
    "possible": Verdict.POSSIBLE,
    "unknown": Verdict.UNKNOWN,
    "never": None,
}
"""The least verdict that makes exit code 1, by the word ``--fail-on`` takes."""


@dataclass(frozen=True)
class Decision:
    """The exit code and why, in words."""

    code: Exit
    why: str


def decide(report: Report, fail_on: str, *, allow_empty: bool) -> Decision:
    """The exit code: findings before gaps, gaps before an empty scope."""
    if report.interrupted:
        return Decision(Exit.INTERRUPTED, "interrupted; the report holds what was read until then")
    threshold = FAIL_ON[fail_on]
    hit = sum(_reaches(vm, threshold) for vm in report.vms) if threshold else 0
    if hit:
        return Decision(
            Exit.FINDINGS, f"{hit} of {_count(len(report.vms), 'VM')} at or above {fail_on!r}"
        )
    if report.gaps:
        return Decision(Exit.INCOMPLETE, f"{_count(len(report.gaps), 'thing')} could not be read")
    if not report.vms and not allow_empty:
        return Decision(Exit.EMPTY, "the scope holds no VM")
    return Decision(Exit.OK, f"nothing at or above {fail_on!r} on {_count(len(report.vms), 'VM')}")


def _reaches(vm: VmReport, threshold: Verdict) -> bool:
    return any(cause.verdict >= threshold for cause in vm.causes)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
