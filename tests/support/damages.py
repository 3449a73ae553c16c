"""Single damages to the members of ARM's answers, and the verdicts that get better by them.

A member is known by its route and its path, such as ``properties.securityRules[].name``. Only
members that a record declares and an answer has are damaged: a scan does not read the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, get_args, get_origin

import msgspec

from scanner.arm import calls
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import BACKED_UP, State
from scanner.inventory.gap import Gap
from scanner.judging.judged_vm import JudgedVm
from scanner.report.report import Report
from scanner.sim.changes import change_json
from scanner.sim.faults import Fault, alter
from scanner.sim.patches import ABSENT
from scanner.sim.world import World
from tests.support.scans import scan_now
from tests.support.verdicts import verdict_of

RECORDS: Mapping[str, type[msgspec.Struct]] = {
    "resource_groups": calls.RESOURCE_GROUPS.record,
    "virtual_machines": calls.VIRTUAL_MACHINES.record,
    "classic_virtual_machines": calls.CLASSIC_VMS.record,
    "statuses": calls.STATUSES.record,
    "instance_views": calls.INSTANCE_VIEW.record,
    "disks": calls.DISKS.record,
    "locks": calls.LOCKS.record,
    "restore_point_collections": calls.COLLECTIONS.record,
    "restore_points": calls.RESTORE_POINTS.record,
    "network_interfaces": calls.INTERFACES.record,
    "network_security_groups": calls.SECURITY_GROUPS.record,
    "virtual_networks": calls.VIRTUAL_NETWORKS.record,
    "route_tables": calls.ROUTE_TABLES.record,
    "load_balancers": calls.LOAD_BALANCERS.record,
    "public_ip_addresses": calls.PUBLIC_IPS.record,
    "nat_gateways": calls.NAT_GATEWAYS.record,
    "vaults": calls.VAULTS.record,
    "protected_items": calls.PROTECTED_ITEMS.record,
    "backup_policies": calls.POLICIES.record,
    "backup_jobs": calls.JOBS.record,
    "backup_job": calls.JOB.record,
}
"""The record of the entries of each route that is damaged."""

Kind = Literal["text", "id", "number", "flag", "list", "object"]
Change = Callable[[Any], Any]
"""Makes a damaged value of the value that ARM sent."""


def _always(value: object) -> Change:
    return lambda _: value


REMOVED, NULL = {"removed": _always(ABSENT)}, {"null": _always(None)}
IN_CAPITALS: Mapping[str, Change] = {"in capitals": str.upper}
DAMAGES: Mapping[Kind, Mapping[str, Change]] = {
    "text": {
        "an unknown word": _always("Wedged"),
        "a number": _always(17),
        "empty": _always(""),
        **IN_CAPITALS,
    },
    "id": {
        "no id": _always("Wedged"),
        "with dots": lambda text: f"{text}/../{text.rpartition('/')[2]}",
        "empty": _always(""),
        **IN_CAPITALS,
    },
    "number": {"text": _always("17"), "below zero": _always(-1), "zero": _always(0)},
    "flag": {"text": _always("true")},
    "list": {"text": _always("Wedged"), "of null": _always([None])},
    "object": {"a list": _always([]), "empty": _always({})},
}
"""The damages by the kind of the member. Every kind can also be removed and null."""


class Member(NamedTuple):
    """A member of the entries of a route. A step ``[]`` of its path is every entry of a list."""

    route: str
    steps: tuple[str, ...]
    kind: Kind

    @property
    def path(self) -> str:
        return ".".join(self.steps).replace(".[]", "[]")

    @property
    def damages(self) -> Mapping[str, Change]:
        return {**REMOVED, **NULL, **DAMAGES[self.kind]}


@dataclass(frozen=True)
class Damage:
    """One damage to a member, in all entries of a route that have the member, or in one of them."""

    member: Member
    name: str
    only: int | None = None
    """Counts the places of the member in one answer, and begins again after the last."""

    def __str__(self) -> str:
        where = "" if self.only is None else f", place {self.only}"
        return f"{self.member.route} {self.member.path}: {self.name}{where}"

    def apply_to(self, body: Any) -> Any:
        """The body of an answer, damaged in place."""
        places = list(_places_in(body, self.member))
        if self.only is not None and places:
            places = [places[self.only % len(places)]]
        change = self.member.damages[self.name]
        for container, key in places:
            value = change(container[key])
            if value is not ABSENT:
                container[key] = value
            elif isinstance(container, dict):
                del container[key]
        return body


def _places_in(body: Any, member: Member) -> Iterator[tuple[Any, Any]]:
    """The containers and keys of a member in an answer, which is a listing or one resource."""
    entries = body["value"] if isinstance(body.get("value"), list) else [body]
    return (place for entry in entries for place in _places(entry, member.steps))


def _places(entry: Any, steps: tuple[str, ...]) -> Iterator[tuple[Any, Any]]:
    """The containers and keys of a member in an entry. Members that are null are left alone."""
    first, *rest = steps
    keys = range(len(entry)) if first == "[]" and isinstance(entry, list) else (first,)
    for key in keys:
        if isinstance(entry, dict) and entry.get(key) is None:
            continue
        if rest:
            yield from _places(entry[key], tuple(rest))
        else:
            yield entry, key


def all_members() -> list[Member]:
    """The members of all records."""
    return [member for route, record in RECORDS.items() for member in _members(route, record, ())]


def _members(route: str, record: type[msgspec.Struct], above: tuple[str, ...]) -> Iterator[Member]:
    for field in msgspec.structs.fields(record):
        yield from _of_type(route, field.type, (*above, field.encode_name))


def _of_type(route: str, type_: Any, steps: tuple[str, ...]) -> Iterator[Member]:
    types = [part for part in get_args(type_) if part is not type(None)]
    if get_origin(type_) is tuple:
        yield Member(route, steps, "list")
        yield from _of_type(route, types[0], (*steps, "[]"))
    elif get_origin(type_) is dict or type_ is Any:
        yield Member(route, steps, "object")
    elif types:
        yield from _of_type(route, types[0], steps)
    elif issubclass(type_, msgspec.Struct):
        yield Member(route, steps, "object")
        yield from _members(route, type_, steps)
    else:
        yield Member(route, steps, _KINDS[type_])


_KINDS: Mapping[type, Kind] = MappingProxyType(
    {str: "text", ArmId: "id", int: "number", bool: "flag"}
)
OMITTED: Mapping[str, str] = {
    "dataDisks[].writeAcceleratorEnabled": "off, as recorded",
    "osDisk.diffDiskSettings": "a disk that is not ephemeral",
    "properties.dataAccessAuthMode": "no Entra authentication (REST API reference, Disk)",
    "properties.defaultOutboundAccess": "a way out by default (REST API reference, Subnet)",
    "properties.maxShares": "one VM (REST API reference, Disk)",
    "properties.snapshotConsistencyType": "application-consistent (REST API reference, Policy)",
    "networkSecurityGroup": "none, as recorded",
    "osProfile": "a VM created from a disk (REST API reference, OSProfile)",
    "osProfile.allowExtensionOperations": "allowed (REST API reference, OSProfile)",
    "routeTable": "none, as recorded",
    "securityProfile": "standard security (REST API reference, SecurityProfile)",
    "securityProfile.securityType": "standard security (REST API reference, SecurityProfile)",
}
"""What ARM says when it leaves a member out, by the end of the member's path.

