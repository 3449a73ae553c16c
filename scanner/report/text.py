"""Sentences that several formats show."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from scanner.catalogue.text import counted
from scanner.inventory.armid import parse_id
from scanner.inventory.facts.backup import NOT_COVERED, Policy
from scanner.inventory.facts.orphan import ORPHAN_NOUNS
from scanner.inventory.gap import Gap, Reason
from scanner.judging.check import Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.orphans import JudgedOrphan
from scanner.judging.symptoms import CauseStanding, ShownSymptom
from scanner.judging.verdict import CauseVerdict
from scanner.report.report import Report


def scope_text(report: Report) -> str:
    """How much was scanned: ``200 VMs in 3 subscriptions``."""
    subscriptions = counted(len(report.scope.subscriptions), "subscription")
    return f"{counted(len(report.vms), 'VM')} in {subscriptions}"


def gap_text(gap: Gap) -> str:
    """What was not read: ``locks of /subscriptions/…``."""
    return f"{gap.fact} of {gap.scope}"


def gap_subscription(gap: Gap) -> str:
    """The GUID of the subscription that a gap is in. Empty outside of a subscription."""
    scope = parse_id(gap.scope)
    return (scope.subscription if scope else None) or ""


def symptom_heading(symptom: ShownSymptom) -> str:
    """The start of the last backup, its error code, and the step at which it failed."""
    when = f"{symptom.seen_at:%m-%d %H:%MZ} " if symptom.seen_at else ""
    warned = " (completed with warnings)" if symptom.status.lower() != "failed" else ""
    step = f", at the step {symptom.task}" if symptom.task else ""
    return f"{when}{symptom.code or symptom.title}{step}{warned}"


def symptom_text(symptom: ShownSymptom) -> str:
    """The first documented cause that the evidence supports, or why it supports none."""
    if symptom.gap:
        return f"{symptom.status}, but its error was not read: {symptom.gap.remedy}"
    if not symptom.is_documented:
        return f"Not documented: {symptom.text or symptom.title}"
    if not symptom.causes:
        return f"The documents name no cause: {symptom.title}"
    first = symptom.first_supported
    if first:
        return f"first documented cause that the evidence supports: {first.cause}. {first.message}"
    counts = Counter(_standing_text(standing) for standing in symptom.causes)
    standings = ", ".join(f"{count} {text}" for text, count in counts.items())
    return f"the evidence supports no documented cause: {standings}"


def _standing_text(cause: CauseStanding) -> str:
    if cause.standing == "contradicted":
        return "contradicted"
    if cause.verdict is None:
        return "not judged"
    return "only in the guest" if cause.reason is Reason.GUEST_ONLY else f"unknown ({cause.reason})"


def orphans_heading(report: Report) -> str:
    """How many orphans there are, by kind: ``Kept of VMs that do not exist: 2 protected items``."""
    counts = report.orphan_counts.items()
    numbers = ", ".join(counted(count, ORPHAN_NOUNS[kind]) for kind, count in counts)
    return f"Kept of VMs that do not exist (deleted or moved): {numbers}"


def orphan_text(judged: JudgedOrphan) -> str:
    """What is kept of which VM, and the error of its last backup."""
    errors = (
        f"Last backup: {symptom_heading(symptom)}, {symptom.title}." for symptom in judged.symptoms
    )
    return " ".join((judged.message, *errors))


def orphan_advice(report: Report) -> tuple[str, ...]:
    """What keeping the orphans costs by the documents, and what to do, once for each kind."""
    advice = (f"Cost: {judged.cost}. Do: {judged.remedy}" for judged in report.orphans)
    return tuple(dict.fromkeys(advice))


AZURE_LIMITS = f"Azure's own answers say nothing about {', '.join(NOT_COVERED)}."
"""What the service does not check when a precheck asks it."""


def azure_text(vm: JudgedVm) -> str:
    """The service's own answers about a VM. Empty if it was not asked."""
    if vm.azure is None:
        return ""
    vault = f" by {vm.azure.vault}" if vm.azure.vault else ""
    answers = [f"Azure says: {_answer_text(vm.azure.protection)}{vault}"]
    if vm.azure.validation is not None:
        error = ": ".join(filter(None, (vm.azure.code, vm.azure.message)))
        answers.append(
            f"validation {_answer_text(vm.azure.validation)}{f' ({error})' if error else ''}"
        )
    return f"{', '.join(answers)}{'  DISAGREES' if vm.disagrees else ''}"


def _answer_text(answer: str | Gap) -> str:
    return answer if isinstance(answer, str) else "no answer"


def backup_text(vm: JudgedVm, now: datetime) -> str:
    """How a VM is backed up: state, vault, policy, and the last success."""
    protection = vm.protection
    if isinstance(protection, Gap | None) or protection.vault is None:
        return vm.protection_state
    policy = protection.known_policy
    name = f"/{policy.id.name}" if isinstance(policy, Policy) else "/policy unread"
    text = f"{protection.state} by {protection.vault.name}{name if policy else ''}"
    if isinstance(protection.known_success, Gap):
        return f"{text}, last success unread"
    if protection.last_success_at is None:
        return f"{text}, no success yet"
    days = vm.days_since_success(now)
    return f"{text}, last success {protection.last_success_at:%Y-%m-%d}, {days} days ago"


def blockers(vm: JudgedVm, report: Report) -> tuple[str, ...]:
    """The reasons not to turn backup on, or why they are unknown. The gravest is first."""
    texts = [
        _blocker_text(vm, cause, report)
        for cause in vm.worst_first
        if cause.verdict >= Verdict.POSSIBLE or cause.reason
    ]
    if isinstance(vm.protection, Gap):
        texts.append("backup unknown")
    if vm.azure and vm.azure.objection:
        says = "says otherwise" if vm.disagrees else "says"
        texts.append(f"the service {says}: {vm.azure.objection}")
    elif vm.disagrees:
        texts.append("the service has nothing against it")
    if vm.azure and vm.azure.gaps:
        texts.append("the service did not answer")
    return tuple(texts)


def _blocker_text(vm: JudgedVm, cause: CauseVerdict, report: Report) -> str:
    partly_read = "not all of it was read" if cause.has_missing else None
    waived = "waived" if report.waived.find(vm.vm, cause.cause) else None
    notes = filter(None, (str(cause.reason) if cause.reason else partly_read, waived))
    note = ", ".join(notes)
    return f"{cause.cause} ({note})" if note else cause.cause
