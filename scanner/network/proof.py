"""The way of a VM's packets step by step, as people read it: what decides, and what does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence
from scanner.inventory.facts.network import Association, Network
from scanner.inventory.gap import Gap
from scanner.network.egress import Egress
from scanner.network.outbound import OutboundRule, read_rules
from scanner.network.rules import matches_of
from scanner.network.steps import Fate, Stage, flow_of
from scanner.network.target import Target

Place = Literal["interface", "NIC", "subnet", "routes", "way out"]


class Line(Struct, frozen=True, gc=False):
    """One line of a proof."""

    place: Place
    text: str
    fate: Fate | Literal["skips", "begins"]
    """``skips``: the rule says nothing of these packets. ``begins``: the interface."""
    share: str = ""
    """How much of the target it decides. Empty if it decides nothing."""
    root: ArmId | None = None
    """The rule, the route or the subnet to change."""
    evidence: Evidence | None = None
    gap: Gap | None = None
    """What was not read there."""


def proof(network: Network, way: Egress) -> Iterator[Line]:
    """The way step by step: interface, rules in their order until all is decided, routes, way out.

    Its parts are those of the same ``Egress``, so the proof and the verdict cannot differ.
    """
    nic = way.interface
    address = "an unread address" if isinstance(nic.known_address, Gap) else nic.known_address
    yield Line("interface", f"{nic.id.name}, by {address}", "begins", evidence=network.evidence)
    places = {"NIC": nic.association}
    if not isinstance(nic.known_subnet, Gap):
        places["subnet"] = nic.known_subnet.association
    for stage in way.stages:
        if stage.name in places:
            yield from _skipped(network, places[stage.name], stage, way)
        for step in stage.steps:
            share = way.target.share(step.addresses)
            yield Line(stage.name, step.text, step.fate, share, step.root, step.evidence)
        if stage.gap and (stage.unread or not stage.steps):
            yield Line(stage.name, stage.gap.remedy, "unread", way.target.share(stage.unread),
                       gap=stage.gap)  # fmt: skip
    for hidden in way.hidden:
        text = f"{hidden.id.name}: {hidden.value}, whose routes no configuration shows"
        yield Line("routes", text, "skips", evidence=hidden)


def _skipped(network: Network, place: Association, stage: Stage, way: Egress) -> Iterator[Line]:
    """The rules before the last one that decides, which say nothing of these packets."""
    group = place.known_group
    if group is None or isinstance(group, Gap):
        return
    flow = flow_of(network, way.interface, way.target)
    rules = read_rules(group, place.source, flow.target, flow.reach)
    matches = iter(matches_of(group, place.source, flow))
    deciding = {step.root for step in stage.steps}
    last = max((at for at, rule in enumerate(rules) if rule.id in deciding), default=len(rules))
    for at, rule in enumerate(rules):
        match = True if rule.sources is None else next(matches)
        if at < last and rule.id not in deciding:
            text = (
                f"rule {rule.name} (priority {rule.priority}): {_why_not(rule, match, way.target)}"
            )
            yield Line(stage.name, text, "skips")


def _why_not(rule: OutboundRule, match: bool | Gap, target: Target) -> str:
    if rule.why_not:
        return rule.why_not
    if match is False:
        return "its source is another one"
    return f"earlier rules decide all that it has of {target.text}, or its source ports are others"
