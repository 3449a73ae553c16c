"""Rules of network security groups, and the default rules of Azure."""

from typing import Any

from scanner.inventory.armid import ArmId
from scanner.inventory.records.network import SecurityRule, SecurityRuleProperties

NSG = ArmId(
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/nsg"
)

ANY: dict[str, Any] = {
    "protocol": "*", "source_port_range": "*", "destination_port_range": "*",
    "source_address_prefix": "*", "destination_address_prefix": "*",
    "direction": "Outbound", "access": "Deny", "priority": 100,
}  # fmt: skip


def rule(name: str = "rule", **members: Any) -> SecurityRule:
    """A rule that denies all outbound traffic, changed by the members given."""
    return SecurityRule(
        f"{NSG}/securityRules/{name}", name, SecurityRuleProperties(**{**ANY, **members})
    )


DEFAULTS = (
    rule("AllowVnetOutBound", access="Allow", priority=65000,
         source_address_prefix="VirtualNetwork", destination_address_prefix="VirtualNetwork"),
    rule("AllowInternetOutBound", access="Allow", priority=65001,
         destination_address_prefix="Internet"),
    rule("DenyAllOutBound", priority=65500),
)  # fmt: skip
