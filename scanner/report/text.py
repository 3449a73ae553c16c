"""Sentences that several formats show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from scanner.catalogue.text import counted
from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.facts.backup import NOT_COVERED, Policy, Protection, RunningJob
from scanner.inventory.facts.load import GuestLoad, Use
from scanner.inventory.facts.orphan import ORPHAN_NOUNS, Orphan
from scanner.inventory.gap import Gap, Reason
from scanner.judging.check import Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.orphans import JudgedOrphan
from scanner.judging.symptoms import CauseStanding, ShownSymptom
from scanner.judging.verdict import CauseVerdict
from scanner.report.overview import Successes
from scanner.report.planned import Effect
from scanner.report.report import Report


def time_text(time: datetime) -> str:
    """A time (UTC) for people: ``2026-11-06 05:17Z``."""
    return f"{time:%Y-%m-%d %H:%MZ}"


def successes_text(successes: Successes) -> str:
    """When the last successes of several VMs were: ``2-5 d ago``, ``6 d ago, 1 none yet``."""
    counts = {"none yet": successes.missing, "unread": successes.unread}
    found = {what: count for what, count in counts.items() if count}
    if successes.ages is None:
        # All VMs have the same.
        is_same = len(found) == 1
        return ", ".join(what if is_same else f"{count:,} {what}" for what, count in found.items())
    newest, oldest = (f"{days:.0f}" for days in successes.ages)
    known = f"{newest}-{oldest} d ago" if newest != oldest else f"{oldest} d ago"
    return ", ".join((known, *(f"{count:,} {what}" for what, count in found.items())))


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


_CONTRADICTED = "(contradicted)"


def symptom_heading(symptom: ShownSymptom) -> str:
    """The start of the last backup, its error code, and the step at which it failed."""
    when = f"{time_text(symptom.seen_at)} " if symptom.seen_at else ""
    warned = " (completed with warnings)" if symptom.status.lower() != "failed" else ""
    step = f", at the step {symptom.task}" if symptom.task else ""
    return f"{when}{symptom.code or symptom.title}{step}{warned}"


_MOST_OTHERS = 3


def symptom_text(symptom: ShownSymptom) -> str:
    """What the error is, the first documented cause that the evidence supports, what else applies.

    It says that the evidence supports none only if every cause of the VM was judged.
    """
    advice = None if symptom.first_supported or symptom.others else symptom.advice
    parts = (
        _error_text(symptom),
        _causes_text(symptom),
        _others_text(symptom),
        f"Do: {advice}" if advice else "",
    )
    return "; ".join(part.removesuffix(".") for part in parts if part)


def _error_text(symptom: ShownSymptom) -> str:
    """The error in words: what was not read of it, what it resembles, what its words name."""
    if symptom.gap:
        return f"{symptom.status}, but its error was not read: {symptom.gap.remedy}"
    inner = symptom.inner
    if inner:
        named = ": ".join(filter(None, (inner.code, inner.message)))
        return f"its words name {named}: {symptom.text}"
    if symptom.is_guess:
        return f"not documented, a guess by its likeness to: {symptom.title}"
    if not symptom.is_documented:
        return f"not documented: {symptom.text or symptom.title}"
    if not symptom.causes:
        return f"the documents name no cause: {symptom.title}"
    # Its own words are all there is if no documented cause explains it.
    return "" if symptom.first_supported else symptom.text or symptom.title


def _causes_text(symptom: ShownSymptom) -> str:
    first = symptom.first_supported
    if first:
        return f"first documented cause that the evidence supports: {first.cause}. {first.message}"
    if not symptom.causes:
        return ""
    by_standing: dict[str, list[str]] = {}
    for cause in symptom.causes:
        by_standing.setdefault(_standing_text(cause), []).append(cause.cause)
    standings = ", ".join(
        f"{', '.join(causes)} {standing}" for standing, causes in by_standing.items()
    )
    is_all_judged = not symptom.unjudged and set(by_standing) == {_CONTRADICTED}
    if symptom.others or not is_all_judged:
        return f"none of its documented causes is shown: {standings}"
    return f"the evidence supports no documented cause: {standings}"


def _others_text(symptom: ShownSymptom) -> str:
    """What else applies on the VM, and how much could not be judged."""
    for verdict, verb in ((Verdict.APPLIES, "it applies"), (Verdict.POSSIBLE, "it is possible")):
        found = [other for other in symptom.others if other.verdict is verdict]
        texts = [f"{other.cause} ({other.message})" for other in found[:_MOST_OTHERS]]
        if len(found) > _MOST_OTHERS:
            texts.append(f"and {len(found) - _MOST_OTHERS} more")
        if found and (verdict is Verdict.APPLIES or not symptom.first_supported):
            names = ", ".join(texts)
            return f"the documents do not name it for this error, but {verb}: {names}"
    if symptom.first_supported or symptom.gap or not symptom.unjudged:
        return ""
    return f"{counted(symptom.unjudged, 'cause')} of the VM could not be judged"


def warning_heading(warning: ShownSymptom) -> str:
    """What the service's own pre-check says: its status, and the code of the problem."""
    return f"{warning.status or 'no status'}: {warning.code or warning.title}"


