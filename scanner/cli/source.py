"""What is read for a command, and Azure as the source of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from scanner.arm.job_details import JobBudget
    from scanner.arm.notices import Notify
    from scanner.cli.connect import Connect
    from scanner.fleet.azure import AzureSource
    from scanner.fleet.source import Source
    from scanner.inventory.armid import ArmId
    from scanner.inventory.scope import Scope
    from scanner.inventory.target import Target


class Reading(Struct, frozen=True):
    """What is read for a command."""

    scope: Scope
    budget: JobBudget
    metrics: bool = False
    target: Target | None = None
    policies_of: Callable[[ArmId], bool] = lambda _: False
    """Accepts vaults whose policies are read although they back up no VM of the scope."""
    reads_empty: bool = False
    """True to read what may be around a VM also where there is none."""
    use_graph: bool = False


OpenSource = Callable[["Notify"], AbstractAsyncContextManager["Source"]]
"""Opens a source that reports long waits."""


def from_azure(
    reading: Reading, connect: Connect
) -> Callable[[Notify], AbstractAsyncContextManager[AzureSource]]:
    """Azure alone: nothing is saved."""
    from scanner.fleet.azure import AzureSource
    from scanner.inventory.target import Target

    @asynccontextmanager
    async def opened(notify: Notify) -> AsyncIterator[AzureSource]:
        async with connect(notify) as arm:
            yield AzureSource(
                arm,
                reading.scope,
                target=reading.target or Target(),
                budget=reading.budget,
                metrics=reading.metrics,
                policies_of=reading.policies_of,
                reads_empty=reading.reads_empty,
                use_graph=reading.use_graph,
            )

    return opened
