"""Shapes of extensions, power states and images, each with the verdict that the rules give it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scanner.sim.machine import Os, Vm
from scanner.sim.patches import ABSENT
from scanner.sim.shapes import (
    MONITOR_LINUX,
    SNAPSHOT_LINUX,
    SNAPSHOT_WINDOWS,
    SQL_WINDOWS,
    ExtensionShape,
)
from tests.support.shapes.plot import Build, Plot, Shape
from tests.support.verdict_tables import EXTENSION, SNAPSHOT

FAILED = "Model provisioningState Failed, or a view status of level Error → applies."
HANDLER = "Its handler not Ready → applies."
NAMED = "Publisher Microsoft.Azure.RecoveryServices, type VMSnapshot, whatever the name."
OPERATIONS = "allowExtensionOperations: false on the VM → applies."
OTHER = "Another extension's failure belongs to extension-in-failed-state alone."
UNLISTED = "Not listed → clear."
OFF = "Judged from its model when there is no view, whatever the power state."
VERSION = "Only a four-part version from the view is compared with 1.0.91.0 (2018-01)."
STOPPED = "Power state stopped and not deallocated (possible)."
SQL = "SQL Server traces on Windows (possible)."


def with_extensions(
    *shapes: ExtensionShape,
    os: Os = "linux",
    power: str = "running",
    body: Mapping[str, Any] | None = None,
) -> Build:
    def build(plot: Plot) -> Vm:
        return plot.group().vm(
            plot.name, os=os, power=power, extensions=shapes, body_patch=body or {}
        )

    return build


def operations(*, allowed: bool | None) -> Build:
    return lambda plot: plot.group().vm(plot.name, allow_extension_operations=allowed)


def imaged(publisher: str, os: Os = "windows") -> Build:
    image = {"publisher": publisher, "offer": "sql2022-ws2022", "sku": "web", "version": "latest"}
    return lambda plot: plot.group().vm(plot.name, os=os, image=image)


def _shape(cause: str, name: str, then: str, now: str, because: str, build: Build) -> Shape:
    return Shape(f"ext-{name}", cause, build, then, now, because)


LINUX, WINDOWS = SNAPSHOT_LINUX, SNAPSHOT_WINDOWS
MODEL_FAILED = replace(LINUX, provisioning_state="Failed")
VIEW_FAILED = replace(WINDOWS, view_status="ProvisioningState/failed/1", message="No VSS writer.")
APPLIES, POSSIBLE, CLEAR = "applies", "possible", "clear"

LOADING = (
    ("fine", CLEAR, CLEAR, UNLISTED, with_extensions(LINUX)),
    ("fine-windows", CLEAR, CLEAR, UNLISTED, with_extensions(WINDOWS, os="windows")),
    ("model-failed", APPLIES, APPLIES, FAILED, with_extensions(MODEL_FAILED)),
    ("view-error", APPLIES, APPLIES, FAILED, with_extensions(VIEW_FAILED, os="windows")),
    ("handler-not-ready", APPLIES, APPLIES, HANDLER,
     with_extensions(replace(LINUX, handler_status="NotReady/1001"))),
    ("handler-unresponsive", APPLIES, APPLIES, HANDLER,
     with_extensions(replace(WINDOWS, handler_status="Unresponsive"), os="windows")),
    ("renamed", APPLIES, APPLIES, NAMED,
     with_extensions(replace(VIEW_FAILED, name="nightly"), os="windows")),
    ("odd-case", APPLIES, APPLIES, NAMED,
     with_extensions(replace(MODEL_FAILED, publisher="MICROSOFT.AZURE.RECOVERYSERVICES"))),
    ("same-name-other-publisher", CLEAR, CLEAR, NAMED,
     with_extensions(replace(MODEL_FAILED, publisher="Contoso.Backup"))),
    ("operations-off", APPLIES, APPLIES, OPERATIONS, operations(allowed=False)),
    ("operations-absent", CLEAR, CLEAR, OPERATIONS, operations(allowed=None)),
    ("another-failed", CLEAR, CLEAR, OTHER,
     with_extensions(replace(MONITOR_LINUX, provisioning_state="Failed",
                             view_status="ProvisioningState/failed/3"), LINUX)),
    ("not-listed", CLEAR, CLEAR, UNLISTED, with_extensions(MONITOR_LINUX)),
    ("no-profile", CLEAR, CLEAR, UNLISTED,
     with_extensions(LINUX, body={"properties": {"osProfile": ABSENT}})),
    ("off-failed", APPLIES, APPLIES, OFF, with_extensions(MODEL_FAILED, power="deallocated")),
    ("off-fine", CLEAR, CLEAR, OFF, with_extensions(LINUX, power="deallocated")),
    ("version-old", APPLIES, CLEAR, VERSION,
     with_extensions(replace(LINUX, handler_version="1.0.90.0"))),
    ("version-latest", CLEAR, CLEAR, VERSION,
     with_extensions(replace(LINUX, handler_version="1.0.91.0"))),
    ("version-two-parts", CLEAR, CLEAR, VERSION,
     with_extensions(replace(LINUX, handler_version="1.0"))),
    ("version-by-number", CLEAR, CLEAR, VERSION,
     with_extensions(replace(LINUX, handler_version="1.0.9126.0"))),
    ("version-of-windows", CLEAR, CLEAR, VERSION,
     with_extensions(replace(WINDOWS, handler_version="1.0.15.0"), os="windows")),
)  # fmt: skip

SNAPSHOTS = (
    (
        "stopped-windows",
        POSSIBLE,
        POSSIBLE,
        STOPPED,
        with_extensions(os="windows", power="stopped"),
    ),
    ("stopped-linux", POSSIBLE, POSSIBLE, STOPPED, with_extensions(power="stopped")),
    ("deallocated", CLEAR, CLEAR, STOPPED, with_extensions(power="deallocated")),
    ("sql-image", POSSIBLE, POSSIBLE, SQL, imaged("MicrosoftSQLServer")),
    ("sql-image-on-linux", CLEAR, CLEAR, SQL, imaged("MicrosoftSQLServer", "linux")),
    ("other-image", CLEAR, CLEAR, SQL, imaged("MicrosoftWindowsServer")),
    ("sql-extension", POSSIBLE, POSSIBLE, SQL, with_extensions(SQL_WINDOWS, os="windows")),
)

EXTENSIONS = (
    *(_shape(EXTENSION, *row) for row in LOADING),
    *(_shape(SNAPSHOT, *row) for row in SNAPSHOTS),
)