To take such a member away is no damage but another answer, which may be better.
"""
OPEN: Mapping[str, str] = {
    "resources[].properties.publisher": "an extension of another publisher",
    "resources[].properties.type": "an extension of another type",
}
"""What an unknown word says in a member whose words no document lists in full."""
_TAKEN_AWAY = ("removed", "null", "empty")
Verdicts = Mapping[str, Mapping[str, str]]
"""The words by VM id in lower case, then by cause; its protection and last backup too."""


def answered_members(world: World) -> list[Member]:
    """The members that an answer of this world has."""
    bodies: defaultdict[str, list[Any]] = defaultdict(list)
    faults = [_alter(world, route, _recorder(bodies[route])) for route in RECORDS]
    scan_now(world, edition="current")
    for fault in faults:
        world.faults.remove(fault)
    return [
        member
        for member in all_members()
        if any(True for body in bodies[member.route] for _ in _places_in(body, member))
    ]


def _recorder(bodies: list[Any]) -> Change:
    def record(body: Any) -> Any:
        bodies.append(body)
        return body

    return record


def _alter(world: World, route: str, change: Change) -> Fault:
    return alter(world, route, change_json(lambda _, body: change(body)))


def damages_of(members: Sequence[Member]) -> list[Damage]:
    """Every damage to every member, without what is no damage but another answer."""
    return [
        Damage(member, name)
        for member in members
        for name in member.damages
        if not (name in _TAKEN_AWAY and _ends_with(member, OMITTED))
        if not (name == "an unknown word" and _ends_with(member, OPEN))
    ]


def _ends_with(member: Member, ends: Iterable[str]) -> bool:
    return any(f".{member.path}".endswith(f".{end}") for end in ends)


def scan_damaged(world: World, damage: Damage | None, edition: str) -> Report:
    """The report on a world whose answers have one damage. The world itself stays as it is."""
    if damage is None:
        return scan_now(world, edition=edition).report
    fault = _alter(world, damage.member.route, damage.apply_to)
    try:
        return scan_now(world, edition=edition).report
    finally:
        world.faults.remove(fault)


def improvements(truth: Report, damaged: Report) -> list[str]:
    """What is better in a damaged report, a line each: verdicts, and VMs lost without a gap."""
    before, after = verdicts_of(truth), verdicts_of(damaged)
    lost = before.keys() - after.keys() if len(damaged.gaps) <= len(truth.gaps) else ()
    return [
        *(f"{vm}: is lost without a gap" for vm in sorted(lost)),
        *(
            f"{vm}: {cause} was {verdict}, is {after[vm][cause]}"
            for vm in sorted(before.keys() & after.keys())
            for cause, verdict in before[vm].items()
            if _is_better(verdict, after[vm][cause])
        ),
    ]


def _is_better(verdict: str, than: str) -> bool:
    """True if ``than`` is better news than ``verdict``. Unknown may be anything, but not clear."""
    return _RANKS[_word(than)] < min(_RANKS[_word(verdict)], 1)


def _word(verdict: str) -> str:
    return verdict.partition(" (")[0]


_RANKS: Mapping[str, int] = {
    **dict.fromkeys(("clear", "not-applicable", "did not fail", *BACKED_UP), 0),
    "unknown": 1,
    **dict.fromkeys(("possible", "applies", "failed", "unprotected"), 2),
    **dict.fromkeys(set(get_args(State)) - {*BACKED_UP}, 2),
}


def verdicts_of(report: Report) -> Verdicts:
    """The verdicts of a report, unknown ones with their reason."""
    return {vm.vm.id.text.lower(): _row(vm) for vm in report.vms}


def _row(vm: JudgedVm) -> dict[str, str]:
    verdicts = {judged.cause: verdict_of(judged) for judged in vm.causes}
    protection = vm.protection
    if protection is None or isinstance(protection, Gap):
        return verdicts | dict.fromkeys(("protection", "last backup"), "unknown")
    error = protection.known_error
    how = "unknown" if isinstance(error, Gap) else "failed" if error else "did not fail"
    return verdicts | {"protection": protection.state, "last backup": how}
