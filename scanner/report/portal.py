"""Where a resource is shown in the portal of its cloud."""

from __future__ import annotations

from urllib.parse import quote

from scanner.inventory.armid import ArmId
from scanner.report.report import Report

_PORTALS = {
    "https://management.azure.com": "https://portal.azure.com",
    "https://management.usgovcloudapi.net": "https://portal.azure.us",
    "https://management.chinacloudapi.cn": "https://portal.azure.cn",
}
"""Portals by the Resource Manager of their cloud, as ``az cloud list`` has them."""


def portal_of(report: Report) -> str | None:
    """The address in front of a resource's id. None for a cloud whose portal is not known."""
    portal = _PORTALS.get(report.scope.endpoint or "")
    return f"{portal}/#resource" if portal else None


def portal_link(id_: ArmId, report: Report) -> str | None:
    """The page of a resource in the portal. None for a cloud whose portal is not known."""
    portal = portal_of(report)
    return f"{portal}{quote(id_.text)}" if portal else None
