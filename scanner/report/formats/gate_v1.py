"""The decision on a report in the shape of the JSON report."""

from __future__ import annotations

from scanner.gate.baseline import Baseline
from scanner.gate.decision import FindingDecision, GapDecision, accepted_text
from scanner.report.decision_text import result
from scanner.report.formats.gate_shape_v1 import (
    BaselineV1,
    FindingDecisionV1,
    GapDecisionV1,
    GateV1,
    PastV1,
)
from scanner.report.report import Report


def gate_v1(report: Report) -> GateV1:
    """The decision, with every finding that is not clear."""
    decision = report.decision
    policy = decision.policy
    return GateV1(
        exit=int(decision.code),
        why=decision.why,
        passed=result(decision) == "PASSED",
        fail_on=policy.fail_on,
        fail_on_cause=dict(policy.per_cause),
        count=policy.count,
        new_only=policy.new_only,
        baseline=_baseline_v1(policy.baseline) if policy.baseline else None,
        counts=len(decision.counting),
        new=len(decision.new),
        findings=tuple(
            _finding_v1(one) for one in decision.findings.values() if one.is_found or one.counts
        ),
        gaps=tuple(map(_gap_v1, decision.gaps)),
        past=tuple(
            PastV1(one.vm.text, one.cause, str(one.before), str(one.change))
            for one in decision.past
        ),
    )


def _baseline_v1(baseline: Baseline) -> BaselineV1:
    return BaselineV1(baseline.started_at, baseline.complete, baseline.edition)


def _finding_v1(one: FindingDecision) -> FindingDecisionV1:
    return FindingDecisionV1(
        vm=one.vm.text,
        cause=one.cause,
        verdict=str(one.verdict),
        counts=one.counts,
        why_not=str(one.why_not) if one.why_not else None,
        accepted=accepted_text(one.waiver) if one.waiver else None,
        change=str(one.change) if one.change else None,
        was=None if one.before is None else str(one.before),
    )


def _gap_v1(one: GapDecision) -> GapDecisionV1:
    accepted = accepted_text(one.accepted) if one.accepted else None
    return GapDecisionV1(one.gap.scope, one.gap.fact, one.counts, accepted)
