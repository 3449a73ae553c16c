"""Load balancers and their rules (provider azurerm, 3 to 5)."""

from __future__ import annotations

from typing import Any

from scanner.plan.attributes import Attributes
from scanner.plan.azurerm.mapped import Body, Row, entries, fill, put, reference
from scanner.plan.planned import UNKNOWN, Unknown

_FRONTEND = (
    Row("name", "name", "text"),
    Row("public_ip_address_id", "properties.publicIPAddress", "reference"),
    Row("public_ip_prefix_id", "properties.publicIPPrefix", "reference"),
)


def balancer(attributes: Attributes, body: Body) -> None:
    """SKU and frontends."""
    sku = attributes.text("sku")
    # The default is Standard since azurerm 4, and Basic balancers are retired.
    put(body, "sku.name", sku or "Standard")
    found = entries(
        attributes, "frontend_ip_configuration", lambda at: fill(attributes, _FRONTEND, at)
    )
    put(body, "properties.frontendIPConfigurations", found)


def balancing(attributes: Attributes, body: Body) -> None:
    """The pools and the frontend of a load-balancing rule."""
    pools = attributes.texts("backend_address_pool_ids")
    if pools:
        is_open = isinstance(pools, Unknown)
        listed = UNKNOWN if is_open else [reference(pool) for pool in pools]
        put(body, "properties.backendAddressPools", listed)
    disabled = attributes.get("disable_outbound_snat")
    if disabled is not None:
        put(body, "properties.disableOutboundSnat", disabled)
    _frontend(attributes, body, attributes.text("frontend_ip_configuration_name"), "one")


def outbound(attributes: Attributes, body: Body) -> None:
    """The pool and the frontends of an outbound rule."""
    put(
        body,
        "properties.backendAddressPool",
        reference(attributes.text("backend_address_pool_id")),
    )
    blocks = attributes.blocks("frontend_ip_configuration")
    names = (
        [UNKNOWN]
        if isinstance(blocks, Unknown)
        else [attributes.plain(*at, "name") for at in blocks]
    )
    for name in names:
        _frontend(attributes, body, name, "many")


def _frontend(attributes: Attributes, body: Body, name: Any, how: str) -> None:
    owner = attributes.text("loadbalancer_id")
    id_ = (
        f"{owner}/frontendIPConfigurations/{name}"
        if isinstance(owner, str) and isinstance(name, str)
        else UNKNOWN
    )
    if how == "one":
        put(body, "properties.frontendIPConfiguration", reference(id_))
    else:
        listed = body.setdefault("properties", {}).setdefault("frontendIPConfigurations", [])
        listed.append(reference(id_))
