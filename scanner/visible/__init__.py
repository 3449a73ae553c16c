"""Documented causes that ARM shows and no check judges.

They are asked of a VM whose backup failed, for its symptom, and of one that has none yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from scanner.catalogue.documents import Documented
from scanner.check import Finding, not_applicable
from scanner.engine import CauseVerdict
from scanner.inventory.vm import Vm
from scanner.visible import disks, machine, policy
from scanner.visible.findings import judged

Judge = Callable[[Vm, Documented], Iterator[Finding]]

_CLASSIC: Mapping[str, Judge] = {"classic-vm": machine.classic}
_RESOURCE_MANAGER: Mapping[str, Judge] = {
    "vm-not-running": machine.not_running,
    "os-not-supported": machine.unsupported_system,
    "extension-operations-disallowed": machine.no_extensions,
    "vm-offline-at-registration": machine.offline_at_registration,
    "vm-provisioning-state-blocks-backup": machine.provisioning_state,
    "extension-in-failed-state": machine.failed_extension,
    "restore-point-limit-reached": machine.restore_point_limit,
    "too-many-backups-per-day": policy.too_many_a_day,
    "keyvault-permissions-missing": disks.key_vault,
    "encrypted-disk-too-large": disks.too_large_and_encrypted,
    "vm-size-below-minimum": policy.small_size,
    "disk-count-over-limit": disks.count,
    "unmanaged-disks": disks.unmanaged,
    "shared-disk-attached": disks.shared,
    "ultra-or-premiumv2-needs-enhanced": disks.newer,
    "write-accelerator-disk": disks.accelerated,
    "disk-entra-data-access": disks.entra_access,
    "data-disk-with-security-type": disks.secured_data_disk,
    "ephemeral-os-disk": disks.ephemeral,
    "trusted-launch-policy-client": policy.trusted_launch,
    "confidential-vm-limits": policy.confidential,
    "agentless-crash-consistent-ineligible": policy.agentless,
}
_FAILING: Mapping[str, Judge] = {
    "vm-deleted-or-moved": machine.there,
    "protection-paused-or-stopped": machine.inactive,
}
"""Of VMs that have an item alone."""
OF_A_POLICY = (
    "too-many-backups-per-day",
    "trusted-launch-policy-client",
    "agentless-crash-consistent-ineligible",
)
"""Of these the ones that say nothing before a policy is named."""
OF_FAILING = tuple(_FAILING)
VISIBLE = (*_CLASSIC, *_RESOURCE_MANAGER)
"""The causes by id, but for those of VMs that have an item."""


def judge_visible(vm: Vm, documented: Documented) -> tuple[CauseVerdict, ...]:
    """How these causes stand on a VM, under the policy that is in force or to be used.

    ``documented`` is what the current edition says: its limits are those of the service.
    """
    is_classic = vm.deployment == "classic"
    mine, others = (_CLASSIC, _RESOURCE_MANAGER) if is_classic else (_RESOURCE_MANAGER, _CLASSIC)
    other = not_applicable(f"It is a {'classic' if is_classic else 'Resource Manager'} VM.")
    return (
        *_judged(mine, vm, documented),
        *(judged(cause, [other], vm, documented) for cause in others),
    )


def judge_failing(vm: Vm, documented: Documented) -> tuple[CauseVerdict, ...]:
    """The same of a VM that has a protected item, with what only such a VM can have."""
    return (*judge_visible(vm, documented), *_judged(_FAILING, vm, documented))


def _judged(judges: Mapping[str, Judge], vm: Vm, documented: Documented) -> Iterator[CauseVerdict]:
    for cause, judge in judges.items():
        yield judged(cause, judge(vm, documented), vm, documented)
