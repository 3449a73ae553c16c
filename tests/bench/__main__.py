"""``make bench``: the cost of a scan. All rows are of one run, and limits are only on ratios.

Times are CPU seconds of this process, or of the programs that it runs. The simulated Azure is
another process, reached over HTTPS on loopback; its answers are made before they are measured. A
figure is the best of some rounds, because other load of the machine only adds. The speed of a
machine is measured by the plain reader: it gets the same URLs with aiohttp and decodes them with
msgspec.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import resource
import subprocess
import sys
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, starmap
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from scanner.arm import calls
from scanner.arm.call import Call, Get, Listing, Options
from scanner.arm.client import Arm
from scanner.arm.discovery import discover
from scanner.arm.job_details import JobBudget, JobDetails
from scanner.arm.signin import secret_credential
from scanner.arm.subscription import SubscriptionReader
from scanner.arm.token import SharedToken
from scanner.arm.transport import open_transport
from scanner.cli.collector import spare_collector
from scanner.cli.questions import make_questions
from scanner.cli.run import to_report
from scanner.fleet import scan as run
from scanner.fleet.scope import find_targets
from scanner.inventory.armid import ArmId
from scanner.inventory.join import join
from scanner.inventory.records.resources import Subscription
from scanner.inventory.scope import Scope, Selection
from scanner.inventory.snapshot import Snapshot
from scanner.inventory.vm import Vm
from scanner.judging.engine import judge_vm
from scanner.judging.panel import Panel
from scanner.report.formats.jsonl import Lines
from scanner.report.report import Report
from scanner.report.write import WRITERS
from scanner.sim.server import Door
from tests.support.scans import Silent
from tests.support.snapshots import NO_PLANS, NO_VAULTS

from .bundles import bundles
from .door import Behind, opened
from .networks import judge_all, load_every_tag, networks
from .plain import Work, read_plainly
from .plans import gates, plans
from .waiting import against_the_limits, by_workers

_ROUNDS = 3
_LISTINGS = tuple(
    call for call in calls.CALLS if isinstance(call, Listing) and call.per == "subscription"
)


@dataclass(frozen=True)
class Row:
    """One line of the table. Without a limit it is only shown."""

    what: str
    measured: float
    unit: str
    limit: float | None = None

    @property
    def holds(self) -> bool:
        return self.limit is None or self.measured <= self.limit

    def __str__(self) -> str:
        limit = f"≤ {self.limit:,g}" if self.limit else ""
        verdict = "" if self.limit is None else "ok" if self.holds else "MISSED"
        return f"{self.what:<48} {self.measured:>12,.2f} {self.unit:<16} {limit:<11} {verdict}"


class Links(Arm):
    """An ``Arm`` that keeps the URL and the call of every request."""

    asked: list[tuple[str, Call[Any]]]

    async def list_all(self, call: Listing[Any], scope: ArmId) -> Any:
        return await super().list_all(self._recording(call), scope)

    async def read(self, call: Get[Any], resource: ArmId) -> Any:
        return await super().read(self._recording(call), resource)

    def _recording(self, call: Any) -> Any:
        def operation(azure: Any, scope: ArmId, options: Options) -> Any:
            def take(response: Any) -> None:
                self.asked.append((response.http_request.url, call))
                options["raw_response_hook"](response)

            return call.operation(azure, scope, {**options, "raw_response_hook": take})

        return replace(call, operation=operation)


def best(work: Callable[[], object], rounds: int = _ROUNDS) -> float:
    """The least CPU seconds of some rounds."""
    return min(_cpu_of(work) for _ in range(rounds))


async def in_turns(*works: Callable[[], Awaitable[object]]) -> list[float]:
    """The least CPU seconds of each. They run in turns, so that other load hits all alike."""
    spent: list[list[float]] = [[] for _ in works]
    for _ in range(_ROUNDS):
        for work, times in zip(works, spent, strict=True):
            gc.collect()
            before = _used()
            await work()
            times.append(_used() - before)
    return [min(times) for times in spent]


def in_turns_of_processes(*commands: tuple[str, ...]) -> list[float]:
    """The least CPU seconds of each Python program, run in turns."""
    rounds = [[_cpu_of(partial(_start, *words)) for words in commands] for _ in range(_ROUNDS)]
    return [min(times) for times in zip(*rounds, strict=True)]


def _cpu_of(work: Callable[[], object]) -> float:
    gc.collect()
    before = _used()
    work()
    return _used() - before


def _used() -> float:
    """CPU seconds of this process and of those it waited for."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


@dataclass(frozen=True)
class Fleet:
    """A fleet that was read once. The other measurements use it."""

    asked: Sequence[tuple[str, Call[Any]]]
    token: str
    snapshots: Sequence[Snapshot]
    report: Report
    request: float
    """CPU seconds that a request of the plain reader takes."""


