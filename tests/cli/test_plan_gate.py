"""What of a plan counts for the exit code: `--count`, waivers and gaps that are accepted."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from scanner.sim.world import World
from tests.support.bundles import record
from tests.support.command import run_here
from tests.support.plans import DATA, GROUP, SUBSCRIPTION, change, terraform

ALONE = f"{DATA / 'greenfield.json'}"
"""A plan that is judged alone: four causes apply to its VM, and no lock was read."""
LOCKS = f"/subscriptions/{SUBSCRIPTION}:locks"
APPLIES = (
    "backup-extension-not-loading",
    "extension-operations-disallowed",
    "ultra-or-premiumv2-needs-enhanced",
    "vault-region-or-subscription",
)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A VM that is backed up, and one that is not."""
    world = World()
    group = world.subscription("app", id=SUBSCRIPTION).group("rg-app")
    vault = group.vault("vault")
    vault.protect(group.vm("backed-up"), f"{vault.own_id}/backupPolicies/daily")
    group.vm("other")
    folder = tmp_path_factory.mktemp("bundle")
    assert record(world, folder).vms == 2
    return folder


def without_extensions(name: str, *, is_new: bool) -> dict[str, Any]:
    """A plan by which a VM allows no extensions."""
    after = {
        "name": name, "resource_group_name": "rg-app", "location": "westeurope",
        "size": "Standard_D2s_v5", "allow_extension_operations": False,
    }  # fmt: skip
    id_ = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/{name}"
    before = {**after, "id": id_, "allow_extension_operations": True}
    changed = change(
        "azurerm_linux_virtual_machine", "x", after if is_new else {**after, "id": id_},
        actions=("create",) if is_new else ("update",), before=None if is_new else before,
    )  # fmt: skip
    return terraform(changed)


@pytest.mark.parametrize(
    ("vm", "is_new", "words", "code"),
    [
        pytest.param("backed-up", False, (), 1, id="backed up"),
        pytest.param("other", False, (), 0, id="not backed up"),
        pytest.param("other", False, ("--count", "protected"), 0, id="protected alone"),
        pytest.param("other", False, ("--count", "all"), 1, id="all"),
        pytest.param("new", True, (), 1, id="created by the plan"),
    ],
)
def test_vms_that_count(
    vm: str, is_new: bool, words: tuple[str, ...], code: int, bundle: Path, tmp_path: Path
) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(without_extensions(vm, is_new=is_new)))
    assert run_here("plan", f"{file}", "--bundle", f"{bundle}", "-q", *words).code == code


def waiver(**keys: str) -> str:
    """A waiver of a month."""
    expires = date.today() + timedelta(30)  # noqa: DTZ011
    keys = {"scope": f"/subscriptions/{SUBSCRIPTION}", "reason": "r", "owner": "o", **keys}
    lines = (f'{name} = "{value}"' for name, value in keys.items())
    return "\n".join(("[[waiver]]", *lines, f"expires = {expires}\n"))


WAIVED = "".join(waiver(cause=cause) for cause in APPLIES)


@pytest.mark.parametrize(
    ("config", "words", "code"),
    [
        pytest.param("", (), 1, id="nothing is accepted"),
        pytest.param(waiver(cause=APPLIES[0]), (), 1, id="one cause is waived"),
        pytest.param(WAIVED, (), 3, id="all causes are waived"),
        pytest.param(WAIVED, ("--allow-incomplete", LOCKS), 0, id="the gap is accepted, too"),
        pytest.param(WAIVED + waiver(fact="locks"), (), 0, id="the gap is waived, too"),
        pytest.param("", ("--fail-on", "never"), 3, id="only the gap is left"),
        pytest.param(
            "", ("--fail-on", "never", "--allow-incomplete", LOCKS), 0, id="nothing is left"
        ),
        pytest.param("", ("--allow-incomplete", f"{LOCKS[:-5]}colour"), 2, id="no such fact"),
    ],
)
def test_what_is_accepted(config: str, words: tuple[str, ...], code: int, tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(config)
    ran = run_here("--config", f"{file}", "plan", ALONE, "-q", *words)
    assert ran.code == code, ran.err


def test_a_report_shows_what_is_waived(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(waiver(cause=APPLIES[0]))
    report = run_here("--config", f"{file}", "plan", ALONE, "-f", "json=-").json
    counts = {one["cause"]: one["counts"] for one in report["gate"]["findings"]}
    assert [cause for cause in APPLIES if not counts[cause]] == [APPLIES[0]]
    assert report["plan"]["effects"]["created"] == 6
