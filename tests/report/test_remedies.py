"""A remedy works where it is printed: by the guest of the VM and by the state of its backup."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from typing import Any

import pytest

from scanner.catalogue import load, read
from scanner.inventory.facts.backup import State
from scanner.inventory.facts.extensions import Image
from scanner.inventory.facts.machine import GuestSystem
from scanner.inventory.gap import Reason
from scanner.report.formats.csv_rows import to_csv
from scanner.report.formats.html import to_html
from scanner.report.formats.json_v1 import to_json
from scanner.report.formats.markdown import to_markdown
from scanner.report.formats.sarif import to_sarif
from scanner.report.formats.scripts import to_json as fixes_json
from scanner.report.formats.scripts import to_powershell, to_shell
from scanner.report.remedies import remedy_of
from scanner.report.report import Report
from scanner.sim.patches import ABSENT
from scanner.sim.shapes import ready_agent
from tests.support.facts import ITEM, VAULT, agent, gap, idle_item, image, source
from tests.support.prechecks import Place
from tests.support.reports import machine, printed, report
from tests.support.scans import scan_now

OLD = agent("2.2.1")
CAUSE = "linux-agent-outdated"


def guest(name: str | None, version: str | None = None) -> GuestSystem:
    return GuestSystem(name, source(), version)


def made_of(offer: str | None, sku: str | None) -> Image:
    return Image("publisher" if offer else None, offer, sku, source())


def outdated(**facts: Any) -> Report:
    return report([machine("one", agent=OLD, **facts)])


MANAGERS = ("apt-get", "zypper", "tdnf", " dnf", "yum")
NOTHING = {"guest": gap("guest", Reason.NOT_RUNNING), "image": image(None, None)}
GUESTS: dict[str, tuple[dict[str, Any], str]] = {
    "SLES 15 for SAP, the image alone":
        ({**NOTHING, "image": made_of("sles-sap-15-sp5", "gen2")}, "zypper"),
    "Azure Linux 3": ({"guest": guest("azurelinux", "3.0")}, "tdnf"),
    "Mariner, the image alone":
        ({**NOTHING, "image": made_of("cbl-mariner", "cbl-mariner-2-gen2")}, "tdnf"),
    "RHEL 9": ({"guest": guest("redhat", "9.4"), "image": made_of("RHEL", "9_4")}, "dnf"),
    "RHEL 7": ({"guest": guest("redhat", "7.9"), "image": made_of("RHEL", "79-gen2")}, "yum"),
    "RHEL 7 upgraded to 8":
        ({"guest": guest("rhel", "8.10"), "image": made_of("RHEL", "7.9")}, "dnf"),
    "CentOS turned into AlmaLinux":
        ({"guest": guest("almalinux", "9.3"), "image": made_of("CentOS", "7_9")}, "dnf"),
    "Oracle Linux": ({"guest": guest("oracle", "8.9")}, "yum"),
    "a custom image with a guest's name":
        ({"guest": guest("debian", "12.5"), "image": image(None, None)}, "apt-get"),
    "a name that is no family, with an image":
        ({"guest": guest("Linux"), "image": made_of("sles-15-sp3", "gen2")}, "zypper"),
}  # fmt: skip


@pytest.mark.parametrize(("facts", "manager"), GUESTS.values(), ids=GUESTS)
def test_the_package_manager_is_that_of_the_guest(facts: dict[str, Any], manager: str) -> None:
    of = outdated(**facts)
    shell = to_shell(of).decode()
    [line] = [line for line in shell.splitlines() if line.startswith("az ")]
    words = shlex.split(line)
    script = words[words.index("--scripts") + 1]
    others = [other for other in MANAGERS if other.strip() != manager]
    assert script.replace("apt-get -qq update && ", "").startswith(f"{manager} ")
    [finding] = finding_of(of)
    for text in (shell, to_powershell(of).decode(), fixes_json(of).decode(), finding["remedy"]):
        assert script.split(" && ")[0] in text
        assert [other for other in others if f"{other} install" in text] == []
    assert f"--scripts '{script}'" in "".join(printed(of, width=1000))


def finding_of(of: Report, cause: str = CAUSE) -> list[dict[str, Any]]:
    [vm] = json.loads(to_json(of))["vms"]
    [found] = [entry["findings"] for entry in vm["causes"] if entry["cause"] == cause]
    assert isinstance(found, list)
    return found


def test_a_scan_reports_the_guest_of_its_vms() -> None:
    """One VM names itself, one has only an image, and one has a custom image and is silent."""
    place = Place()
    old, nameless = ready_agent("2.2.1"), {"osName": ABSENT, "osVersion": ABSENT}
    suse = {"publisher": "SUSE", "offer": "sles-15-sp5", "sku": "gen2"}
    custom = {"storageProfile": {"imageReference": dict.fromkeys(suse, ABSENT)}}
    place.group.vm("a", agent=old, view_patch={"osName": "redhat", "osVersion": "9.4"})
    place.group.vm("b", agent=old, view_patch=nameless, image=suse)
    place.group.vm("c", agent=old, view_patch=nameless, body_patch={"properties": custom})
    lines = to_shell(scan_now(place.world).report).decode().splitlines()
    scripts = [shlex.split(line)[-1] for line in lines if line.startswith("az vm run-command")]
    assert [script.split()[0] for script in scripts] == ["dnf", "zypper"]


UNKNOWN: dict[str, dict[str, Any]] = {
    "nothing is known": NOTHING,
    "the guest was refused, a custom image": {"guest": gap("guest"), "image": image(None, None)},
    "neither was read": {"guest": gap("guest"), "image": gap("image")},
    "another Linux": {"guest": guest("arch"), "image": made_of("archlinux", "rolling")},
}


@pytest.mark.parametrize("facts", UNKNOWN.values(), ids=UNKNOWN)
def test_no_command_for_a_guest_that_is_not_known(facts: dict[str, Any]) -> None:
    """Its fix names every family and the document, and runs nothing."""
    of = outdated(**facts)
    for script in (to_shell(of).decode(), to_powershell(of).decode()):
        assert "RunShellScript" not in script
        for manager in MANAGERS:
            assert f"{manager.strip()} " in script
        assert "extensions/update-linux-agent" in script


def test_flatcar_has_no_package_manager() -> None:
    of = outdated(guest=guest("flatcar", "3815.2.0"))
    assert "RunShellScript" not in to_shell(of).decode()
    [finding] = finding_of(of)
    assert "update the system and reboot it" in finding["remedy"]
    assert not any(f"{manager} install" in finding["remedy"] for manager in MANAGERS)


# Protection that makes no backups.


def idle(state: State) -> Report:
    return report([machine("one", **idle_item(state))])


@pytest.mark.parametrize(
    ("state", "does", "does_not"),
    [
        pytest.param("soft-deleted", "Undelete", "Resume protection", id="soft-deleted"),
        pytest.param("stopped", "az backup protection resume --ids", "ndelete", id="stopped"),
        pytest.param("paused", "Resume backup", "protection resume --", id="paused"),
        pytest.param("suspended", "Resume backup", "protection resume --", id="suspended"),
        pytest.param("pending", "first backup", "esume", id="pending"),
        pytest.param("error", "Read the error", "esume", id="error"),
    ],
)
def test_resume_and_undelete_only_where_they_exist(state: State, does: str, does_not: str) -> None:
    """Source: Soft delete for virtual machines. az resumes ProtectionStopped and nothing else:
    resume_protection in azure-cli's module backup."""
    of = idle(state)
    [finding] = finding_of(of, "protection-paused-or-stopped")
    assert does in finding["remedy"]
    assert does_not not in finding["remedy"]
    assert does_not not in " ".join(printed(of, width=1000).split())


