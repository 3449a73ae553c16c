"""What every text of a record is, so that redaction knows what to do with it.

A text that is not in the table cannot be redacted, so a bundle with it is refused: a new field
never leaks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Kind = Literal[
    "word", "name", "exact", "subscription", "id", "time", "address", "message", "tags", "settings",
    "affix", "public",
]  # fmt: skip
"""``word``: a word of Azure, kept: a state, a type, a region, a size, a version, a path.
``name``: a name or a container. ``exact``: a text whose casing counts. ``subscription``: its name
or GUID. ``id``: an id as text. ``time``: kept if it is one. ``address``: an address, a prefix or a
service tag. ``message``: what the service or the scanner says. ``tags``: names and values.
``settings``: members without a fixed form. ``affix``: the start or the end of a name.
``public``: what Microsoft publishes, kept."""


_OF_RECORD: Mapping[Kind, Mapping[str, str]] = {
    "word": {
        "AzureAnswer": "protection validation code",
        "BalancingRuleProperties": "protocol",
        "ClassicAgentStatus": "status guest_agent_version",
        "ClassicDisk": "operating_system",
        "ClassicView": "power_state",
        "ClassicVirtualMachine": "location",
        "DiffDisk": "option",
        "DiskProperties": "data_access_auth_mode",
        "DiskSecurity": "security_type",
        "DiskSku": "name",
        "Evidence": "path value",
        "ExtensionProperties": "publisher type provisioning_state",
        "ExtensionView": "type type_handler_version",
        "Gap": "fact action",
        "HandlerView": "type type_handler_version",
        "HardwareProfile": "vm_size",
        "ImageReference": "publisher offer sku",
        "InstanceView": "os_name os_version",
        "ItemProperties": "backup_management_type protection_state health_status "
        "last_backup_status",
        "JobProperties": "operation status",
        "JobTask": "status",
        "LockProperties": "level",
        "ManagedDisk": "storage_account_type",
        "Metric": "error_code",
        "MetricName": "value",
        "OutboundRuleProperties": "protocol",
        "PeeringProperties": "peering_state",
        "PlatformEncryption": "type",
        "PolicyProperties": "policy_type snapshot_consistency_type",
        "PublicIpProperties": "version",
        "RouteProperties": "next_hop_type",
        "Schedule": "schedule_policy_type schedule_run_frequency schedule_run_days",
        "Scope": "protection",
        "SecurityProfile": "security_type",
        "SecurityRuleProperties": "direction access protocol source_port_range source_port_ranges "
        "destination_port_range destination_port_ranges",
        "ServiceEndpoint": "service locations",
        "Sku": "name",
        "Source": "path",
        "Status": "code level",
        "Subscription": "state",
        "Times": "schedule_run_days",
        "Vault": "location",
        "VirtualMachine": "location",
        "VmAgentView": "vm_agent_version",
        "VmDisk": "os_type",
        "VmProperties": "provisioning_state",
    },
    "name": {
        "AzureAnswer": "vault",
        "BalancingRule": "name",
        "Extension": "name",
        "ExtensionView": "name",
        "ItemProperties": "friendly_name container_name",
        "JobProperties": "container_name entity_friendly_name",
        "Names": "management_groups resource_groups",
        "Peering": "name",
        "Policy": "name",
        "ResourceGroup": "name",
        "Route": "name",
        "SecurityRule": "name",
        "VirtualMachine": "name",
        "VmDisk": "name",
    },
    "exact": {"Vhd": "uri"},
    "subscription": {
        "Names": "subscriptions",
        "Subscription": "subscription_id display_name",
    },
    "id": {
        "Gap": "scope",
        "ItemProperties": "source_resource_id virtual_machine_id policy_id",
        "Reading": "scope",
        "ResourceGroup": "managed_by",
        "Route": "id",
        "SecurityRule": "id",
    },
    "time": {
        "ClassicAgentStatus": "timestamp",
        "ItemProperties": "last_backup_time last_recovery_point",
        "JobProperties": "start_time end_time",
        "MetricValue": "time_stamp",
        "RestorePointProperties": "time_created",
        "Schedule": "schedule_run_times",
        "Status": "time",
        "Times": "schedule_run_times",
    },
    "address": {
        "AddressSpace": "address_prefixes",
        "IpConfigurationProperties": "private_ip_address",
        "PublicIpProperties": "ip_address",
        "RouteProperties": "address_prefix next_hop_ip_address",
        "SecurityRuleProperties": "source_address_prefix source_address_prefixes "
        "destination_address_prefix destination_address_prefixes",
        "SubnetProperties": "address_prefix address_prefixes",
    },
    "message": {
        "AzureAnswer": "message",
        "ClassicMessage": "message",
        "Gap": "remedy what",
        "HealthDetail": "title message",
        "JobErrorDetail": "error_title error_string",
        "JobTask": "task_id",
        "Status": "display_status message",
    },
    "tags": {"ClassicVirtualMachine": "tags", "Names": "tags", "VirtualMachine": "tags"},
    "settings": {"ItemProperties": "extended_properties"},
    "affix": {"InstantDetails": "prefix suffix"},
    "public": {"PublishedTags": "publication prefixes"},
}

KINDS: Mapping[tuple[str, str], Kind] = {
    (record, field): kind
    for kind, records in _OF_RECORD.items()
    for record, fields in records.items()
    for field in fields.split()
}
"""The kind of every text, by record and field. Ids, numbers and times of their own types have
none."""

ERRORS: Mapping[str, tuple[str, str, str]] = {
    "HealthDetail": ("title", "code", "message"),
    "JobErrorDetail": ("error_title", "error_code", "error_string"),
}
"""Records of errors, which are redacted as a whole: title, number and text."""
