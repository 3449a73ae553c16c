"""The management clients of the Azure SDK, whose operations read Azure Resource Manager."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from azure.core import AzureClouds
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.pipeline import AsyncPipeline
from azure.core.pipeline.transport import AsyncHttpTransport
from azure.core.rest import AsyncHttpResponse, HttpRequest

if TYPE_CHECKING:
    from azure.mgmt.compute.aio import ComputeManagementClient
    from azure.mgmt.managementgroups.aio import ManagementGroupsMgmtClient
    from azure.mgmt.monitor.aio import MonitorManagementClient
    from azure.mgmt.network.aio import NetworkManagementClient
    from azure.mgmt.recoveryservices.aio import RecoveryServicesClient
    from azure.mgmt.recoveryservicesbackup.aio import RecoveryServicesBackupClient
    from azure.mgmt.resource.locks.aio import ManagementLockClient
    from azure.mgmt.resource.resources.aio import ResourceManagementClient
    from azure.mgmt.resource.subscriptions.aio import SubscriptionClient
    from azure.mgmt.resourcegraph.aio import ResourceGraphClient

Pipeline = AsyncPipeline[HttpRequest, AsyncHttpResponse]
Transport = AsyncHttpTransport[HttpRequest, AsyncHttpResponse]


class Azure:
    """The clients of one subscription, all over one pipeline.

    A client is made, and its package loaded, at its first use: loading them all takes longer than
    a small scan.
    """

    def __init__(
        self,
        credential: AsyncTokenCredential,
        subscription: str | None,
        endpoint: str,
        pipeline: Pipeline,
        version: str | None = None,
    ) -> None:
        """``subscription`` is a GUID. Only the clients of a tenant work without it.

        ``version`` is the api-version of all requests. None for the clients' own.
        """
        self._credential = credential
        self._subscription = subscription
        self._options: dict[str, Any] = {
            "base_url": endpoint,
            "pipeline": pipeline,
            # The pipeline has the policies. An empty list keeps a client from making its own.
            "policies": [],
            # The endpoint is given: AZURE_SDK_CLOUD_CONF must not decide, nor end a scan.
            "cloud_setting": AzureClouds.AZURE_PUBLIC_CLOUD,
        }
        if version:
            self._options["api_version"] = version

    @property
    def _of_subscription(self) -> tuple[AsyncTokenCredential, str]:
        """The arguments of a client. Raises ``ValueError`` if there is no subscription."""
        if self._subscription is None:
            raise ValueError("the id is in no subscription")
        return self._credential, self._subscription

    @cached_property
    def compute(self) -> ComputeManagementClient:
        """VMs, disks, restore points."""
        from azure.mgmt.compute.aio import ComputeManagementClient

        return ComputeManagementClient(*self._of_subscription, **self._options)

    @cached_property
    def network(self) -> NetworkManagementClient:
        """Interfaces, security groups, routes and ways out."""
        from azure.mgmt.network.aio import NetworkManagementClient

        return NetworkManagementClient(*self._of_subscription, **self._options)

    @cached_property
    def resource(self) -> ResourceManagementClient:
        """Resource groups, and what has no client of its own."""
        from azure.mgmt.resource.resources.aio import ResourceManagementClient

        return ResourceManagementClient(*self._of_subscription, **self._options)

    @cached_property
    def locks(self) -> ManagementLockClient:
        """Management locks."""
        from azure.mgmt.resource.locks.aio import ManagementLockClient

        return ManagementLockClient(*self._of_subscription, **self._options)

    @cached_property
    def vaults(self) -> RecoveryServicesClient:
        """Recovery Services vaults."""
        from azure.mgmt.recoveryservices.aio import RecoveryServicesClient

        return RecoveryServicesClient(*self._of_subscription, **self._options)

    @cached_property
    def backup(self) -> RecoveryServicesBackupClient:
        """Protected items, policies, jobs, and questions to the Backup service."""
        from azure.mgmt.recoveryservicesbackup.aio import RecoveryServicesBackupClient

        return RecoveryServicesBackupClient(*self._of_subscription, **self._options)

    @cached_property
    def monitor(self) -> MonitorManagementClient:
        """Metrics of Azure Monitor."""
        from azure.mgmt.monitor.aio import MonitorManagementClient

        return MonitorManagementClient(*self._of_subscription, **self._options)

    @cached_property
    def subscriptions(self) -> SubscriptionClient:
        """Subscriptions."""
        from azure.mgmt.resource.subscriptions.aio import SubscriptionClient

        return SubscriptionClient(self._credential, **self._options)

    @cached_property
    def groups(self) -> ManagementGroupsMgmtClient:
        """Management groups."""
        from azure.mgmt.managementgroups.aio import ManagementGroupsMgmtClient

        return ManagementGroupsMgmtClient(self._credential, **self._options)

    @cached_property
    def graph(self) -> ResourceGraphClient:
        """Azure Resource Graph."""
        from azure.mgmt.resourcegraph.aio import ResourceGraphClient

        return ResourceGraphClient(self._credential, **self._options)
