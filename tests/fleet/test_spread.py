"""Subscriptions that others read: the parts of a bundle give the report of one machine."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from scanner.arm.calls import HOLDINGS
from scanner.arm.limits import LIMITS
from scanner.cli.engine import Engine, parse_engine
from scanner.cli.worker import read_subscription
from scanner.errors import UsageError
from scanner.fleet.bundle.codec import expand
from scanner.fleet.bundle.url import UrlPath, folder_at
from scanner.fleet.spread import WorkLost
from scanner.fleet.work import Door, done_codec, work_codec
from scanner.report.write import WRITERS
from scanner.sim.arm import SimulatedArm
from scanner.sim.server import Door as Served
from tests.support.bundles import report_of
from tests.support.command import opened
from tests.support.fleets.small import fleet
from tests.support.spread import Here, alone, spread, timeless

TO_JSON = WRITERS["json"]


@pytest.fixture(scope="module")
def azure() -> SimulatedArm:
    return SimulatedArm(fleet())


@pytest.fixture(scope="module")
def served(azure: SimulatedArm) -> Iterator[Served]:
    with opened(azure) as door:
        yield door


@pytest.fixture(autouse=True)
def signed_in(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in served.environment.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def of_one_machine(served: Served) -> str:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in served.environment.items():
            patch.setenv(name, value)
        return timeless(TO_JSON(alone(served.url)))


@pytest.mark.parametrize("place", ["{folder}/night", "memory://container/night"])
def test_the_report_is_that_of_one_machine(
    served: Served, of_one_machine: str, place: str, tmp_path: Path
) -> None:
    folder = folder_at(place.format(folder=tmp_path))
    report = spread(served.url, folder, Here().submit)
    assert timeless(TO_JSON(report)) == of_one_machine
    assert TO_JSON(report_of(folder)) == TO_JSON(report)  # type: ignore[arg-type]


def test_a_worker_lives_longer_than_a_bundle(served: Served, tmp_path: Path) -> None:
    """What it has of one bundle is not in the next one, in the same place."""
    place = tmp_path / "night"
    reports = []
    for _ in range(2):
        reports.append(TO_JSON(spread(served.url, place, Here().submit)))
        place.rename(tmp_path / f"night-{len(reports)}")
    assert timeless(reports[0]) == timeless(reports[1])
    assert TO_JSON(report_of(tmp_path / "night-2")) == reports[1]


def test_work_names_its_folder_from_anywhere_and_holds_no_secret(
    served: Served, azure: SimulatedArm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Here()
    monkeypatch.chdir(tmp_path)
    spread(served.url, folder_at("night"), here.submit)
    secrets = [served.environment["AZURE_CLIENT_SECRET"], *azure.tokens]
    assert len(here.given) == 2
    for work in here.given:
        assert work_codec().unpack(work).place == str(tmp_path / "night")
        # What Dask sends: the function by its name, and the work.
        sent = pickle.dumps((read_subscription, work)) + expand(work)
        assert served.url.encode() in sent
        assert not [secret for secret in secrets if secret.encode() in sent]


def test_lost_work_costs_one_subscription_and_is_done_again(
    served: Served, azure: SimulatedArm, of_one_machine: str, tmp_path: Path
) -> None:
    here, lost = Here(), azure.world.subscriptions[0].id

    async def submit(name: str, work: bytes) -> bytes:
        if name == lost:
            raise WorkLost("One worker after the other died.")
        return await here.submit(name, work)

    report = spread(served.url, tmp_path, submit)
    assert [(gap.scope, gap.remedy) for gap in report.gaps] == [
        (lost, "One worker after the other died.")
    ]
    assert report.vms
    assert not [vm.vm.id for vm in report.vms if lost in vm.vm.id.text]
    again = Here()
    whole = spread(served.url, tmp_path, again.submit, resumes=True)
    assert len(again.given) == 1
    assert timeless(TO_JSON(whole)) == of_one_machine


def test_who_cannot_begin_says_why(served: Served, tmp_path: Path) -> None:
    here = Here()
    spread(served.url, tmp_path, here.submit)
    work = work_codec().unpack(here.given[0])
    nowhere = replace(work.door, cloud="nowhere", endpoint=None)
    older = replace(work.manifest, tool={"version": "0.0.1"})
    for changed, why in (
        (replace(work, door=nowhere), "A worker could not begin: "),
        (replace(work, manifest=older), "Install the same version"),
    ):
        done = done_codec().unpack(read_subscription(work_codec().pack(changed)))
        assert done.part.saved is None
        assert why in (done.part.failed or "")


def test_resource_graph_is_asked_once_for_all(
    served: Served, azure: SimulatedArm, tmp_path: Path
) -> None:
    empty = azure.world.subscription("empty")
    before = len(azure.log)
    try:
        report = spread(served.url, tmp_path, Here().submit, posts=(HOLDINGS,))
    finally:
        azure.world.subscriptions.remove(empty)
    assert any(note.endswith("restore points: empty") for note in report.notes)
    asked = [entry.path for entry in azure.log[before:]]
    assert asked.count("/providers/Microsoft.ResourceGraph/resources") == 1
    assert f"{empty.id}/resourcegroups" not in asked


DOOR = Door(None, None, None, LIMITS)


@pytest.mark.parametrize(
    ("text", "engine"),
    [
        ("local", None),
        ("dask", Engine(None, DOOR)),
        ("dask=tcp://scheduler:8786", Engine("tcp://scheduler:8786", DOOR)),
    ],
    ids=["this process", "own workers", "a scheduler"],
)
def test_engines(text: str, engine: Engine | None) -> None:
    assert parse_engine(text, DOOR) == engine


@pytest.mark.parametrize("text", ["", "spark", "dask=", "dask=scheduler", "local=tcp://x:1"])
def test_what_is_no_engine(text: str) -> None:
    with pytest.raises(UsageError, match="Give local, dask, or dask=tcp"):
        parse_engine(text, DOOR)


def test_a_limit_of_all_requests_is_of_one_process() -> None:
    door = replace(DOOR, limits=replace(LIMITS, max_calls=9))
    assert parse_engine("local", door) is None
    with pytest.raises(UsageError, match="--max-calls counts"):
        parse_engine("dask", door)


@pytest.mark.parametrize(("machines", "at_once"), [(1, 24), (5, 4), (100, 1)])
def test_what_counts_for_the_tenant_is_divided(machines: int, at_once: int) -> None:
    shared = LIMITS.shared_by(machines)
    assert shared.at_once == at_once
    assert replace(shared, at_once=LIMITS.at_once, bodies=LIMITS.bodies) == LIMITS


@pytest.mark.parametrize(
    ("text", "path"),
    [("night", "night"), ("/data/night", "/data/night"), ("file:///data/a%20b", "/data/a b")],
)
def test_a_folder_by_its_path(text: str, path: str) -> None:
    assert folder_at(text) == Path(path)


def test_a_folder_at_a_url_says_what_is_wrong() -> None:
    with pytest.raises(UsageError, match=r"URLs need a package|cannot be opened"):
        UrlPath("nothing://container").exists()
