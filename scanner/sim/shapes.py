"""The parts of a simulated VM, as values: agents, disks, extensions and sizes."""

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class AgentShape:
    """The guest agent, as the member `vmAgent` of an instance view shows it."""

    version: str
    display_status: str = "Ready"
    code: str = "ProvisioningState/succeeded"
    level: str = "Info"
    message: str = "Guest Agent is running"
    reported_minutes_ago: int = 1

    @property
    def ready(self) -> bool:
        """True if the agent answers; only then it reports the guest's name and its extensions."""
        return self.display_status == "Ready"


@dataclass(frozen=True)
class DiskShape:
    """A disk of `gib` GiB, and where ARM shows its size.

    Without `size_in_vm` the VM's body leaves `diskSizeGB` out, without `size_on_disk` the disk
    resource does. Without `resource` no listing shows the disk. An unmanaged disk is a blob: the
    VM's body names its `vhd` and there is no disk resource.
    """

    gib: int
    managed: bool = True
    size_in_vm: bool = True
    size_on_disk: bool = True
    name: str | None = None
    resource: bool = True
    storage: str = "Premium_LRS"
    shares: int | None = None
    """``maxShares``: how many VMs may attach it; None leaves it out, as ARM usually does."""
    accelerated: bool = False
    ephemeral: bool = False
    auth_mode: str | None = None
    """``dataAccessAuthMode`` of the disk resource; None leaves it out."""
    security: str | None = None
    """``securityType`` of the disk resource; None leaves it out."""
    key: str = "EncryptionAtRestWithPlatformKey"
    """``encryption.type`` of the disk resource."""


@dataclass(frozen=True)
class ExtensionShape:
    """An extension: its model, its entry in the instance view and its handler.

    `view_status` None leaves the statuses out of the view; `handler_status` None leaves the
    handler out. A handler status is the part after `ProvisioningState/`, such as `NotReady/1001`.
    `listed` False leaves the extension out of the view.
    """

    name: str
    publisher: str
    type: str
    type_handler_version: str = "1.0"
    provisioning_state: str = "Succeeded"
    view_status: str | None = "ProvisioningState/succeeded"
    handler_status: str | None = "succeeded"
    message: str | None = None
    handler_version: str | None = None
    listed: bool = True


class Size(NamedTuple):
    """A size of VMs, as Microsoft's pages of sizes describe it."""

    name: str
    family: str
    cores: int
    memory_gib: int
    disks: int
    temporary_gib: int


def ready_agent(version: str, *, minutes_ago: int = 1) -> AgentShape:
    """A Ready agent of this version; versions 2.7.… are the Windows agent's."""
    windows = version.startswith("2.7.")
    message = (
        "GuestAgent is running and processing the extensions."
        if windows
        else "Guest Agent is running"
    )
    return AgentShape(version, message=message, reported_minutes_ago=minutes_ago)


def not_ready_agent(message: str) -> AgentShape:
    """An agent that does not report to ARM, with the reason ARM gives."""
    return AgentShape(
        version="Unknown",
        display_status="Not Ready",
        code="ProvisioningState/Unavailable",
        level="Warning",
        message=message,
        reported_minutes_ago=0,
    )


READY_LINUX = ready_agent("2.11.1.12")
READY_WINDOWS = ready_agent("2.7.41491.1131")
NOT_READY_UNRESPONSIVE = not_ready_agent("VM Agent is unresponsive.")
NOT_READY_BLOB = not_ready_agent("VM status blob is found but not yet populated.")

SNAPSHOT_WINDOWS = ExtensionShape(
    name="VMSnapshot",
    publisher="Microsoft.Azure.RecoveryServices",
    type="VMSnapshot",
    handler_version="1.0.107.0",
)
SNAPSHOT_LINUX = ExtensionShape(
    name="VMSnapshotLinux",
    publisher="Microsoft.Azure.RecoveryServices",
    type="VMSnapshotLinux",
    handler_version="1.0.9220.0",
)
MONITOR_WINDOWS = ExtensionShape(
    name="AzureMonitorWindowsAgent",
    publisher="Microsoft.Azure.Monitor",
    type="AzureMonitorWindowsAgent",
    handler_version="1.30.0.0",
)
MONITOR_LINUX = ExtensionShape(
    name="AzureMonitorLinuxAgent",
    publisher="Microsoft.Azure.Monitor",
    type="AzureMonitorLinuxAgent",
    type_handler_version="1.33",
    handler_version="1.33.1",
)
SQL_WINDOWS = ExtensionShape(
    name="SqlIaaSExtension",
    publisher="Microsoft.SqlServer.Management",
    type="SqlIaaSAgent",
    type_handler_version="2.0",
    handler_version="2.0.226.0",
)
ENCRYPTION_WINDOWS = ExtensionShape(
    name="AzureDiskEncryption",
    publisher="Microsoft.Azure.Security",
    type="AzureDiskEncryption",
    type_handler_version="2.2",
    handler_version="2.2.0.45",
)

SIZES = (
    Size("Standard_B2s", "standardBSFamily", 2, 4, 4, 8),
    Size("Standard_D2s_v3", "standardDSv3Family", 2, 8, 4, 16),
    Size("Standard_D4s_v5", "standardDSv5Family", 4, 16, 8, 0),
    Size("Standard_E4s_v5", "standardESv5Family", 4, 32, 8, 0),
    Size("Standard_F4s", "standardFSFamily", 4, 8, 16, 16),
)
