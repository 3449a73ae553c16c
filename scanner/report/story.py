"""In a few words: the error of a VM's last backup, and what the service itself says of a VM."""

from __future__ import annotations

from collections import Counter

from scanner.inventory.backup_facts import NOT_COVERED
from scanner.inventory.gap import Gap, Reason
from scanner.report.report import VmReport
from scanner.symptoms import CauseStanding, ShownSymptom


def headline(symptom: ShownSymptom) -> str:
    """When the backup was begun, and by which code it failed."""
    when = f"{symptom.seen_at:%m-%d %H:%MZ} " if symptom.seen_at else ""
    warned = " (completed with warnings)" if symptom.status.lower() != "failed" else ""
    step = f", at the step {symptom.task}" if symptom.task else ""
    return f"{when}{symptom.code or symptom.title}{step}{warned}"


def story(symptom: ShownSymptom) -> str:
    """The first documented cause that the evidence supports, or how far it supports none."""
    if symptom.gap:
        return f"{symptom.status}, and why was not read: {symptom.gap.remedy}"
    if not symptom.is_documented:
        return f"Not documented: {symptom.text or symptom.title}"
    if not symptom.causes:
        return f"The documents name no cause of it: {symptom.title}"
    first = symptom.first_supported
    if first:
        return f"first documented cause that the evidence supports: {first.cause}. {first.message}"
    counted = Counter(_standing(each) for each in symptom.causes)
    told = ", ".join(f"{count} {word}" for word, count in counted.items())
    return f"the evidence supports no documented cause: {told}"


def _standing(each: CauseStanding) -> str:
    if each.standing == "contradicted":
        return "contradicted"
    if each.verdict is None:
        return "not judged"
    return "only in the guest" if each.reason is Reason.GUEST_ONLY else f"unknown ({each.reason})"


AZURE_COVERS = f"Azure's own answers say nothing about {', '.join(NOT_COVERED)}."


def azure_says(vm: VmReport) -> str:
    """The service's answers about a VM; empty where it was not asked."""
    if vm.azure is None:
        return ""
    by = f" by {vm.azure.vault}" if vm.azure.vault else ""
    told = [f"Azure says: {_answer(vm.azure.protection)}{by}"]
    if vm.azure.validation is not None:
        why = ": ".join(filter(None, (vm.azure.code, vm.azure.message)))
        told.append(f"validation {_answer(vm.azure.validation)}{f' ({why})' if why else ''}")
    return f"{', '.join(told)}{'  DISAGREES' if vm.disagrees else ''}"


def _answer(told: str | Gap) -> str:
    return told if isinstance(told, str) else "no answer"
