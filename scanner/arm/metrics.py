"""Reading CPU and memory of VMs whose last backup failed in its snapshot, from Azure Monitor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scanner.arm import calls
from scanner.arm.parallel import in_parallel
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.load import Window
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.records.monitor import Metrics
from scanner.inventory.snapshot import CPU_METRIC, MEMORY_METRIC, LoadReadings

if TYPE_CHECKING:
    from scanner.arm.client import Arm

_MOST_VMS = 1000
"""VMs of a subscription that are asked about, two requests each. Where everything fails, the load
of one more VM says nothing new."""

Windows = Mapping[ArmId, Window | Gap]
"""The time to ask about, by the VM's id, or why it is not known."""


async def read_loads(arm: Arm, windows: Windows) -> Mapping[ArmId, LoadReadings | Gap]:
    """CPU and memory of VMs of one subscription, the newest backups first."""
    known = [(vm, window) for vm, window in windows.items() if isinstance(window, Window)]
    newest_first = sorted(known, key=lambda entry: entry[1].begin, reverse=True)
    wanted = newest_first[:_MOST_VMS]

    async def read(entry: tuple[ArmId, Window]) -> LoadReadings:
        vm, window = entry
        cpu = await _read_metric(arm, vm, CPU_METRIC, window)
        # Who may not read the one may not read the other.
        is_denied = type(cpu) is Gap and cpu.reason is Reason.DENIED
        memory = cpu if is_denied else await _read_metric(arm, vm, MEMORY_METRIC, window)
        return LoadReadings(window, arm.now(), cpu, memory)

    answers = await in_parallel(read, wanted)
    unknown = {vm: window for vm, window in windows.items() if type(window) is Gap}
    unread = {vm: _one_too_many(vm) for vm, _ in newest_first[_MOST_VMS:]}
    asked = (vm for vm, _ in wanted)
    return {**unknown, **unread, **dict(zip(asked, answers, strict=True))}


async def _read_metric(arm: Arm, vm: ArmId, metric: str, window: Window) -> Metrics | Gap:
    answer = await arm.read(calls.metric_within(metric, window), vm)
    if type(answer) is Gap and answer.reason is Reason.NOT_RECORDED:
        what = f"Azure Monitor does not offer {metric} of this VM. Look in the guest."
        return replace(answer, remedy=what)
    return answer


def _one_too_many(vm: ArmId) -> Gap:
    remedy = (
        f"The load of {_MOST_VMS:,} VMs of a subscription is read, those with the newest failed"
        " backups. Scan this one with --vm."
    )
    return Gap(vm.text, calls.METRICS.fact, Reason.FAILED, None, remedy)
