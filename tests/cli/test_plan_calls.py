"""`--plan-calls` and `--max-calls`: how many requests a scope needs, and no more than that."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.sim.arm import SimulatedArm
from scanner.sim.faults import refuse
from tests.support.command import Command, assert_refused, command, opened
from tests.support.fleets.small import fleet

SENT = {
    "subscriptions",
    "resource groups",
    "virtual machines",
    "classic virtual machines",
    "run-time status",
    "restore point collections",
    "vaults",
    "protected items",
}


@pytest.fixture(scope="module")
def azure() -> SimulatedArm:
    return SimulatedArm(fleet())


@pytest.fixture(scope="module")
def run(azure: SimulatedArm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    with opened(azure) as door:
        yield command(door, tmp_path_factory.mktemp("plans"))


def kinds_in(out: str) -> dict[str, int]:
    """The lines of a plan: requests by the name of their kind."""
    lines = re.findall(r"^ +([\d,]+)  (.+?)(?:  +sent .*)?$", out, re.MULTILINE)
    return {name: int(number.replace(",", "")) for number, name in lines}


def arm_requests(azure: SimulatedArm) -> int:
    """The requests so far that are neither of the sign-in nor of the endpoint's metadata."""
    return sum(request.authorized for request in azure.log)


def test_the_plan_is_what_collecting_asks(run: Command, azure: SimulatedArm) -> None:
    before = arm_requests(azure)
    ran = run.here("collect", "--plan-calls", "--arm-endpoint", run.url)
    assert ran.code == 0, ran.err
    planned = kinds_in(ran.out)
    sent = sum(planned[kind] for kind in SENT)
    assert arm_requests(azure) - before == sent
    assert ran.last == (
        f"exit 0: a scan needs at least {sum(planned.values())} requests;"
        f" {sent} were sent to plan them"
    )
    assert "A scan of 6 VMs in 2 subscriptions" in ran.out
    assert "Least time by the documented limits: 0 s" in ran.out
    before = arm_requests(azure)
    assert run.here("collect", "-o", "night", "--arm-endpoint", run.url).code == 0
    assert arm_requests(azure) - before == sum(planned.values())
    assert json.loads((run.folder / "night" / "manifest.json").read_text())["calls"] == planned


def test_a_plan_is_of_the_scope_and_judges_nothing(run: Command) -> None:
    whole, part = (kinds_in(run.scan_here("--plan-calls", *of).out) for of in ((), ("-s", "prod")))
    assert part["disks"] == 1 < whole["disks"]
    # A vault may be in any subscription that the identity sees.
    assert part["vaults"] == whole["vaults"] == 3


def test_what_a_plan_cannot_list_is_a_gap(tmp_path: Path) -> None:
    world = fleet()
    refuse(world.subscriptions[0], "statuses")
    with opened(SimulatedArm(world)) as door:
        ran = command(door, tmp_path).scan_here("--plan-calls")
    assert ran.code == 3
    assert "Not read: run-time status of /subscriptions/" in ran.out
    assert ran.last.endswith("; 1 thing could not be read")


def test_a_plan_beyond_the_limit_is_refused(run: Command) -> None:
    ran = run.scan_here("--plan-calls", "--max-calls", "20")
    assert ran.code == 2
    assert ran.last.endswith("requests, and --max-calls allows 20")


def test_no_more_requests_are_sent_than_allowed(run: Command, azure: SimulatedArm) -> None:
    before = arm_requests(azure)
    ran = run.scan_here("--max-calls", "20", "--fail-on", "never", "-f", "json=-")
    assert ran.code == 3
    assert arm_requests(azure) - before == 20
    gaps = [gap for gap in ran.json["gaps"] if "--max-calls 20" in gap["remedy"]]
    assert {gap["reason"] for gap in gaps} == {"failed"}
    assert all("Raise it, then scan again." in gap["remedy"] for gap in gaps)


def test_a_scope_too_large_by_its_subscriptions_is_not_begun(
    run: Command, azure: SimulatedArm
) -> None:
    before = arm_requests(azure)
    ran = run.scan_here("--max-calls", "9")
    assert ran.code == 2
    assert "2 subscriptions and the vaults need at least 10 requests" in ran.last
    assert arm_requests(azure) - before == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(("scan", "--bundle", "b"), "--plan-calls says how Azure is read", id="bundle"),
        pytest.param(("scan", "--resume", "b"), "counts the calls of a whole scan", id="resumed"),
    ],
)
def test_a_plan_is_of_a_whole_scan(run: Command, arguments: tuple[str, ...], says: str) -> None:
    assert_refused(run.here(*arguments, "--plan-calls"), says)