async def reading(behind: Behind) -> tuple[list[Row], Fleet]:
    """The cost of reading a fleet, and the fleet."""
    door, questions = behind.door, make_questions("current", ())
    # The command's own transport. Certificates and proxies are those of the environment.
    async with open_transport() as transport:
        cloud = await discover(door.url, transport)
        credential = secret_credential(cloud, door.environment, transport)
        async with SharedToken(credential) as token:
            links, arm = Links(cloud, token, transport), Arm(cloud, token, transport)
            asked: list[tuple[str, Call[Any]]] = []
            links.asked = asked
            # The first scan is not measured: the other process makes its answers.
            first = await run.scan(links, Scope(), questions, Silent())
            vms = len(first.vms)
            subscriptions = (await find_targets(links, Scope())).subscriptions
            # The requests that both this and the plain reader send.
            common = [(url, call) for url, call in asked if _is_of(subscriptions, url)]

            async def read() -> None:
                await asyncio.gather(*(_read(arm, subscription) for subscription in subscriptions))

            async def listings() -> None:
                for found in subscriptions:
                    await asyncio.gather(*(arm.list_all(call, found.id) for call in _LISTINGS))

            bearer = (await token.get_token(cloud.token_scope)).token

            async def plainly() -> None:
                await read_plainly(common, door.client_context(), bearer)

            async def listings_plainly() -> None:
                listed = [(url, call) for url, call in common if isinstance(call, Listing)]
                await read_plainly(listed, door.client_context(), bearer)

            elsewhere = behind.cpu_seconds()
            plain, alone, bare, listed = await in_turns(plainly, read, listings_plainly, listings)
            elsewhere = behind.cpu_seconds() - elsewhere
            snapshots = [await _read(arm, subscription) for subscription in subscriptions]
    rows = [
        Row("listings, CPU per VM", listed / vms * 1e6, "µs"),
        Row("listings against the plain reader", listed / bare, "times", 3),
        Row("plain reader, CPU per request", plain / len(common) * 1e6, "µs"),
        Row("reading, CPU per request", alone / len(common) * 1e6, "µs"),
        Row("reading a whole fleet against the plain reader", alone / plain, "times", 2.5),
        Row("simulated Azure, CPU of its own per round", elsewhere / _ROUNDS, "s"),
    ]
    print(f"{vms:,} VMs in {len(subscriptions)} subscriptions, {len(asked):,} requests\n")
    return rows, Fleet(asked, bearer, snapshots, to_report(questions, first), plain / len(common))


def _is_of(subscriptions: Sequence[Subscription], url: str) -> bool:
    """True if a URL is requested to read a subscription, and not for a vault or the scope."""
    path = url.partition("?")[0].lower()
    return "recoveryservices" not in path and any(
        f"{subscription.id.text.lower()}/" in path for subscription in subscriptions
    )


def whole(door: Door, fleet: Fleet) -> list[Row]:
    """The cost of the command as a process, against a program that only gets and decodes."""
    with TemporaryDirectory() as folder:
        work, report = Path(folder, "work.json"), Path(folder, "report.json")
        urls = [(url, call.name) for url, call in fleet.asked]
        work.write_bytes(msgspec.json.encode(Work(fleet.token, urls)))
        plain, scan = in_turns_of_processes(
            ("-m", "tests.bench.plain", str(work)), (*_scan(door), "-o", str(report))
        )
    return [
        Row("plain reader, whole process", plain, "s"),
        Row("scan with a JSON report, whole process", scan, "s"),
        Row("the same against the plain reader", scan / plain, "times", 2.5),
    ]


def smallest() -> list[Row]:
    """The cost of a scan of 20 VMs, against loading the libraries."""
    with opened(20) as behind:
        scan = _scan(behind.door)
        _start(*scan)
        libraries, smallest = in_turns_of_processes(("-c", _LIBRARIES), scan)
    return [
        Row("loading the Azure SDK, aiohttp, Typer and Rich", libraries, "s"),
        Row("the smallest scan", smallest, "s"),
        Row("the same against loading the libraries", smallest / libraries, "times", 2),
    ]


_LIBRARIES = """
import aiohttp, azure.identity.aio, azure.mgmt.compute.aio, azure.mgmt.network.aio
import azure.mgmt.recoveryservices.aio, azure.mgmt.recoveryservicesbackup.aio
import azure.mgmt.resource.locks.aio, azure.mgmt.resource.resources.aio
import azure.mgmt.resource.subscriptions.aio, msgspec, rich.console, typer
"""


def _scan(door: Door) -> tuple[str, ...]:
    return ("-m", "scanner", "scan", "--arm-endpoint", door.url, "--fail-on", "never")


async def _read(arm: Arm, subscription: Subscription) -> Snapshot:
    selection = Selection(Scope(), lambda _: None)
    details = JobDetails(arm, JobBudget())
    return await SubscriptionReader(arm, selection, details, lambda _: None).read(subscription)