def backup_notes(vm: JudgedVm) -> tuple[str, ...]:
    """What is to be said of the last backup: its errors, the service's warnings, what goes on."""
    load = load_text(vm)
    return (*trouble_notes(vm), *((load,) if load else ()), *backup_states(vm))


def trouble_notes(vm: JudgedVm) -> tuple[str, ...]:
    """The errors of the last backup, and what the service's own pre-check warns of."""
    errors = (f"last backup: {symptom_heading(one)}; {symptom_text(one)}" for one in vm.symptoms)
    warnings = (f"pre-check: {warning_heading(one)}; {symptom_text(one)}" for one in vm.warnings)
    return (*errors, *warnings)


def backup_states(vm: JudgedVm) -> tuple[str, ...]:
    """Whether somebody cancelled the last backup, and whether a backup is running."""
    protection = vm.protection
    if not isinstance(protection, Protection):
        return ()
    at, running = protection.last_backup_at, protection.known_running
    states: list[str] = []
    if protection.is_cancelled:
        states.append(f"last backup cancelled{f' {time_text(at)}' if at else ''}")
    if isinstance(running, RunningJob):
        since = f" since {time_text(running.began)}" if running.began else ""
        states.append(f"a backup is running{since}")
    return tuple(states)


def states_text(report: Report) -> str:
    """How many last backups were cancelled and how many backups are running; empty for none."""
    counts = {state: count for state, count in state_counts(report).items() if count}
    texts = "; ".join(f"last backup {state}: {count:,}" for state, count in counts.items())
    return f" ({texts})" if texts else ""


def state_counts(report: Report) -> dict[str, int]:
    """How many VMs have a last backup that was cancelled or is running."""
    found = [vm.protection for vm in report.vms if isinstance(vm.protection, Protection)]
    return {
        "cancelled": sum(one.is_cancelled for one in found),
        "running": sum(isinstance(one.known_running, RunningJob) for one in found),
    }


def _standing_text(cause: CauseStanding) -> str:
    if cause.standing == "contradicted":
        return _CONTRADICTED
    if cause.verdict is None:
        return "(not judged)"
    is_in_guest = cause.reason is Reason.GUEST_ONLY
    return "(only in the guest)" if is_in_guest else f"(unknown: {cause.reason})"


def load_text(vm: JudgedVm) -> str:
    """CPU and memory around the backup that failed. Empty if they were not read."""
    load = vm.vm.if_seen("guest_load")
    if not isinstance(load, GuestLoad):
        return ""
    uses = {"CPU": load.known_cpu, "memory": load.known_memory}
    texts = (f"{what} {_use_text(use)}" for what, use in uses.items())
    return f"load of the VM {load.window}: {', '.join(texts)}"


def _use_text(use: Use | Gap) -> str:
    if type(use) is Gap:
        return f"unknown ({use.reason})"
    return f"{use}, as far as it was measured" if use.missing else f"{use}"


