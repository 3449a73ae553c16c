"""VMs, disks, extensions and restore points (provider azurerm, 3 to 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from scanner.plan.attributes import Attributes
from scanner.plan.azurerm.mapped import Body, Mapped, Row, entries, fill, put, reference
from scanner.plan.marks import Path
from scanner.plan.planned import UNKNOWN, Unknown

_PROVIDER = "resourceGroups/{resource_group_name}/providers/Microsoft.Compute"
_VM = f"{_PROVIDER}/virtualMachines/{{name}}"
_OS_DISK = "properties.storageProfile.osDisk"


def _image(block: str) -> tuple[Row, ...]:
    """The marketplace image, in a block of another name by type."""
    member = "properties.storageProfile.imageReference"
    return tuple(
        Row(f"{block}.0.{name}", f"{member}.{name}") for name in ("publisher", "offer", "sku")
    )


_MACHINE = (
    Row("name", "name", "text"),
    Row("location", "location", "text"),
    Row("tags", "tags"),
    Row("size", "properties.hardwareProfile.vmSize", "text"),
    Row("os_disk.0.name", f"{_OS_DISK}.name", "text"),
    Row("os_disk.0.disk_size_gb", f"{_OS_DISK}.diskSizeGB", "number"),
    Row("os_disk.0.storage_account_type", f"{_OS_DISK}.managedDisk.storageAccountType", "text"),
    Row("os_disk.0.write_accelerator_enabled", f"{_OS_DISK}.writeAcceleratorEnabled"),
    Row("os_disk.0.diff_disk_settings.0.option", f"{_OS_DISK}.diffDiskSettings.option", "text"),
    *_image("source_image_reference"),
    Row("allow_extension_operations", "properties.osProfile.allowExtensionOperations"),
    Row("virtual_machine_scale_set_id", "properties.virtualMachineScaleSet", "reference"),
)


def _machine(family: str) -> Callable[[Attributes, Body], None]:
    def more(attributes: Attributes, body: Body) -> None:
        put(body, f"{_OS_DISK}.osType", family.capitalize())
        agent = attributes.get("provision_vm_agent")
        put(body, f"properties.osProfile.{family}Configuration", {})
        if agent is not None:
            put(body, f"properties.osProfile.{family}Configuration.provisionVMAgent", agent)
        _nics(attributes, body)
        _security(attributes, body)

    return more


def _nics(attributes: Attributes, body: Body, primary: Any = None) -> None:
    """The first interface is the primary one (azurerm documents, ``network_interface_ids``)."""
    listed = attributes.texts("network_interface_ids")
    if listed is None:
        return
    if isinstance(listed, Unknown):
        # Nobody knows how many: one that nobody knows is the primary.
        listed = [UNKNOWN]
    main = listed.index(primary) if primary in listed else 0
    many = len(listed) > 1
    put(
        body,
        "properties.networkProfile.networkInterfaces",
        [
            {"id": id_, **({"properties": {"primary": index == main}} if many else {})}
            for index, id_ in enumerate(listed)
        ],
    )


def _security(attributes: Attributes, body: Body) -> None:
    confidential = attributes.text("os_disk", 0, "security_encryption_type")
    marks = [attributes.get("secure_boot_enabled"), attributes.get("vtpm_enabled")]
    path = "properties.securityProfile.securityType"
    if any(isinstance(mark, Unknown) for mark in (confidential, *marks)):
        put(body, path, UNKNOWN)
    elif confidential:
        put(body, path, "ConfidentialVM")
    elif True in marks:
        put(body, path, "TrustedLaunch")


_LEGACY = (
    Row("name", "name", "text"),
    Row("location", "location", "text"),
    Row("tags", "tags"),
    Row("vm_size", "properties.hardwareProfile.vmSize", "text"),
    Row(
        "storage_image_reference.0.publisher", "properties.storageProfile.imageReference.publisher"
    ),
    Row("storage_image_reference.0.offer", "properties.storageProfile.imageReference.offer"),
    Row("storage_image_reference.0.sku", "properties.storageProfile.imageReference.sku"),
)
_LEGACY_DISK = (
    Row("name", "name", "text"),
    Row("disk_size_gb", "diskSizeGB", "number"),
    Row("vhd_uri", "vhd.uri", "text"),
    Row("managed_disk_id", "managedDisk.id", "text"),
    Row("managed_disk_type", "managedDisk.storageAccountType", "text"),
    Row("write_accelerator_enabled", "writeAcceleratorEnabled"),
)


def _legacy(attributes: Attributes, body: Body) -> None:
    """``azurerm_virtual_machine``: its data disks are in it, and its agent is off by default."""
    disk = _legacy_disk(attributes, ("storage_os_disk", 0), Row("os_type", "osType", "text"))
    windows = attributes.blocks("os_profile_windows_config")
    linux = attributes.blocks("os_profile_linux_config")
    if windows and not isinstance(windows, Unknown):
        disk.setdefault("osType", "Windows")
        agent = attributes.get("os_profile_windows_config", 0, "provision_vm_agent")
        put(body, "properties.osProfile.windowsConfiguration.provisionVMAgent", agent or False)
        if isinstance(agent, Unknown):
            put(body, "properties.osProfile.windowsConfiguration.provisionVMAgent", agent)
    elif linux and not isinstance(linux, Unknown):
        disk.setdefault("osType", "Linux")
        put(body, "properties.osProfile.linuxConfiguration", {})
    put(body, _OS_DISK, disk)
    disks = entries(
        attributes,
        "storage_data_disk",
        lambda at: _legacy_disk(attributes, at, Row("lun", "lun")),
    )
    put(body, "properties.storageProfile.dataDisks", disks)
    _nics(attributes, body, attributes.text("primary_network_interface_id"))


def _legacy_disk(attributes: Attributes, at: Path, own: Row) -> Body:
    disk = fill(attributes, (*_LEGACY_DISK, own), at)
    if "vhd" not in disk:
        # Without a blob the disk is a managed one, whose id Azure gives.
        disk.setdefault("managedDisk", {})
    return disk


_DISK = (
    Row("location", "location", "text"),
    Row("storage_account_type", "sku.name", "text"),
    Row("disk_size_gb", "properties.diskSizeGB", "number"),
    Row("max_shares", "properties.maxShares", "number"),
    Row("security_type", "properties.securityProfile.securityType", "text"),
)


def _disk(attributes: Attributes, body: Body) -> None:
    settings = attributes.blocks("encryption_settings")
    if settings:
        enabled = attributes.get("encryption_settings", 0, "enabled")
        is_open = isinstance(settings, Unknown)
        collection = UNKNOWN if is_open else {"enabled": True if enabled is None else enabled}
        put(body, "properties.encryptionSettingsCollection", collection)
    key = attributes.get("disk_encryption_set_id")
    if key is not None:
        kind = UNKNOWN if isinstance(key, Unknown) else "EncryptionAtRestWithCustomerKey"
        put(body, "properties.encryption.type", kind)
    trusted = attributes.get("trusted_launch_enabled")
    if isinstance(trusted, Unknown) or trusted is True:
        value = UNKNOWN if isinstance(trusted, Unknown) else "TrustedLaunch"
        put(body, "properties.securityProfile.securityType", value)


def _attached(attributes: Attributes) -> Iterator[tuple[Any, Any]]:
    vm, disk = attributes.text("virtual_machine_id"), attributes.text("managed_disk_id")
    lun = attributes.get("lun")
    accelerated = attributes.get("write_accelerator_enabled")
    body: Body = {"lun": lun, "managedDisk": reference(disk)}
    if isinstance(disk, str):
        body["name"] = disk.rpartition("/")[2]
    if accelerated is not None:
        body["writeAcceleratorEnabled"] = accelerated
    if isinstance(lun, int) and not isinstance(lun, bool) and isinstance(vm, str):
        yield f"{vm}/dataDisks/{lun}", body
    else:
        yield vm, {"properties": {"storageProfile": {"dataDisks": UNKNOWN}}}


def _implicit(attributes: Attributes) -> Iterator[tuple[Any, Any]]:
    """A data disk that is made and attached at once."""
    vm, lun = attributes.text("virtual_machine_id"), attributes.get("lun")
    body = fill(
        attributes,
        (
            Row("name", "name", "text"),
            Row("disk_size_gb", "diskSizeGB", "number"),
            Row("write_accelerator_enabled", "writeAcceleratorEnabled"),
        ),
    )
    if isinstance(lun, int) and not isinstance(lun, bool) and isinstance(vm, str):
        yield f"{vm}/dataDisks/{lun}", {"lun": lun, "managedDisk": {}, **body}
    else:
        yield vm, {"properties": {"storageProfile": {"dataDisks": UNKNOWN}}}


_EXTENSION = (
    Row("name", "name", "text"),
    Row("publisher", "properties.publisher", "text"),
    Row("type", "properties.type", "text"),
)
COMPUTE: Mapping[str, Mapped] = {
    "azurerm_linux_virtual_machine": Mapped(_VM, _MACHINE, _machine("linux")),
    "azurerm_windows_virtual_machine": Mapped(_VM, _MACHINE, _machine("windows")),
    "azurerm_virtual_machine": Mapped(_VM, _LEGACY, _legacy),
    "azurerm_managed_disk": Mapped(f"{_PROVIDER}/disks/{{name}}", _DISK, _disk),
    "azurerm_virtual_machine_data_disk_attachment": Mapped(
        "id:{virtual_machine_id}", changes=_attached
    ),
    "azurerm_virtual_machine_implicit_data_disk_from_source": Mapped(
        "id:{virtual_machine_id}", changes=_implicit
    ),
    "azurerm_virtual_machine_extension": Mapped(
        "id:{virtual_machine_id}/extensions/{name}", _EXTENSION
    ),
    "azurerm_virtual_machine_restore_point_collection": Mapped(
        f"{_PROVIDER}/restorePointCollections/{{name}}",
        (Row("source_virtual_machine_id", "properties.source", "reference"),),
    ),
    "azurerm_virtual_machine_restore_point": Mapped(
        "id:{virtual_machine_restore_point_collection_id}/restorePoints/{name}"
    ),
}
