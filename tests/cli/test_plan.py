"""`backupscan plan`: what a plan does to the simulated fleet, through the installed command."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from scanner.cli.questions import make_questions
from scanner.cli.run_plan import PlanQuestions, judge_plan
from scanner.fleet.bundle.reader import open_bundle
from scanner.fleet.bundle.source import BundleSource
from scanner.fleet.world import BUNDLE, judge, read_world
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, require
from scanner.inventory.scope import Names, Scope
from scanner.inventory.vm import Vm
from scanner.judging.engine import judge_vm
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.panel import Panel
from scanner.judging.verdict import CauseVerdict
from scanner.plan.read import read_plan
from scanner.plan.vaults import vaults_named
from scanner.report.planned import effects_of
from scanner.sim.arm import SimulatedArm
from scanner.sim.demo import grow
from scanner.sim.world import World
from tests.support.bundles import record
from tests.support.command import Command, assert_refused, command, opened, run_here
from tests.support.forks import Ran
from tests.support.plans import DATA, SUBSCRIPTION, change, terraform

PLANS = Path(__file__).parents[2] / "examples" / "plans"
BREAK, CURE = f"{PLANS / 'break.json'}", f"{PLANS / 'cure.json'}"
ENDINGS = ("json", "html", "md", "csv", "sarif", "xml", "prom", "jsonl", "sh", "ps1")
SECRETS = ("Plan-Time-Secret", "simulated-secret")
ERP = {"erp-03", "erp-06", "erp-09", "erp-12"}
VM = {
    "name": "vm", "resource_group_name": "rg-app", "location": "westeurope",
    "size": "Standard_D2s_v5", "os_disk": [{"disk_size_gb": 64}],
}  # fmt: skip
LEGACY = {"legacy-001", "legacy-002", "legacy-003", "legacy-004"}


@pytest.fixture(scope="module")
def azure() -> SimulatedArm:
    return SimulatedArm(grow(1, 200, datetime.now(UTC)))


@pytest.fixture(scope="module")
def night(azure: SimulatedArm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of the fleet."""
    folder = tmp_path_factory.mktemp("night")
    assert record(azure.world, folder, azure=azure).vms == 214
    return folder


def over(bundle: Path, *arguments: str) -> Ran:
    """The command with a bundle for what lives."""
    return run_here("plan", *arguments, "--bundle", f"{bundle}")


