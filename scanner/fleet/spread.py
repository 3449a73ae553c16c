"""A source whose subscriptions other machines read. Each writes its part of one bundle."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace as replaced
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from scanner.arm.job_details import JobBudget
from scanner.fleet.azure import AzureSource
from scanner.fleet.bundle.codec import Malformed
from scanner.fleet.bundle.content import Index
from scanner.fleet.bundle.files import BundleError, Folder
from scanner.fleet.bundle.parts import PartsWriter, read_part, read_tags
from scanner.fleet.bundle.resuming import Kept
from scanner.fleet.scope import Targets
from scanner.fleet.source import Ending
from scanner.fleet.work import Done, Door, Work, done_codec, work_codec
from scanner.inventory.facts.network import PublishedTags
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.join.protection import Protections
from scanner.inventory.records.resources import Subscription
from scanner.inventory.snapshot import BackupReadings, Snapshot

Submit = Callable[[str, bytes], Awaitable[bytes]]
"""Has a piece of work done somewhere, given its name. Raises ``WorkLost`` if nobody did it."""


class WorkLost(Exception):  # noqa: N818 - becomes a gap, never ends a run
    """A piece of work that nobody did. Its text says why."""


class SpreadSource:
    """Lists subscriptions and vaults itself, and has every subscription read by somebody else.

    A subscription is read on one machine, so its limits of requests are kept there.
    """

    at_once = 10_000
    """All work is given at once. Who does it takes turns."""

    def __init__(
        self,
        azure: AzureSource,
        writer: PartsWriter,
        door: Door,
        budget: JobBudget,
        submit: Submit,
        kept: Kept | None = None,
    ) -> None:
        """``door`` has the limits of one machine, and ``kept`` what the bundle has already."""
        self._azure, self._writer, self._kept = azure, writer, kept
        self._door, self._budget, self._submit = door, budget, submit
        self.scope, self.traffic = azure.scope, azure.traffic
        self._notes: dict[str, None] = {}
        self._tags: PublishedTags | None = None
        seconds = asyncio.get_running_loop().time()
        deadline = door.limits.deadline
        self._ends_at = None if deadline is None else seconds + deadline

    def now(self) -> datetime:
        """The time (UTC) of the other source."""
        return self._azure.now()

    async def targets(self) -> Targets:
        """The subscriptions. They are saved with the vaults."""
        found = await self._azure.targets()
        # The listing also tells the time, which nothing else here asks for.
        return self._kept.index.targets if self._kept and self._kept.index else found

    def order(self, subscriptions: Sequence[Subscription]) -> Sequence[Subscription]:
        """The order of the other source."""
        return self._azure.order(subscriptions)

    async def vaults(self, targets: Targets) -> BackupReadings:
        """The vaults, which are saved: everybody needs them."""
        if self._kept and self._kept.index:
            return self._kept.index.backup
        found = await self._azure.vaults(targets)
        self._writer.save_index(Index(targets, found))
        if self._writer.error:
            raise self._writer.error
        return found

    async def snapshot(
        self, subscription: Subscription, protections: Protections
    ) -> Snapshot | Gap:
        """What somebody read of a subscription."""
        if self._kept and (kept := self._kept.snapshot(subscription.id)):
            return kept
        graph, id_ = self._azure.graph, subscription.id
        expects_no_vm = bool(graph and id_ in graph.without_vms and not protections.vms_in(id_))
        done = await self._have_done(self._work_for(subscription, expects_no_vm=expects_no_vm))
        if graph and done.has_no_vm is not None:
            graph.without_vms.find(id_, has_none=done.has_no_vm)
        self._count(done)
        self._writer.take(done.part, done.tags)
        return self._read(done)

    def end(self, *, interrupted: bool) -> Ending:
        """The end of the other source, with what was read elsewhere."""
        ending = self._azure.end(interrupted=interrupted)
        ending = replaced(ending, notes=tuple(dict.fromkeys((*ending.notes, *self._notes))))
        self._writer.finish(ending, interrupted=interrupted)
        began = min(ending.started_at, self._writer.manifest.started_at)
        return replaced(ending, started_at=began, unsaved=self._writer.error)

    def _work_for(self, subscription: Subscription, *, expects_no_vm: bool) -> Work:
        manifest = self._writer.manifest
        own = tuple(part for part in manifest.parts if part.id == subscription.id)
        return Work(
            door=self._door,
            place=_from_anywhere(self._writer.folder),
            manifest=replace(manifest, parts=own, calls={}, notes=()),
            subscription=subscription,
            budget=self._budget,
            expects_no_vm=expects_no_vm,
        )

    async def _have_done(self, work: Work) -> Done:
        """What came of a piece of work, also if nobody did it, or not in time."""
        [part] = work.manifest.parts
        try:
            async with asyncio.timeout_at(self._ends_at):
                answer = await self._submit(part.id.text, work_codec().pack(work))
            return done_codec().unpack(answer)
        except TimeoutError:
            why = "The deadline passed. Scan again with a later --deadline."
        except WorkLost as lost:
            why = f"{lost}"
        except Malformed as problem:
            why = f"A worker answered what cannot be read ({problem}). Install the same version."
        return Done(part=replace(part, failed=why, gaps={"failed": 1}))

    def _count(self, done: Done) -> None:
        for subscription, call, number in done.calls:
            self.traffic.by_kind[subscription, call] += number
        self.traffic.throttled += done.throttled
        self.traffic.waited += done.waited
        self._notes |= dict.fromkeys(done.notes)

    def _read(self, done: Done) -> Snapshot | Gap:
        """What was written of a subscription, or why nothing was."""
        part, folder = done.part, self._writer.folder
        if part.saved is None:
            return _gap(part.id.text, part.failed or "It was not read. Scan again.")
        try:
            tags = self._writer.manifest.tags
            if self._tags is None and tags is not None:
                self._tags = read_tags(folder, tags)
            return read_part(folder, part.saved, self._tags)
        except BundleError as error:
            return _gap(part.id.text, f"{error}")


def _from_anywhere(folder: Folder) -> str:
    """The path or URL of a folder, for programs that run elsewhere."""
    return str(folder.absolute() if isinstance(folder, Path) else folder)


def _gap(scope: str, why: str) -> Gap:
    return Gap(scope, "virtual_machines", Reason.FAILED, None, why)
