"""Plans the calls of a scan, and decides the exit code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from scanner.arm.call_plan import CallPlan
from scanner.catalogue.text import counted, unread_text
from scanner.cli.printed.call_plan import lines_of
from scanner.cli.progress import ScanProgress
from scanner.cli.signals import FirstSignal
from scanner.cli.source import Reading, from_azure
from scanner.fleet.call_plan import PlannedCalls, plan_calls
from scanner.gate.decision import Exit
from scanner.report.escape import log_line

if TYPE_CHECKING:
    from scanner.cli.connect import Connect


def print_call_plan(
    reading: Reading, connect: Connect, plan: CallPlan, max_calls: int | None
) -> int:
    """Print the calls of a scan over a connection that counts in ``plan``. Returns the exit code.

    Raises ``ScanError``, and ``KeyboardInterrupt`` if a signal came before there was a plan.
    """
    source = from_azure(reading, connect)
    found: list[PlannedCalls] = []

    async def connect_and_plan() -> None:
        with ScanProgress(()) as progress:
            async with source(progress.notify) as opened:
                progress.traffic = opened.traffic
                found.append(await plan_calls(opened, plan, progress.started, progress.finished))

    with FirstSignal() as first_signal:
        first_signal.run(connect_and_plan())
    if not found or found[0].interrupted:
        raise KeyboardInterrupt
    for line in lines_of(found[0]):
        sys.stdout.write(f"{log_line(line)}\n")
    sys.stdout.flush()
    code, why = _decide(found[0], max_calls)
    sys.stderr.write(f"exit {code.value}: {log_line(why)}\n")
    return code.value


def _decide(planned: PlannedCalls, max_calls: int | None) -> tuple[Exit, str]:
    needs = f"a scan needs at least {counted(planned.requests, 'request')}"
    if max_calls is not None and planned.requests > max_calls:
        return Exit.CANNOT_RUN, f"{needs}, and --max-calls allows {max_calls:,}"
    if planned.gaps:
        return Exit.INCOMPLETE, f"{needs}; {unread_text(len(planned.gaps))}"
    return Exit.OK, f"{needs}; {planned.sent:,} were sent to plan them"