@pytest.fixture(scope="module")
def broken(night: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    """What the example writes in every format, in a pipeline of GitHub."""
    folder = tmp_path_factory.mktemp("broken")
    ready = Command({"HOME": f"{folder}", "GITHUB_ACTIONS": "true"}, folder, "")
    outputs = [word for ending in ENDINGS for word in ("-o", f"r.{ending}")]
    ran = ready.here(
        "plan", BREAK, "--bundle", f"{night}", "--source", f"{PLANS}",
        "-f", "fixes=r.fixes", *outputs,
    )  # fmt: skip
    return folder, ran


def effects(report: Any) -> dict[tuple[str, str], set[str]]:
    """The VMs by what a plan does, cause and verdict."""
    found: dict[tuple[str, str], set[str]] = {}
    for vm in report["vms"]:
        for cause in vm["causes"]:
            if "planned" in cause:
                key = (f"{cause['cause']} {cause['verdict']}", cause["planned"]["what"])
                found.setdefault(key, set()).add(vm["name"])
    return found


def test_what_the_example_breaks(broken: tuple[Path, Ran]) -> None:
    folder, ran = broken
    assert ran.code == 1
    assert effects(json.loads((folder / "r.json").read_text())) == {
        ("restore-point-cleanup-blocked-by-lock possible", "created"): {"erp-01", *ERP},
        ("backup-extension-not-loading applies", "created"): {"sql-003"},
        ("extension-operations-disallowed applies", "created"): {"sql-003"},
        ("disk-size-unsupported possible", "created"): {"sql-002"},
        ("ultra-or-premiumv2-needs-enhanced applies", "created"): {"sql-002"},
        ("vault-region-or-subscription applies", "created"): {"erp-01"},
        ("unsupported-agent-needs-storage-egress applies", "worsened"): LEGACY,
    }


def test_the_reviewer_reads_one_sentence_first(broken: tuple[Path, Ran]) -> None:
    folder, ran = broken
    sentence = (
        "This plan creates 10 causes of backup failure on 7 VMs (4 apply, 6 possible)"
        " and worsens 4 causes of backup failure on 4 VMs (4 apply)."
    )
    assert (
        (folder / "r.md").read_text().startswith(f"**{sentence.replace('(', chr(92) + '(')}"[:30])
    )
    assert sentence in " ".join(ran.out.split())
    assert sentence in (folder / "r.html").read_text()
    assert json.loads((folder / "r.json").read_text())["plan"]["sentence"] == sentence


def test_the_remedy_is_for_the_configuration_and_not_for_what_lives(
    broken: tuple[Path, Ran],
) -> None:
    folder, ran = broken
    report = json.loads((folder / "r.json").read_text())
    remedies = {
        cause["cause"]: cause["findings"][0]["remedy"]
        for vm in report["vms"]
        for cause in vm["causes"]
        if vm["name"] == "sql-003" and cause["verdict"] == "applies"
    }
    assert "allow_extension_operations = true" in remedies["backup-extension-not-loading"]
    assert "allow_extension_operations" not in remedies["windows-agent-unresponsive"]
    assert "Leave the lock out" in " ".join(ran.out.split())
    assert "az vm update" not in ran.out


def test_the_decision_is_on_what_is_new_or_worse(broken: tuple[Path, Ran]) -> None:
    folder, ran = broken
    gate = json.loads((folder / "r.json").read_text())["gate"]
    counting = [one["change"] for one in gate["findings"] if one["counts"]]
    assert (gate["exit"], gate["passed"], gate["new_only"]) == (1, False, True)
    assert sorted(counting) == ["new"] * 4 + ["worse"] * 4
    assert (gate["counts"], gate["new"]) == (8, 14)
    text = (folder / "r.md").read_text()
    assert "compared with the VMs before the plan is applied" in text
    marks = [line.split("**")[2].split(" `")[0] for line in text.splitlines() if "- **c" in line]
    assert sorted({mark.replace("\\", "") for mark in marks}) == [
        ", counts:", ", does not count: below the threshold:",
    ]  # fmt: skip
    assert text.index("does not count\\: below") > text.rindex("**worsened**, counts:")
    assert ran.err.count("::error") == 5


def test_annotations_are_on_the_changed_line(broken: tuple[Path, Ran]) -> None:
    folder, ran = broken
    lines = (PLANS / "main.tf").read_text().splitlines()
    number = lines.index('resource "azurerm_windows_virtual_machine" "sql" {') + 1
    assert f"::error file=main.tf,line={number},title=sql-003%3A" in ran.err
    places = [
        result["locations"][0]["physicalLocation"]
        for run in json.loads((folder / "r.sarif").read_text())["runs"]
        for result in run["results"]
        if result.get("baselineState") == "new"  # A note has none: it is no finding.
    ]
    assert {place["artifactLocation"]["uri"] for place in places} == {"main.tf"}
    assert number in {place["region"]["startLine"] for place in places}


def test_no_secret_of_a_plan_is_in_any_output(broken: tuple[Path, Ran]) -> None:
    folder, ran = broken
    texts = [ran.out, ran.err, *(path.read_text() for path in folder.iterdir())]
    assert len(texts) == len(ENDINGS) + 3
    for name in ("greenfield.json", "azapi.json"):
        alone = run_here("plan", f"{DATA / name}", "-f", "json=-", "--evidence", "all")
        assert "Plan-Time-Secret" in (DATA / name).read_text()
        texts += [alone.out, alone.err]
    assert not [text for text in texts for secret in SECRETS if secret in text]


@pytest.mark.long
def test_a_bug_in_judging_one_vm_is_a_gap(night: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def judged(panel: Panel, vm: Vm) -> tuple[CauseVerdict, ...]:
        if vm.name == "erp-01":
            raise RuntimeError("boom")
        return judge_vm(panel, vm)

    monkeypatch.setattr("scanner.fleet.world.judge_vm", judged)
    ran = over(night, BREAK, "--fail-on", "never", "-f", "json=-")
    assert ran.code == 3
    assert "erp-01" not in {vm["name"] for vm in ran.json["vms"]}
    [gap] = [gap for gap in ran.json["gaps"] if gap["scope"].endswith("/erp-01")]
    assert "RuntimeError: boom" in gap["remedy"]


def test_the_older_edition(night: Path) -> None:
    words = (BREAK, "--edition", "2018-01", "-f", "json=-")
    ran = over(night, *words)
    found = effects(ran.json)
    assert found["disk-size-unsupported applies", "created"] == {"sql-002"}
    assert len(found["vm-no-internet-access applies", "created"]) == 46
    assert found["restore-point-cleanup-blocked-by-lock possible", "created"] == ERP
    cured = over(night, CURE, "--edition", "2018-01", "-f", "json=-").json
    assert cured["plan"]["effects"]["cured"] == 20


@pytest.mark.parametrize(
    ("plan", "edition"),
    [
        (BREAK, "current"),
        pytest.param(BREAK, "2018-01", marks=pytest.mark.long),
        pytest.param(CURE, "current", marks=pytest.mark.long),
        pytest.param(CURE, "2018-01", marks=pytest.mark.long),
    ],
)
def test_vms_that_are_not_judged_would_keep_their_verdicts(
    night: Path, plan: str, edition: str
) -> None:
    """The whole fleet judged before and after gives what the few VMs give."""
    contents = read_plan(Path(plan).read_bytes())
    source = BundleSource(
        open_bundle(night, salvage=False), Scope(), policies_of=vaults_named(contents).__contains__
    )
    read = asyncio.run(read_world(source, Names(), contents.subscriptions, BUNDLE))
    asked = PlanQuestions(*(make_questions(edition, (), planning=is_so) for is_so in (True, False)))
    found = judge_plan(contents, read, asked, is_live=True)
    old, new = found.world.before.vms(), found.world.after.vms()
    own = [id_ for id_, vm in new.items() if found.world.changes_vm(id_) or is_to_come(vm)]
    parts = ((asked.planning, own), (asked.scan, [id_ for id_ in new if id_ not in own]))

    def all_of(vms: Mapping[ArmId, Vm]) -> list[JudgedVm]:
        return [
            require(vm)
            for questions, ids in parts
            for vm in judge([vms[i] for i in ids if i in vms], questions, found.world.explained)
        ]

    effects = effects_of(all_of(old), all_of(new), found.world.origins, found.world.naming)
    assert {*effects} == {*found.result.effects}
    assert effects


def is_to_come(vm: Vm) -> bool:
    """True if the VM waits for its first backup, or may do so."""
    protection = vm.seen["protection"]
    return isinstance(protection, Gap) or protection.state == "pending"


def test_several_plans_are_one_change(night: Path, tmp_path: Path) -> None:
    """One cures, the other deletes a VM that is backed up."""
    sql = json.loads(Path(BREAK).read_text())["resource_changes"][-1]["change"]["before"]["id"]
    vm = "azurerm_windows_virtual_machine"
    file = tmp_path / "delete.json"
    gone = change(vm, "x", None, actions=["delete"], before={"id": sql})
    file.write_text(json.dumps(terraform(gone)))
    ran = over(night, CURE, f"{file}", "-f", "json=-")
    report = ran.json
    before = [
        cause["planned"]["before"]
        for vm in report["vms"]
        for cause in vm["causes"]
        if "planned" in cause
    ]
    assert ran.code == 0
    assert report["plan"]["effects"]["cured"] == 20
    assert [past["change"] for past in report["gate"]["past"]] == ["fixed"] * 20
    assert (before.count("applies"), before.count("possible")) == (10, 10)
    [loss] = report["plan"]["losses"]
    assert "deleted while the vault vault-fleet protects it" in loss["message"]
    assert loss["by"] == {"address": f"{vm}.x"}
    assert "sql-003" not in {vm["name"] for vm in report["vms"]}


@pytest.mark.long
def test_a_bundle_is_as_good_as_what_lives(
    night: Path, azure: SimulatedArm, tmp_path: Path
) -> None:
    with opened(azure) as door:
        ready = command(door, tmp_path)
        live = ready.here("plan", BREAK, "--live", "--arm-endpoint", ready.url, "-f", "json=-")
    saved, again = (over(night, BREAK, "-f", "json=-") for _ in "12")
    assert (saved.code, saved.out) == (1, again.out)
    assert effects(saved.json) == effects(live.json)


def test_the_first_vm_of_a_subscription(tmp_path: Path) -> None:
    """What is around it is read with `--live`. A bundle does not have it, and says so."""
    world = World()
    group = world.subscription("landing", id=SUBSCRIPTION).group("rg-app")
    group.subscription.lock("keep", on=group.subscription.id)
    file = tmp_path / "first.json"
    file.write_text(json.dumps(terraform(change("azurerm_linux_virtual_machine", "x", VM))))
    with opened(SimulatedArm(world)) as door:
        ready = command(door, tmp_path)
        ready.here("collect", "-o", "night", "--arm-endpoint", ready.url)
        words = ("plan", f"{file}", "-f", "json=-")
        live = ready.here(*words, "--live", "--arm-endpoint", ready.url)
    saved = ready.here(*words, "--bundle", "night")
    cause = "restore-point-cleanup-blocked-by-lock"
    found = [
        (entry["verdict"], entry.get("reason"))
        for ran in (live, saved)
        for vm in ran.json["vms"]
        for entry in vm["causes"]
        if entry["cause"] == cause
    ]
    assert found == [("possible", None), ("unknown", "failed")]
    assert (live.code, saved.code) == (0, 3)


def test_what_a_bundle_lacks_is_a_gap(night: Path, tmp_path: Path) -> None:
    """A plan of another subscription, and a bundle with a damaged file."""
    other = tmp_path / "other.json"
    other.write_text((DATA / "greenfield.json").read_text().replace(SUBSCRIPTION, "1" * 8))
    ran = over(night, f"{other}", "-f", "json=-")
    assert ran.code == 1
    assert BUNDLE.remedy in {gap["remedy"] for gap in ran.json["gaps"]}
    damaged = Path(copytree(night, tmp_path / "damaged"))
    for part in damaged.glob("0*.msgpack.zst"):
        part.write_bytes(b"")
    words = ("plan", BREAK, "--bundle", f"{damaged}")
    assert_refused(run_here(*words), "cannot be used")
    salvaged = run_here(*words, "--salvage", "--fail-on", "never")
    assert salvaged.code == 3


def test_one_place_to_read(night: Path) -> None:
    assert_refused(run_here("plan", BREAK, "--live", "--bundle", f"{night}"), "exclude each other")
    words = ("plan", BREAK, "--bundle", f"{night}")
    assert_refused(run_here(*words, "--cloud", "china"), "a bundle was read")
    assert_refused(run_here(*words, "-s", "nowhere"), "in the bundle")
    assert_refused(run_here("plan", BREAK, "-s", "nowhere"), "Give its GUID, or --live")
    assert_refused(run_here("plan", BREAK, "--cloud", "china"), "nothing is read")


def test_an_extension_of_a_vm_that_lives_has_no_state_yet(night: Path, tmp_path: Path) -> None:
    sql = json.loads(Path(BREAK).read_text())["resource_changes"][-1]["change"]["before"]["id"]
    after = {
        "name": "monitor", "virtual_machine_id": sql.replace("sql-003", "sql-06"),
        "publisher": "Microsoft.Azure.Monitor", "type": "AzureMonitorWindowsAgent",
    }  # fmt: skip
    file = tmp_path / "extension.json"
    file.write_text(json.dumps(terraform(change("azurerm_virtual_machine_extension", "x", after))))
    ran = over(night, f"{file}", "-f", "json=-")
    [vm] = ran.json["vms"]
    reasons = {cause["cause"]: cause.get("reason") for cause in vm["causes"]}
    assert ran.code == 0
    assert reasons["extension-in-failed-state"] == "after-apply"


def test_a_plan_that_is_piped_in() -> None:
    piped = run_here("plan", "-", "-f", "md=-", piped=(DATA / "greenfield.json").read_bytes())
    assert piped.code == 1
    assert "`azurerm_linux_virtual_machine.vm1`" in piped.out
    assert_refused(run_here("plan", "-", "-"), "named twice")
    assert_refused(run_here("plan", "-"), "the standard input is no plan: it is empty")


def test_a_plan_of_other_things_ends_with_0_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    storage = change("azurerm_storage_account", "x", {"name": "s", "resource_group_name": "g"})
    file.write_text(json.dumps(terraform(storage)))
    ran = run_here("plan", f"{file}")
    assert ran.code == 0
    assert "changes 1 resource, and nothing of the backup of any VM" in ran.out


@pytest.mark.parametrize(
    ("name", "words", "code"),
    [
        pytest.param("greenfield.json", (), 1, id="a cause applies"),
        pytest.param("greenfield.json", ("--fail-on", "never"), 3, id="nobody read what lives"),
        pytest.param("targeted-incomplete.json", (), 0, id="nothing of backup"),
        pytest.param("what-if-unevaluated.json", (), 3, id="what-if did not analyse all"),
    ],
)
def test_exit_codes_without_what_lives(name: str, words: tuple[str, ...], code: int) -> None:
    assert run_here("plan", f"{DATA / name}", *words).code == code


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("not-a-plan.planfile", "terraform show -json"),
        ("not-a-plan.terraform-plan-json.log", "terraform show -json"),
        ("SOURCES.md", "terraform show -json"),
        ("missing.json", "cannot be read"),
    ],
)
def test_other_files_are_refused_in_one_line(name: str, says: str) -> None:
    assert_refused(run_here("plan", f"{DATA / name}"), says)


@pytest.mark.parametrize("name", ["ready", "enable"])
def test_formats_of_vms_that_live(name: str) -> None:
    """A VM that a plan creates is not ready before it is there, and the plan itself protects it."""
    words = ("plan", f"{DATA / 'greenfield.json'}", "-f", f"{name}=-")
    assert_refused(run_here(*words), f"there is no format '{name}'. Choose one of")
    assert (
        name not in run_here("plan", "--help").out.partition("--format")[2].partition("FILE -")[0]
    )