def orphans_heading(report: Report) -> str:
    """How many orphans there are, by kind: ``Kept of VMs that do not exist: 2 protected items``."""
    counts = report.orphan_counts.items()
    numbers = ", ".join(counted(count, ORPHAN_NOUNS[kind]) for kind, count in counts)
    return f"Kept of VMs that do not exist (deleted or moved): {numbers}"


def orphan_text(judged: JudgedOrphan) -> str:
    """What is kept of which VM, and the error of its last backup."""
    errors = [
        f"Last backup: {symptom_heading(one)}; {_error_text(one) or one.title}."
        for one in judged.symptoms
    ]
    protection = judged.orphan.protection
    if protection and type(protection.known_error) is Gap:
        errors.append("It is not known how its last backup went.")
    if protection and protection.is_cancelled:
        errors.append("Its last backup was cancelled.")
    return " ".join((judged.message, *errors))


def orphan_advice(report: Report) -> tuple[str, ...]:
    """What keeping the orphans costs by the documents, and what to do, once for each kind."""
    advice = (
        f"{_orphan_kind(judged.orphan)}. Cost: {judged.cost}. Do: {judged.remedy}"
        for judged in report.orphans
    )
    return tuple(dict.fromkeys(advice))


def _orphan_kind(orphan: Orphan) -> str:
    """``Protected item, stopped``, or ``Restore point collection``."""
    state = f", {orphan.state}" if orphan.state else ""
    return f"{ORPHAN_NOUNS[orphan.kind].capitalize()}{state}"


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
    if not isinstance(protection, Protection) or protection.vault is None:
        return vm.protection_state
    policy = protection.known_policy
    name = f"/{policy.id.name}" if isinstance(policy, Policy) else "/policy unread"
    text = f"{protection.state} by {protection.vault.name}{name if policy else ''}"
    disks = disks_text(protection)
    states = backup_states(vm)
    parts = (text, disks, _success_text(vm, protection, now), *states)
    return ", ".join(part for part in parts if part)


def disks_text(protection: Protection) -> str:
    """Which disks the backup has, such as ``disks: not LUN 1``. Empty if it has all of them."""
    excluded = protection.known_excluded_disks
    if type(excluded) is Gap:
        return "disks unread"
    return f"disks: {excluded.seen.value}" if excluded.seen else ""


def _success_text(vm: JudgedVm, protection: Protection, now: datetime) -> str:
    if type(protection.known_success) is Gap:
        return "last success unread"
    if protection.last_success_at is None:
        return "no success yet"
    days = vm.days_since_success(now)
    return f"last success {protection.last_success_at:%Y-%m-%d}, {days} days ago"


def blockers(vm: JudgedVm, report: Report) -> tuple[str, ...]:
    """The reasons not to turn backup on, or why they are unknown. The gravest is first."""
    texts = [
        _blocker_text(vm, cause, report)
        for cause in vm.worst_first
        if cause.verdict >= Verdict.POSSIBLE or cause.reason
    ]
    if type(vm.protection) is Gap:
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
    waived = "waived" if report.decision.accepts(vm.vm.id, cause.cause) else None
    notes = filter(None, (str(cause.reason) if cause.reason else partly_read, waived))
    note = ", ".join(notes)
    return f"{cause.cause} ({note})" if note else cause.cause


def effect_remedy(effect: Effect, report: Report) -> str | None:
    """What to change in the planned resources because of an effect. None if it is better."""
    vm = report.vm_of.get(effect.vm) if effect.is_for_the_worse else None
    cause = next((c for c in vm.causes if c.cause == effect.cause), None) if vm else None
    return report.cause_remedy(cause, vm.vm) if vm and cause else None


def first_names(vms: Sequence[ArmId], report: Report, most: int) -> str:
    """The names of the first VMs, and how many more there are."""
    more = f" and {len(vms) - most:,} more" if len(vms) > most else ""
    return ", ".join(report.name_of(vm) for vm in vms[:most]) + more
