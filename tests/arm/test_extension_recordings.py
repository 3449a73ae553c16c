"""Extensions and images of recorded VMs, read out by hand, and of hand-made ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from scanner.arm.decode import decode_record
from scanner.inventory.facts.extensions import Extension
from scanner.inventory.gap import Gap
from scanner.inventory.records.compute import VirtualMachine
from scanner.inventory.vm import Vm
from tests.support.answers import body
from tests.support.snapshots import SCOPE, joined

Shown = tuple[str, str, str | None, int, str | None]
"""Name, publisher and type, provisioning state of the model, complaints, version."""
GONE = "not-recorded"

RECORDED: dict[str, tuple[list[Shown], str | None, bool]] = {
    "views/iv_agent_ready_but_network_issue_2020-06-01": (
        [], "MicrosoftWindowsServer/WindowsServer", True),
    "views/iv_deallocated_agent_still_ready_2020-06-01": ([], "Canonical/UbuntuServer", True),
    "views/iv_deallocated_no_vmagent_2024-07-01": (
        [("enablevmaccess", "microsoft.ostcextensions.vmaccessforlinux", "Succeeded", 0, None)],
        "OpenLogic/CentOS", True),
    "views/iv_extension_failed_2020-12-01": (
        [
            ("joindomain", "microsoft.compute.jsonaddomainextension", "Failed", 1, "1.3.11"),
            ("MDE.Windows", "microsoft.azure.azuredefenderforservers.mde.windows",
             "Succeeded", 0, "1.0.9.2"),
            ("Microsoft.PowerShell.DSC", "microsoft.powershell.dsc", "Succeeded", 0, "2.83.5"),
        ],
        "microsoftwindowsdesktop/windows-10", True),
    "views/iv_handler_not_ready_2024-07-01": (
        [("AzureDiskEncryption", "microsoft.azure.security.azurediskencryption",
          "Succeeded", 1, "2.5.0.2")],
        "MicrosoftWindowsServer/WindowsServer", True),
    "views/iv_migration_phase_2017-12-01": (
        [("BGInfo", "microsoft.compute.bginfo", "Failed", 0, None)], None, True),
    "views/iv_running_agent_unresponsive_2016-03-30": (
        [("Microsoft.Insights.VMDiagnosticsSettings", "microsoft.ostcextensions.linuxdiagnostic",
          "Succeeded", 0, None)],
        "OpenLogic/CentOS", True),
    "views/iv_vm_provisioning_failed_2016-03-30": ([], None, True),
    "views/vm_get_2017-12-01_TestVirtualMachineGetStatus": (
        [("BGInfo", "microsoft.compute.bginfo", "Succeeded", 0, "2.1")],
        "MicrosoftWindowsServer/WindowsServer", True),
    "models/vm_get_2016-03-30_TestAEMExtensionAdvancedWindowsWAD": (
        [
            ("AzureCATExtensionHandler",
             "microsoft.azurecat.azureenhancedmonitoring.azurecatextensionhandler",
             "Succeeded", 0, None),
            ("BGInfo", "microsoft.compute.bginfo", "Succeeded", 0, None),
            ("IaaSDiagnostics", "microsoft.azure.diagnostics.iaasdiagnostics",
             "Succeeded", 0, None),
        ],
        "MicrosoftWindowsServer/WindowsServer", True),
    "models/vm_get_2022-11-01_test_vm_extension_list": (
        [("VMAccessForLinux", "microsoft.ostcextensions.vmaccessforlinux", "Creating", 0, None)],
        "Canonical/UbuntuServer", True),
    "models/vm_get_2017-12-01_test_vm_create_with_market_place_ima": ([], None, True),
}  # fmt: skip


def shown(extension: Extension) -> Shown:
    kind = GONE if isinstance(extension.known_type, Gap) else extension.type
    state = extension.known_state
    known = str(state.reason) if isinstance(state, Gap) else state
    version = extension.known_version
    shown_version = None if isinstance(version, Gap) else version
    return extension.name, kind, known, len(extension.complaints), shown_version


def seen(record: VirtualMachine) -> Vm:
    (vm,) = joined([record], views=[record])
    return vm


@pytest.mark.parametrize("file", RECORDED)
def test_recorded(file: str) -> None:
    vm = seen(decode_record(body(file), VirtualMachine))
    extensions, image, allowed = RECORDED[file]
    assert list(map(shown, vm.extensions)) == extensions
    assert vm.image.evidence.value == image
    assert vm.extension_operations.allowed is allowed


MODEL: dict[str, Any] = {
    "publisher": "Microsoft.Azure.RecoveryServices",
    "type": "VMSnapshot",
    "provisioningState": "Succeeded",
}
KIND = "Microsoft.Azure.RecoveryServices.VMSnapshot"
LOWER = KIND.lower()
FAILED = {"code": "ProvisioningState/failed/3", "level": "Error"}
FINE = {"code": "ProvisioningState/succeeded", "level": "Info"}
READY = {"code": "ProvisioningState/succeeded", "displayStatus": "Ready"}
SILENT = {"code": "ProvisioningState/NotReady/1001", "displayStatus": "Not Ready"}


def model(name: str = "snap", **changes: Any) -> dict[str, Any]:
    return {"id": f"{SCOPE}/x/y/extensions/{name}", "properties": {**MODEL, **changes}}


def vm_of(
    *models: Mapping[str, Any],
    views: list[dict[str, Any]] | None = None,
    handlers: list[dict[str, Any]] | None = None,
    agent: Mapping[str, Any] | None = None,
    power: str = "running",
) -> Vm:
    view = {
        "statuses": [{"code": f"PowerState/{power}"}],
        "vmAgent": {"extensionHandlers": handlers, "statuses": [agent] if agent else None},
        "extensions": views,
    }
    content = {
        "id": f"{SCOPE}/resourceGroups/g/providers/m/v/a",
        "resources": list(models),
        "properties": {"instanceView": view, "storageProfile": {}},
    }
    return seen(decode_record(json.dumps(content).encode(), VirtualMachine))


EXTENSIONS: dict[str, tuple[Vm, list[Shown]]] = {
    "none": (vm_of(), []),
    "model": (vm_of(model()), [("snap", LOWER, "Succeeded", 0, None)]),
    "model without a state":
        (vm_of(model(provisioningState=None)), [("snap", LOWER, GONE, 0, None)]),
    "model without a publisher":
        (vm_of(model(publisher=None)), [("snap", GONE, "Succeeded", 0, None)]),
    "model without properties":
        (vm_of({"id": f"{SCOPE}/e/snap", "properties": None}), [("snap", GONE, GONE, 0, None)]),
    # A view of the same name belongs to the model, with or without a type.
    "model, and a failed view of its name and type":
        (vm_of(model(), views=[{"name": "SNAP", "type": KIND, "statuses": [FAILED]}]),
         [("snap", LOWER, "Succeeded", 1, None)]),
    "model, and a failed view of its name":
        (vm_of(model(), views=[{"name": "snap", "statuses": [FAILED]}]),
         [("snap", LOWER, "Succeeded", 1, None)]),
    "model, and a view with a version":
        (vm_of(model(), views=[{"name": "snap", "typeHandlerVersion": "1.2.3.4"}]),
         [("snap", LOWER, "Succeeded", 0, "1.2.3.4")]),
    "model, and a silent handler of its type":
        (vm_of(model(), handlers=[{"type": KIND.upper(), "status": SILENT}]),
         [("snap", LOWER, "Succeeded", 1, None)]),
    "model, and a handler without a status":
        (vm_of(model(), handlers=[{"type": KIND}]), [("snap", LOWER, "Succeeded", 0, None)]),
    # The extension of Azure Backup often has no model.
    "view that succeeded":
        (vm_of(views=[{"name": "VMSnapshot", "type": KIND, "statuses": [FINE]}]),
         [("VMSnapshot", LOWER, None, 0, None)]),
    "view with two statuses, one failed":
        (vm_of(views=[{"name": "VMSnapshot", "type": KIND, "statuses": [FAILED, FINE]}]),
         [("VMSnapshot", LOWER, None, 1, None)]),
    "view without a name, with an error":
        (vm_of(views=[{"type": KIND, "statuses": [{"level": "error"}]}]),
         [(KIND, LOWER, None, 1, None)]),
    "silent handler with a version":
        (vm_of(handlers=[{"type": KIND, "typeHandlerVersion": "1.0.9.1", "status": SILENT}]),
         [(KIND, LOWER, None, 1, "1.0.9.1")]),
    "view, and a silent handler of its type":
        (vm_of(views=[{"name": "VMSnapshot", "type": KIND}],
               handlers=[{"type": KIND, "status": SILENT}]),
         [("VMSnapshot", LOWER, None, 1, None)]),
    # If the agent is silent, the views have only names.
    "view with only a name": (vm_of(views=[{"name": "VMSnapshot"}]), []),
    # A failed extension without a type may be that of Azure Backup.
    "failed view without a type":
        (vm_of(views=[{"name": "VMSnapshot", "statuses": [FAILED]}]),
         [("VMSnapshot", GONE, None, 1, None)]),
    "failed view without name and type":
        (vm_of(views=[{"statuses": [FAILED]}]), [("without a name", GONE, None, 1, None)]),
}  # fmt: skip


@pytest.mark.parametrize(("vm", "expected"), EXTENSIONS.values(), ids=EXTENSIONS)
def test_model_view_and_handler_are_one_extension(vm: Vm, expected: list[Shown]) -> None:
    assert list(map(shown, vm.extensions)) == expected


OWN, HANDLER = {"name": "snap", "type": KIND, "statuses": [FINE]}, {"type": KIND, "status": READY}
OTHER = {"type": "Contoso.Security.Scanner", "status": READY}
CHANGING = {**OWN, "statuses": [{"code": "ProvisioningState/transitioning", "level": "Info"}]}
REPORTS: dict[str, tuple[dict[str, Any], str | None]] = {
    "view and handler": ({"views": [OWN], "handlers": [HANDLER]}, None),
    "a view of its type under another name":
        ({"views": [{**OWN, "name": "other"}], "handlers": [HANDLER]}, None),
    "no view": ({"handlers": [HANDLER]}, "extensions.statuses"),
    "a view without statuses":
        ({"views": [{**OWN, "statuses": None}], "handlers": [HANDLER]}, "extensions.statuses"),
    "a view with a status without a code":
        ({"views": [{**OWN, "statuses": [{}]}], "handlers": [HANDLER]}, "extensions.statuses"),
    "a view with an unknown state":
        ({"views": [{**OWN, "statuses": [{"code": "ProvisioningState/Wedged"}]}],
          "handlers": [HANDLER]}, "extensions.statuses"),
    "a view with an unknown level":
        ({"views": [{**OWN, "statuses": [{**FINE, "level": "Wedged"}]}], "handlers": [HANDLER]},
         "extensions.statuses"),
    # The list of handlers may leave one out (as reported): the view is its report.
    "no handler in an empty list": ({"views": [OWN], "handlers": []}, None),
    "no handler in a list of others": ({"views": [OWN], "handlers": [OTHER]}, None),
    "no list of handlers": ({"views": [OWN]}, "vmAgent.extensionHandlers"),
    "no view, and an empty list": ({"handlers": []}, "extensions.statuses"),
    "a handler without a type and a status":
        ({"views": [OWN], "handlers": [{}]}, "vmAgent.extensionHandlers"),
    "a Ready handler without a type":
        ({"views": [OWN], "handlers": [{"status": READY}]}, "vmAgent.extensionHandlers"),
    "its handler, and one without a type": ({"views": [OWN], "handlers": [HANDLER, {}]}, None),
    "a view that changes, and an empty list": ({"views": [CHANGING], "handlers": []}, None),
    "a handler without a status":
        ({"views": [OWN], "handlers": [{"type": KIND}]}, "vmAgent.extensionHandlers"),
    "a handler with an unknown status":
        ({"views": [OWN], "handlers": [{"type": KIND, "status": {"displayStatus": "Wedged"}}]},
         "vmAgent.extensionHandlers"),
    "no reports, and a silent agent": ({"agent": SILENT}, None),
    "an unknown state, and a silent agent":
        ({"views": [{**OWN, "statuses": [{"code": "ProvisioningState/Wedged"}]}],
          "agent": SILENT}, "extensions.statuses"),
    "no reports, and an agent of an unknown status":
        ({"agent": {"displayStatus": "Wedged"}}, "extensions.statuses"),
    "no reports of a VM that is off": ({"power": "deallocated"}, None),
}  # fmt: skip


@pytest.mark.parametrize(("parts", "missing"), REPORTS.values(), ids=REPORTS)
def test_a_report_that_is_due_is_needed(parts: dict[str, Any], missing: str | None) -> None:
    extension, *_ = vm_of(model(), **parts).extensions
    gap = extension.unreported
    assert (gap is None) is (missing is None)
    assert missing is None or (gap and f"properties.instanceView.{missing}" in gap.what)


WORDS: dict[str, tuple[dict[str, str], int, int]] = {
    "Ready": ({"displayStatus": "Ready"}, 0, 0),
    "Not Ready": ({"displayStatus": "Not Ready"}, 1, 0),
    "NotReady": ({"displayStatus": "NotReady"}, 1, 0),
    "not ready by its code": ({"code": "ProvisioningState/Not Ready/1"}, 1, 0),
    "Installing": ({"displayStatus": "Installing"}, 0, 1),
    "installing by its code": ({"code": "ProvisioningState/installing/1"}, 0, 1),
}


@pytest.mark.parametrize(("status", "complaints", "changes"), WORDS.values(), ids=WORDS)
def test_the_words_of_a_handler(status: dict[str, str], complaints: int, changes: int) -> None:
    (extension,) = vm_of(
        model(), views=[OWN], handlers=[{"type": KIND, "status": status}]
    ).extensions
    assert (len(extension.complaints), len(extension.changes)) == (complaints, changes)
    assert extension.unreported is None


@pytest.mark.parametrize("kind", ["Wedged", "", None])
def test_a_handler_of_an_unknown_type_that_is_not_ready_may_be_of_backup(kind: str | None) -> None:
    """All types in the recordings are a publisher and a type with a dot between them."""
    _, odd = vm_of(model(), views=[OWN], handlers=[{"type": kind, "status": SILENT}]).extensions
    assert isinstance(odd.known_type, Gap)
    assert len(odd.complaints) == 1


TIMES = {
    "a time": ("2025-12-31T22:15:30.5+00:00", "since 2025-12-31 22:15Z"),
    "no time": (None, ""),
    "no time in it": ("soon", ""),
    "a placeholder": ("0001-01-01T00:00:00Z", ""),
    "a clock that is a little ahead": ("2026-01-01T00:10:00Z", "since 2026-01-01 00:10Z"),
    "the future": ("2026-03-01T00:00:00Z", ""),
}
"""The times of a change, read on 2026-01-01 at 0:00 UTC."""


@pytest.mark.parametrize(("time", "since"), TIMES.values(), ids=TIMES)
def test_since_when_a_view_changes(time: str | None, since: str) -> None:
    view = {**OWN, "statuses": [{"code": "ProvisioningState/transitioning", "time": time}]}
    (extension,) = vm_of(model(), views=[view], handlers=[]).extensions
    assert len(extension.changes) == 1
    assert extension.since == since
    assert (extension.minutes_changing is None) is (since == "")


def test_the_time_of_a_status_that_is_no_change_says_nothing() -> None:
    old = "2025-01-01T00:00:00Z"
    view = {**OWN, "statuses": [{**FINE, "time": old}]}
    handler = {"type": KIND, "status": {**READY, "time": old}}
    states = {"provisioningState": "Updating"}
    (extension,) = vm_of(model(**states), views=[view], handlers=[handler]).extensions
    assert extension.minutes_changing is None


@pytest.mark.parametrize("state", ["Wedged", "", None])
def test_an_unknown_provisioning_state_is_a_gap(state: str | None) -> None:
    (extension,) = vm_of(model(provisioningState=state)).extensions
    assert isinstance(extension.known_state, Gap)


def test_a_listed_extension_without_properties_is_a_gap() -> None:
    listed = decode_record(
        json.dumps(
            {
                "id": f"{SCOPE}/resourceGroups/g/providers/m/v/a",
                "resources": [{"id": f"{SCOPE}/x/extensions/snap"}],
            }
        ).encode(),
        VirtualMachine,
    )
    (vm,) = joined([listed])
    assert isinstance(vm.seen["extensions"], Gap)
    assert vm.seen["extensions"].fact == "extensions"


def test_operations_are_allowed_by_default() -> None:
    for profile, allowed in (
        (None, True),
        ({}, True),
        ({"allowExtensionOperations": None}, True),
        ({"allowExtensionOperations": True}, True),
        ({"allowExtensionOperations": False}, False),
    ):
        content = {"id": f"{SCOPE}/x", "properties": {"storageProfile": {}, "osProfile": profile}}
        vm = seen(decode_record(json.dumps(content).encode(), VirtualMachine))
        assert vm.extension_operations.allowed is allowed