def test_undelete_names_the_item_and_its_vault() -> None:
    """Undeleted first, then resumed with a policy that somebody chooses."""
    of = idle("soft-deleted")
    text = to_shell(of).decode()
    assert f"\n# az backup protection undelete --ids '{ITEM.text}' " in text
    assert text.index("protection undelete") < text.index("protection resume")
    assert "Only if POLICY holds the name of a policy of the vault" in text
    powershell = to_powershell(of).decode()
    assert f"-VaultId '{VAULT.text}' | Where-Object Id -EQ '{ITEM.text}'" in powershell
    assert "Undo-AzRecoveryServicesBackupItemDeletion -Item $item" in powershell
    page = to_html(of).decode()
    assert ITEM.text in page
    assert "az backup protection undelete --ids {item.id}" in page


# All causes of all editions.


@pytest.mark.parametrize("edition", load().editions, ids=lambda edition: edition.id)
def test_a_remedy_and_its_explanation_do_not_lead_to_one_another(edition: Any) -> None:
    for cause in load().causes:
        remedy = remedy_of(cause, edition)
        assert len(remedy.split()) > 1
        assert "backupscan" not in remedy
        assert "{" not in remedy
    for rule in edition.rules:
        assert "backupscan" not in remedy_of(rule.cause, edition, rule)
    for described in read().editions[edition.id].causes.values():
        assert described.steps
        for step in described.steps:
            assert "{" not in step
            assert "finding says" not in step
            assert "backupscan" not in step


@pytest.mark.parametrize(
    "write", [to_csv, to_json, to_html, to_markdown, to_sarif, to_shell, to_powershell, fixes_json]
)
@pytest.mark.parametrize("facts", [{}, NOTHING], ids=["a known guest", "an unknown one"])
def test_no_format_shows_a_field_of_a_guest(
    write: Callable[[Report], bytes], facts: dict[str, Any]
) -> None:
    assert b"{guest." not in write(outdated(**facts))
