"""Service tags from ARM: one read for a scan, and the built-in copy where they are not read.

Shapes after the example of the REST API reference (Service Tags, List, 2024-03-01). Any region
answers with the tags of the whole cloud.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from scanner.arm.decode import Malformed, decode_record
from scanner.arm.service_tags import published
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.network import PublishedTags
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.records.network import ServiceTagList
from scanner.network.egress import egress
from scanner.network.service_tags import tags_of
from scanner.network.target import target_of
from scanner.sim import faults
from scanner.sim.world import World
from tests.support.scans import Scanned, scan_now
from tests.support.ways import DENY, network, on_nic

PLACE = ArmId("/subscriptions/s/providers/Microsoft.Network/locations/chinaeast2")
STORAGE = ["52.130.0.0/24", "2406:e500:4000::/40"]
CAUSE = "vm-no-internet-access"


def entry(name: str | None, prefixes: Any) -> dict[str, Any]:
    properties = {
        "changeNumber": "7",
        "region": "",
        "systemService": "",
        "addressPrefixes": prefixes,
    }
    return {"name": name, "id": name, "properties": properties}


def answer(*values: Any, **members: Any) -> ServiceTagList:
    body = {"name": "china", "type": "Microsoft.Network/serviceTags", "changeNumber": "63",
            "cloud": "AzureChinaCloud", "values": [*values]} | members  # fmt: skip
    return decode_record(json.dumps(body).encode(), ServiceTagList)


def read(*values: Any, **members: Any) -> PublishedTags:
    found = published(answer(*values, **members), PLACE)
    assert isinstance(found, PublishedTags)
    return found


def test_an_answer() -> None:
    """China has no copy that is built in: without ARM's answer all public addresses are judged."""
    tags = tags_of(read(entry("Storage.ChinaEast2", STORAGE)), "chinaeast2")
    assert tags.publication == "AzureChinaCloud 63 by ARM"
    target = target_of("Storage.{region}", "chinaeast2", tags)
    assert target.addresses.count == 256
    assert target.published == "AzureChinaCloud 63 by ARM"
    assert tags.prefixes("storage.chinaeast2") == tuple(STORAGE)
    without = target_of("Storage.{region}", "chinaeast2", tags_of(None, "chinaeast2"))
    assert without.published is None
    assert "whose addresses are not built in" in without.text


def test_names_of_regions_are_one() -> None:
    """``AzureCloud`` abbreviates regions that other tags spell out (both in Microsoft's files)."""
    values = (entry("Storage.FranceCentral", ["20.38.196.0/23"]),
              entry("AzureCloud.centralfrance", ["20.38.192.0/19"]))  # fmt: skip
    tags = tags_of(read(*values, cloud="Public"), "francecentral")
    for name in ("AzureCloud.francecentral", "AzureCloud.CentralFrance"):
        found = tags.addresses(tags.name(name))
        assert found is not None
        assert found.count == 2**13


LEFT_OUT: dict[str, Any] = {
    "null in place of prefixes": entry("Storage.WestEurope", None),
    "no prefix": entry("Storage.WestEurope", []),
    "no properties": {"name": "Storage.WestEurope", "properties": None},
    "no name": entry(None, ["20.0.0.0/8"]),
    "a prefix that is none": entry("Storage.WestEurope", ["20.0.0.0/8", "20.0.0.0/99"]),
    "words": entry("Storage.WestEurope", ["regions"]),
}


@pytest.mark.parametrize("odd", LEFT_OUT.values(), ids=LEFT_OUT)
def test_a_tag_that_cannot_be_read_is_not_used(odd: Any) -> None:
    """Without Storage of the region the built-in copy is used, which the evidence names."""
    tags = read(odd, entry("Sql", ["20.0.0.0/24"]), cloud="Public")
    (only,) = egress(replace(network(nic=on_nic(HALF)), service_tags=tags)).obstacles
    assert "(service tags Public 360)" in only.message


HALF = DENY | {"destination_address_prefix": "0.0.0.0/1"}
OWN = ("40.112.0.0/24", "200.0.0.0/24")


def test_a_read_publication_is_judged_and_named() -> None:
    tags = read(entry("Storage.WestEurope", OWN), cloud="Public", changeNumber=363)
    (only,) = egress(replace(network(nic=on_nic(HALF)), service_tags=tags)).obstacles
    assert only.message.startswith(
        "50 % of Azure Storage in westeurope (service tags Public 363 by ARM)"
    )


def test_a_broken_tag_in_a_route_to_a_prefix_is_unknown() -> None:
    """Another tag of the publication may be broken: what it has of the target is not known."""
    tags = tags_of(
        read(entry("Storage.WestEurope", OWN), entry("Sql", ["40.112.0/99"]), cloud="Public"),
        "westeurope",
    )
    target = target_of("40.112.0.0/25", "westeurope", tags)
    with pytest.raises(ValueError, match="Sql"):
        target.part_in("Sql")


NO_ANSWER: dict[str, dict[str, Any]] = {
    "another page": {"nextLink": "https://management.azure.com/next"},
    "no cloud": {"cloud": None},
    "no number": {"changeNumber": None},
}


@pytest.mark.parametrize("members", NO_ANSWER.values(), ids=NO_ANSWER)
def test_an_answer_that_is_not_whole(members: dict[str, Any]) -> None:
    found = published(answer(entry("Storage.ChinaEast2", STORAGE), **members), PLACE)
    assert isinstance(found, Gap)
    assert found.reason is Reason.NOT_RECORDED


@pytest.mark.parametrize("values", ["Storage", [None], [{"properties": {"addressPrefixes": [1]}}]],
                         ids=["a text", "a null entry", "a number as prefix"])  # fmt: skip
def test_an_answer_of_another_shape(values: Any) -> None:
    with pytest.raises(Malformed):
        answer(values=values)


def fleet() -> World:
    """Two subscriptions, each with a VM whose NIC denies a part of Azure Storage."""
    world = World(seed=1)
    for name in ("one", "two"):
        group = world.subscription(name).group("rg", "westeurope")
        group.vm(f"vm-{name}")
    return world


def tag_requests(scanned: Scanned) -> int:
    return sum("servicetags" in request.path.lower() for request in scanned.azure.log)


def test_one_read_for_a_scan() -> None:
    scanned = scan_now(fleet(), edition="2018-01")
    assert tag_requests(scanned) == 1
    assert not any("service tags" in note for note in scanned.report.notes)


def test_a_refusal_is_a_note_and_no_gap() -> None:
    """The built-in copy is dated evidence, so nothing is unknown."""
    world = fleet()
    faults.refuse(world, "service_tags")
    scanned = scan_now(world, edition="2018-01")
    assert not scanned.report.gaps
    (note,) = (note for note in scanned.report.notes if "service tags" in note)
    assert "Microsoft.Network/locations/serviceTags/read" in note
    assert "built in was used: Public 360 and AzureGovernment 401." in note
    assert scanned.verdict("vm-one", CAUSE) == "clear"


def test_another_subscription_may_have_the_right() -> None:
    world = fleet()
    for subscription in world.subscriptions[:1], world.subscriptions[1:]:
        faults.refuse(subscription[0], "service_tags", times=1)
    scanned = scan_now(world, edition="2018-01")
    assert tag_requests(scanned) >= 2
    assert not any("service tags" in note for note in scanned.report.notes)
