"""Rows of the table of faults: what is broken, and the bounds that a scan keeps to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trustme
from msgspec.structs import replace

from scanner.arm.limits import LIMITS
from scanner.gate.decide import decide
from scanner.gate.policy import Policy
from scanner.report.formats.json_v1 import to_json
from scanner.sim.arm import SimulatedArm
from scanner.sim.server import Door
from scanner.sim.world import Subscription, World
from tests.support.command import command, opened
from tests.support.fleets.four_pages import SIZES, azure, fleet
from tests.support.forks import Ran, run_fork
from tests.support.scans import scan_now

SCALE = 20.0
"""What all time limits are divided by."""
SLACK = 3.0
"""How many times as long as the undisturbed scan a scan may take, apart from waiting."""
FAULTLESS = 30.0
"""Seconds that the undisturbed scan takes on a busy machine."""
SIGN_IN = 2
"""Requests for a token and where to get it, which a scan in this process does not send."""
MEBIBYTES = 300.0
"""What a scan of a small fleet may take, whatever it is answered."""
_BADNESS = ("missing", "not-applicable", "clear", "possible", "applies", "unknown")
Verdicts = Mapping[str, Mapping[str, str]]
"""Verdicts by VM id in lower case, then by cause."""


@dataclass(frozen=True)
class Site:
    """What a row breaks."""

    arm: SimulatedArm
    foreign: str
    """The URL of another host, which is to get no token."""

    @property
    def world(self) -> World:
        return self.arm.world

    @property
    def alpha(self) -> Subscription:
        """The largest of three subscriptions."""
        return self.world.subscriptions[0]

    @property
    def beta(self) -> Subscription:
        return self.world.subscriptions[1]


@dataclass(frozen=True)
class Expected:
    """What the report says in spite of a fault."""

    codes: frozenset[int]
    hit: frozenset[str] = frozenset()
    """Subscriptions that may miss VMs and have unknown verdicts, by name."""


AS_EVER = Expected(frozenset({0}))
"""Everything is as if nothing had happened."""
REFUSED = Expected(frozenset({2}))
"""Nothing was scanned, and the last line says why."""


def lost(*hit: str) -> Expected:
    """Something of these subscriptions was not read, and the report says so."""
    return Expected(frozenset({3}), frozenset(hit))


ALPHA = lost("alpha")
EVERYWHERE = lost("alpha", "beta", "gamma")
MAYBE_ALPHA = Expected(frozenset({0, 3}), frozenset({"alpha"}))
"""What was hit is judged as ever, or the report says that it was not read."""
ALL = sum(SIZES.values())
"""The VMs of the fleet."""
ELSEWHERE = ALL - SIZES["alpha"]
"""VMs of the other subscriptions."""


@dataclass(frozen=True)
class Row:
    """A fault and its bounds."""

    name: str
    plant: Callable[[Site], object]
    expected: Expected
    seconds: float = 60.0
    """How long a scan with undivided limits may wait for what does not come."""
    more_requests: int | None = None
    """The most requests beyond those of the undisturbed scan."""
    tokens: int = 1
    mebibytes: float = MEBIBYTES
    judged: int = 0
    """The least number of VMs that are judged."""
    says: Sequence[str] = ()
    """Words on stderr or in a gap."""
    arm: Mapping[str, Any] = field(default_factory=dict)
    """Options of the simulated ARM."""
    limits: Mapping[str, float] = field(default_factory=dict)
    """Limits of the row, in place of the divided ones."""
    on_wire: bool = True
    """False if only the status and the text of answers are changed, which takes no sockets."""


Said = partial(Row, on_wire=False)
"""A fault in what answers say."""


def table(*rows: Row, long: Collection[str] = ()) -> pytest.MarkDecorator:
    """Runs a test once for every row. Rows in `long` are like others but for a value or a route."""
    assert set(long) <= {row.name for row in rows}
    marks = {row.name: (pytest.mark.long,) if row.name in long else () for row in rows}
    cases = [pytest.param(row, id=row.name, marks=marks[row.name]) for row in rows]
    return pytest.mark.parametrize("row", cases)


@dataclass(frozen=True)
class Bench:
    """What all rows share."""

    authority: trustme.CA
    foreign: Door
    foreign_arm: SimulatedArm
    truth: Verdicts
    seconds: float
    """What the undisturbed scan took."""
    requests: int
    """What the undisturbed scan sent."""

    def scan(self, row: Row, folder: Path) -> None:
        """Scan a fleet with the fault of a row. Fails unless the row's bounds are kept.

        A row has two chances: a busy machine may miss the divided limits. One that is not about
        the wire is scanned in this process, on a simulated clock.
        """
        if not row.on_wire:
            self._scan_here(row)
            return
        with suppress(AssertionError):
            self._scan_once(row, folder)
            return
        self._scan_once(row, folder)

    def _scan_here(self, row: Row) -> None:
        arm = azure(fleet(), **row.arm)
        row.plant(Site(arm, self.foreign.url))
        ended = scan_in_process(arm, row.limits)
        check_bounds(row, ended, arm, self.requests - SIGN_IN)
        check_report(row, ended, arm.world, self.truth)

    def _scan_once(self, row: Row, folder: Path) -> None:
        most = row.seconds / SCALE + SLACK * self.seconds + 1
        arm, ended = self._scan_within(row, folder, most)
        assert ended.seconds < most, "it did not end in time"
        check_bounds(row, ended, arm, self.requests)
        check_foreign_host(self.foreign_arm)
        if ended.code == 2:
            assert ended.out == ""
        else:
            check_report(row, ended, arm.world, self.truth)

    def _scan_within(self, row: Row, folder: Path, seconds: float) -> tuple[SimulatedArm, Ran]:
        """Scan a new fleet with the fault of a row. After these seconds the scan is ended."""
        arm = azure(fleet(), **row.arm)
        row.plant(Site(arm, self.foreign.url))
        self.foreign_arm.log.clear()
        return arm, run_scan(arm, self.authority, folder, seconds + 1, row.limits)


def run_scan(
    arm: SimulatedArm,
    authority: trustme.CA,
    folder: Path,
    seconds: float,
    limits: Mapping[str, float] | None = None,
) -> Ran:
    """A scan that any finding passes, so that the exit code says if all was read.

    It is ended after this many seconds.
    """
    with opened(arm, authority) as door:
        return run_fork(
            ("scan", "-f", "json=-", "--arm-endpoint", door.url, "--fail-on", "never"),
            command(door, folder).environment,
            folder,
            seconds=seconds,
            divided=SCALE,
            limits=limits,
        )


def scan_in_process(arm: SimulatedArm, limits: Mapping[str, float]) -> Ran:
    """A scan that any finding passes, as `run_scan` but for the process and the wire."""
    report = scan_now(arm.world, azure=arm, limits=replace(LIMITS, **limits)).report
    decision = decide(report, Policy(fail_on="never"))
    last = f"exit {decision.code.value}: {decision.why}"
    return Ran(decision.code.value, to_json(report).decode(), last)


def verdicts_of(report: Any) -> Verdicts:
    """The verdicts of a JSON report."""
    return {
        vm["id"].lower(): {cause["cause"]: cause["verdict"] for cause in vm["causes"]}
        for vm in report["vms"]
    }


def check_bounds(row: Row, ended: Ran, arm: SimulatedArm, undisturbed: int) -> None:
    """Fail unless memory, requests, tokens, exit code and words are within bounds.

    ``undisturbed`` is the number of requests that the scan sends without a fault.
    """
    assert ended.code in row.expected.codes, f"exit {ended.code}: {ended.err[-600:]}"
    assert "Traceback" not in ended.err
    assert ended.last.startswith(f"exit {ended.code}: "), ended.err[-600:]
    assert ended.mebibytes < row.mebibytes
    tokens = [entry for entry in arm.log if entry.method == "POST"]
    assert all(entry.path.endswith("/token") for entry in tokens), "something was written"
    assert len(tokens) <= row.tokens
    if row.more_requests is not None:
        assert len(arm.log) <= undisturbed + row.more_requests
    printed = f"{ended.err}\n{ended.json['gaps'] if ended.out else ''}"
    assert [words for words in row.says if words not in printed] == [], printed[-2000:]


def check_foreign_host(foreign: SimulatedArm) -> None:
    """Fail if another host got a token, or the secret in the body of a POST."""
    sent = [entry for entry in foreign.log if entry.authorized or entry.method != "GET"]
    assert sent == []


def check_report(row: Row, ended: Ran, world: World, truth: Verdicts) -> None:
    """Fail if a VM is lost without a gap, or a verdict is better than the truth."""
    report = ended.json
    found = check_nothing_lost(report, world)
    assert len(found) >= row.judged
    hit = {vm.id.lower() for s in world.subscriptions if s.name in row.expected.hit for vm in s.vms}
    lost = set(truth) - set(found) - hit
    assert not lost, f"they were not hit, and are lost: {lost}"
    for vm, verdicts in found.items():
        differing = {
            cause: (verdict, verdicts.get(cause, "missing"))
            for cause, verdict in truth[vm].items()
            if verdicts.get(cause) != verdict
        }
        better = {cause: pair for cause, pair in differing.items() if is_better(*pair)}
        assert not better, f"{vm} looks better than it is: {better}"
        assert vm in hit or not differing, f"{vm} was not hit: {differing}"
    if len(row.expected.codes) == 1:
        assert bool(report["gaps"]) == bool(hit)


def check_nothing_lost(report: Any, world: World) -> Verdicts:
    """The verdicts of a JSON report. Fails if a VM is neither judged nor in a gap."""
    found = verdicts_of(report)
    assert len(found) == len(report["vms"]), "a VM is in the report twice"
    check_all_accounted(world, set(found), {gap["scope"].lower() for gap in report["gaps"]})
    return found


def check_all_accounted(world: World, judged: Set[str], unread: Set[str]) -> None:
    """Fail if a VM is neither judged nor unread, or what is judged is no VM.

    `unread` are the scopes of the gaps. All ids are in lower case.
    """
    known = {vm.id.lower(): vm.group.subscription.id.lower() for vm in world.vms}
    assert judged <= known.keys(), "the report holds what is no VM"
    lost = [
        vm
        for vm, subscription in known.items()
        if vm not in judged and not unread & {vm, subscription}
    ]
    assert not lost, f"they are lost without a gap: {lost[:5]}"


def is_better(verdict: str, found: str) -> bool:
    """True if what was found is better than the true verdict, or is not there."""
    return _BADNESS.index(found) < _BADNESS.index(verdict)