def judging(fleet: Fleet) -> list[Row]:
    """The cost of joining and judging the VMs."""
    vms = [vm for snapshot in fleet.snapshots for vm in join(snapshot, NO_VAULTS, NO_PLANS)]
    joined = best(
        lambda: [list(join(snapshot, NO_VAULTS, NO_PLANS)) for snapshot in fleet.snapshots]
    )
    rows = _per_vm("joining", joined, len(vms), fleet.request, 2)
    for edition in ("2018-01", "current"):
        panel = make_questions(edition, ()).panel
        judged = best(partial(_judge_all, panel, vms), 5)
        rows += _per_vm(f"judging, edition {edition}", judged, len(vms), fleet.request, 2)
    return rows


def reaching(fleet: Fleet) -> list[Row]:
    """The cost of outbound reachability of 20,000 VMs on 400 subnets, and the memory of all
    service tags. Nothing is remembered from before."""
    facts = networks()
    seconds = _cpu_of(partial(judge_all, facts))
    name = "ways of 20,000 VMs on 400 subnets"
    return [
        Row(name, seconds, "s"),
        *_per_vm("the same", seconds, len(facts), fleet.request, 0.5),
        Row("memory of all service tags", _peak(load_every_tag) / 1e6, "MB", 40),
    ]


def _per_vm(what: str, seconds: float, vms: int, request: float, limit: float) -> list[Row]:
    return [
        Row(f"{what}, CPU per VM", seconds / vms * 1e6, "µs"),
        Row("the same", seconds / vms / request, "plain requests", limit),
    ]


def writing(fleet: Fleet, vms: int = 20_000) -> list[Row]:
    """The cost of writing a report of many VMs in every format, one after the other."""
    many = _of(fleet.report, vms)
    spent = {name: best(partial(write, many), 1) for name, write in WRITERS.items()}
    rows = [Row(f"writing {name}, {vms:,} VMs", time, "s") for name, time in spent.items()]
    total = sum(spent.values())
    return [
        *rows,
        Row(f"writing all formats, {vms:,} VMs", total, "s", 30),
        Row("size of the JSON report", len(WRITERS["json"](many)) / 1e6, "MB", 90),
        Row("size of the HTML page", len(WRITERS["html"](many)) / 1e6, "MB", 6),
        *_per_vm("writing all formats", total, vms, fleet.request, 8),
    ]


def holding(report: Report, vms: int = 2_000) -> list[Row]:
    """The memory of writing: a document against its size, ten parts of lines against one."""
    many = _of(report, vms)
    rows = []
    for name, write in WRITERS.items():
        size = len(write(many))
        rows.append(
            Row(f"memory of writing {name}, its size", _peak(partial(write, many)) / size, "times")
        )
    lines = Lines(replace(many, vms=()), lambda _: None)

    def take(subscriptions: int) -> None:
        for _ in range(subscriptions):
            lines.take(many.vms, many.finished_at)

    one, ten = _peak(partial(take, 1)), _peak(partial(take, 10))
    return [*rows, Row("memory of lines, ten subscriptions to one", ten / one, "times", 1.1)]


def _of(report: Report, vms: int) -> Report:
    """A report of this many VMs, by repeating the VMs of the report."""
    times = -(-vms // len(report.vms))
    return replace(report, vms=tuple(vm for vm in report.vms for _ in range(times))[:vms])


def _peak(work: Callable[[], object]) -> float:
    """The most bytes allocated at once, in addition to what was allocated before."""
    gc.collect()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _judge_all(panel: Panel, vms: Sequence[Vm]) -> None:
    for vm in vms:
        judge_vm(panel, vm, briefly=True)


def starting() -> list[Row]:
    """The cost of starting the command."""
    python = best(partial(_start, "-c", "pass"), 5)
    rows = [
        Row(f"start of {' '.join(words)}", best(partial(_start, "-m", "scanner", *words), 5), "s")
        for words in (("--help",), ("explain", "400196"))
    ]
    typer = best(partial(_start, "-c", "import typer.main"), 5)
    against = Row("start of --help", rows[0].measured / typer, "imports of Typer", 2.5)
    return [Row("start of Python alone", python, "s"), *rows, against]


def _start(*words: str) -> None:
    """Run Python with cached bytecode, like an installed program."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run([sys.executable, *words], check=True, capture_output=True, env=kept)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--vms", type=int, default=5000, help="about how many VMs")
    vms = parser.parse_args().vms
    spare_collector()
    holds = [_show(row) for row in _rows(vms)]
    return 0 if all(holds) else 1


def _rows(vms: int) -> Iterator[Row]:
    """All rows, one after the other."""
    with opened(vms) as behind:
        rows, fleet = asyncio.run(reading(behind))
        yield from (*rows, *whole(behind.door, fleet))
    yield from smallest()
    for measure in (judging, reaching, writing):
        yield from measure(fleet)
    yield from (*holding(fleet.report), *starting())
    yield from starmap(Row, chain(bundles(), plans(best), gates(best)))
    yield from starmap(Row, chain(against_the_limits(), by_workers()))


def _show(row: Row) -> bool:
    print(row, flush=True)
    return row.holds


if __name__ == "__main__":
    sys.exit(main())
