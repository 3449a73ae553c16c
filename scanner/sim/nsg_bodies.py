"""The ARM JSON of network security groups, as recorded answers show it."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.sim.network_members import child, network_body, references
from scanner.sim.network_shapes import RuleShape, Values
from scanner.sim.patches import Body

_ANY, _VNET, _INTERNET = "*", "VirtualNetwork", "Internet"
_DEFAULTS = (
    ("AllowVnetInBound", "Allow inbound traffic from all VMs in VNET",
     _VNET, _VNET, "Allow", 65000, "Inbound"),
    ("AllowAzureLoadBalancerInBound", "Allow inbound traffic from azure load balancer",
     "AzureLoadBalancer", _ANY, "Allow", 65001, "Inbound"),
    ("DenyAllInBound", "Deny all inbound traffic", _ANY, _ANY, "Deny", 65500, "Inbound"),
    ("AllowVnetOutBound", "Allow outbound traffic from all VMs to all VMs in VNET",
     _VNET, _VNET, "Allow", 65000, "Outbound"),
    ("AllowInternetOutBound", "Allow outbound traffic from all VMs to Internet",
     _ANY, _INTERNET, "Allow", 65001, "Outbound"),
    ("DenyAllOutBound", "Deny all outbound traffic", _ANY, _ANY, "Deny", 65500, "Outbound"),
)  # fmt: skip


def security_group(seed: int, id_: str, rules: Sequence[RuleShape]) -> Body:
    """A network security group: its own rules in the given order, and the six default rules."""
    own = [
        child(seed, id_, "securityRules", rule.name, _rule_properties(seed, rule)) for rule in rules
    ]
    defaults = [
        child(
            seed,
            id_,
            "defaultSecurityRules",
            name,
            {
                "description": description,
                "protocol": _ANY,
                **_one_or_many("sourcePortRange", _ANY),
                **_one_or_many("destinationPortRange", _ANY),
                **_one_or_many("sourceAddressPrefix", source),
                **_one_or_many("destinationAddressPrefix", destination),
                "access": access,
                "priority": priority,
                "direction": direction,
            },
        )
        for name, description, source, destination, access, priority, direction in _DEFAULTS
    ]
    return network_body(seed, id_, {"securityRules": own, "defaultSecurityRules": defaults})


def _rule_properties(seed: int, rule: RuleShape) -> Body:
    return {
        "protocol": rule.protocol,
        **_one_or_many("sourcePortRange", rule.source_port),
        **_one_or_many("destinationPortRange", rule.port),
        **_endpoint(seed, "source", rule.source, rule.source_asgs),
        **_endpoint(seed, "destination", rule.destination, rule.destination_asgs),
        "access": rule.access,
        "priority": rule.priority,
        "direction": rule.direction,
    }


def _endpoint(seed: int, end: str, prefixes: Values, asgs: Sequence[str]) -> Body:
    """The source or the destination of a rule: security groups replace its prefixes."""
    if not asgs:
        return _one_or_many(f"{end}AddressPrefix", prefixes)
    return {
        f"{end}ApplicationSecurityGroups": references(seed, asgs),
        f"{end}AddressPrefixes": [],
    }


def _one_or_many(member: str, values: Values) -> Body:
    """One value fills the singular member and leaves the list empty; several fill the list only."""
    plural = f"{member}es" if member.endswith("x") else f"{member}s"
    if isinstance(values, str):
        return {member: values, plural: []}
    return {plural: list(values)}
