"""Errors of Azure Backup, and their JSON in items and jobs as recorded answers show it."""

from __future__ import annotations

from typing import NamedTuple

from scanner.sim.patches import Body


class ErrorShape(NamedTuple):
    """An error of Azure Backup: its number, symbolic name and message."""

    code: int
    title: str
    message: str


AGENT_SILENT = ErrorShape(
    400196,
    "UserErrorGuestAgentStatusUnavailable",
    "VM agent is unable to communicate with the Azure Backup Service.",
)
NO_NETWORK = ErrorShape(
    400206,
    "ExtensionSnapshotFailedNoNetwork",
    "Snapshot operation failed due to no network connectivity on the virtual machine.",
)
VM_GONE = ErrorShape(
    320001, "ResourceNotFound", "Could not perform the operation as VM no longer exists."
)
LIMIT_REACHED = ErrorShape(
    400231,
    "UserErrorRpCollectionLimitReached",
    "The Restore Point collection max limit has reached.",
)
UNDOCUMENTED = ErrorShape(
    400052, "DiffCopyFailedToTransferData", "Backup failed to copy data to vault."
)
_HEALTHY = ErrorShape(
    400239,
    "IaasVmHealthGreenDefault",
    "Backup pre-check status of this virtual machine is OK.",
)


def last_backup_kpi(error: ErrorShape | None) -> Body:
    """The indicator ``BackupOperationStatusKPI`` of an item: the result of its last backup."""
    if error is None:
        healthy = {"code": 0, "title": "Success", "message": "", "recommendations": []}
        return {"resourceHealthStatus": "Healthy", "resourceHealthDetails": [healthy]}
    details = [health_detail(error)]
    return {"resourceHealthStatus": "PersistentDegraded", "resourceHealthDetails": details}


def health_detail(error: ErrorShape | None) -> Body:
    """An entry of the health details of an item; None is a passed health check."""
    return {**(error or _HEALTHY)._asdict(), "recommendations": []}


def job_error(error: ErrorShape) -> Body:
    """An entry of the error details of a job."""
    return {
        "errorCode": error.code,
        "errorTitle": error.title,
        "errorString": error.message,
        "recommendations": [],
    }
