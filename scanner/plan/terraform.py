"""What ``terraform show -json`` and ``tofu show -json`` print (JSON Output Format 1.x)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import Any

from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.origin import Origin
from scanner.plan.adrift import Adrift, of_part, of_patch, with_adrift
from scanner.plan.attributes import Attributes
from scanner.plan.azapi import AZAPI, azapi_body
from scanner.plan.azurerm import HIDDEN, REFERRED, TYPES
from scanner.plan.azurerm.mapped import Mapped, fill
from scanner.plan.instances import Instances, ResourceChange, TerraformPlan
from scanner.plan.kinds import LOCK, is_group, is_kept
from scanner.plan.merge import is_same_but_tags, removing, withdrawn
from scanner.plan.module_tree import Instance
from scanner.plan.planned import UNKNOWN, Action, Contents, Planned, Unknown, resource_id
from scanner.plan.separate_parts import with_separate_parts
from scanner.plan.traversal import names_of

_NO_CHANGE = frozenset({"no-op", "forget", "read"})
_CHANGES = frozenset({"create", "update", "delete"})


def read_terraform(plan: TerraformPlan, subscription: str | None) -> Contents:
    """The changes of a plan. ``subscription`` is of resources whose plan does not say it.

    Raises ``msgspec.MsgspecError`` for members of another shape.
    """
    return _Reader(plan, subscription).contents()


class _Reader:
    def __init__(self, plan: TerraformPlan, subscription: str | None) -> None:
        self.plan = plan
        self.instances = Instances(plan, subscription)
        self.notes: list[str] = []
        self.unscoped: list[Origin] = []
        self.new_groups: set[ArmId] = set()
        self.adrift: list[Adrift] = []
        self.hidden: list[str] = []
        """Addresses of what is of a resource whose id must not be shown."""
        self.changing: list[str] = []
        """Addresses of what changes a resource that is not known."""
        self.odd: list[str] = []
        """Addresses of what has an id that no resource has."""
        self.unplaced: list[str] = []
        """Addresses of what is of a resource that is not known."""

    def contents(self) -> Contents:
        planned = [
            change
            for instance, one in self.instances.changes.items()
            for change in self._changes(instance, one)
        ]
        planned = [*with_adrift(with_separate_parts(planned), self.adrift)]
        changed = [
            one
            for one in self.plan.resource_changes
            if one.mode == "managed" and not one.change.actions <= _NO_CHANGE
        ]
        self.notes += _of_unknown(self.changing, "changes", "change")
        self.notes += _of_unknown(self.unplaced, "is of", "are of")
        hidden = {one.type for one in changed if one.type in HIDDEN}
        self.notes += [f"{type_} is not judged: {HIDDEN[type_]}" for type_ in sorted(hidden)]
        if self.plan.complete is False:
            self.notes.append(
                "The plan is incomplete (-target, or an error): what it leaves out is not judged"
            )
        if not self.instances.references.is_known and planned:
            self.notes.append(
                "The plan has no configuration: what is unknown until apply cannot be followed"
            )
        gaps = [*_of(self.hidden, _HIDDEN), *_of(self.odd, _ODD), *_of_new_actions(changed)]
        if self.plan.errored:
            remedy = "Planning ended with an error, so changes are missing. Plan again."
            gaps.append(Gap("the plan", "the plan", Reason.FAILED, None, remedy, "the plan"))
        return Contents(
            planned=tuple(planned),
            notes=tuple(self.notes),
            gaps=tuple(gaps),
            changes=len(changed),
            unscoped_locks=tuple(self.unscoped),
            new_groups=frozenset(self.new_groups),
            folders=self._folders(),
        )

    def _folders(self) -> dict[tuple[str, ...], str]:
        """The folders of the modules that are in the configuration's own folder."""
        found: dict[tuple[str, ...], str] = {}
        for names in {names_of(instance.module) for instance in self.instances.changes}:
            sources = self.instances.references.module_source(names)
            if all(source and source.startswith(("./", "../")) for source in sources):
                found[names] = posixpath.normpath("/".join([".", *filter(None, sources)]))
        return found

    def _changes(self, instance: Instance, one: ResourceChange) -> Iterator[Planned]:
        actions = one.change.actions
        if one.mode != "managed" or actions.isdisjoint(_CHANGES):
            return
        origin = Origin(one.address)
        mapped = TYPES.get(one.type)
        if mapped is not None and mapped.changes is not None:
            yield from self._associations(instance, mapped, actions, origin)
            return
        before = (
            None
            if "create" in actions and len(actions) == 1
            else self.instances.id(instance, old=True)
        )
        after = None if actions == {"delete"} else self.instances.id(instance)
        if one.type == "azapi_update_resource":
            yield from self._azapi_update(instance, actions, origin)
            return
        old, new = self._arm_id(before, origin), self._arm_id(after, origin)
        # With its group ends all that is in it, also if the group is made again.
        ends = old is not None and (old != new or is_group(old))
        if "delete" in actions and old and ends and is_kept(old):
            yield Planned(id=old, action="delete", origin=origin)
        if "delete" in actions and "create" not in actions:
            return
        if new is None:
            self._unplaced(instance, after, origin)
            return
        if one.type == _GROUP or (one.type in AZAPI and is_group(new)):
            if actions == {"create"}:
                self.new_groups.add(new)
            return
        if not is_kept(new):
            return
        body = self._body(instance, one, old=False)
        if "create" in actions:
            is_replaced = "delete" in actions and old in (None, new)
            yield Planned(
                id=new, action="create", origin=origin, body=body, is_replaced=is_replaced
            )
            return
        was = self._body(instance, one, old=True)
        # Tags alone change no verdict.
        if not is_same_but_tags(was, body):
            yield Planned(
                id=new, action="change", origin=origin, body=removing(was, body), before=was
            )

    def _associations(
        self, instance: Instance, mapped: Mapped, actions: Set[str], origin: Origin
    ) -> Iterator[Planned]:
        assert mapped.changes is not None
        for old, wanted in ((True, {"delete", "update"}), (False, {"create", "update"})):
            if not actions & wanted:
                continue
            attributes = self.instances.attributes(instance, old=old)
            for target, patch in mapped.changes(attributes):
                id_ = self._arm_id(target, origin)
                if not isinstance(target, str):
                    self._lose(origin, attributes, mapped.parent, self.changing)
                    self.adrift.append(of_patch(origin, REFERRED.get(mapped.parent, ()), patch))
                if id_ is None:
                    continue
                is_part = id_.text.rpartition("/")[0].lower().endswith("/datadisks")
                if is_part:
                    action: Action = "delete" if old else "create"
                    yield Planned(id=id_, action=action, origin=origin, body=None if old else patch)
                    continue
                body = withdrawn(patch) if old else patch
                yield Planned(id=id_, action="change", origin=origin, body=body, is_withdrawn=old)

    def _azapi_update(
        self, instance: Instance, actions: Set[str], origin: Origin
    ) -> Iterator[Planned]:
        """It changes a resource that exists. Its end changes nothing: Azure keeps the values."""
        if actions == {"delete"}:
            return
        target = self.instances.id(instance)
        id_ = self._arm_id(target, origin)
        if isinstance(target, Unknown):
            self.changing.append(origin.address)
            types = self._types_of(instance)
            self.adrift.append(Adrift(origin, types, {"properties": UNKNOWN}))
        elif id_ and is_kept(id_):
            body = azapi_body(
                self.instances.attributes(instance), self.instances.referred(instance)
            )
            yield Planned(id=id_, action="change", origin=origin, body=body)

    def _arm_id(self, value: object, origin: Origin) -> ArmId | None:
        """The id. A text that is the id of no resource is kept as a fault of the plan."""
        id_ = resource_id(value)
        if id_ is None and isinstance(value, str):
            self.odd.append(origin.address)
        return id_

    def _unplaced(self, instance: Instance, id_: object, origin: Origin) -> None:
        """A lock may be on any resource, a part may be of any that is created."""
        if not isinstance(id_, Unknown):
            return
        types = self._types_of(instance)
        if LOCK in types:
            self.unscoped.append(origin)
            return
        mapped = TYPES.get(instance.type)
        parent = mapped.parent if mapped else "parent_id"
        self._lose(origin, self.instances.attributes(instance), parent, self.unplaced)
        parts = (of_part(origin, type_) for type_ in types)
        self.adrift += [part for part in parts if part is not None]

    def _lose(
        self, origin: Origin, attributes: Attributes, parent: str, unknown: list[str]
    ) -> None:
        """Keep what is of a resource that nobody knows, by why: its id is hidden, or unknown."""
        is_hidden = bool(parent) and attributes.marks[parent,] == "secret"
        (self.hidden if is_hidden else unknown).append(origin.address)

    def _types_of(self, one: Instance) -> Sequence[str]:
        """The types in lower case that a resource may have, by what the plan says of it."""
        mapped = TYPES.get(one.type)
        if mapped is None:
            type_ = self.instances.attributes(one).get("type")
            return (type_.partition("@")[0].lower(),) if isinstance(type_, str) else ()
        if one.type == "azurerm_management_lock":
            return (LOCK,)
        found = re.search(r"\}/(\w+)/\{name\}", mapped.id)
        parents = REFERRED.get(mapped.parent, ())
        return tuple(f"{parent}/{found[1].lower()}" for parent in parents) if found else ()

    def _body(self, instance: Instance, one: ResourceChange, *, old: bool) -> Any:
        attributes = self.instances.attributes(instance, old=old)
        mapped = TYPES.get(one.type)
        if mapped is None:
            return azapi_body(attributes, self.instances.referred(instance))
        body = fill(attributes, mapped.rows)
        if mapped.more:
            mapped.more(attributes, body)
        return body


_HIDDEN = "The id of what it changes is marked as sensitive. Take the mark off by nonsensitive()."
_ODD = "No resource of Azure can have its id. Look at its names in the configuration."


def _of(addresses: Sequence[str], remedy: str) -> Iterator[Gap]:
    """The gap of what may change any resource that lives. The first is named."""
    if addresses:
        more = f" and {len(addresses) - 1:,} more" if addresses[1:] else ""
        yield Gap("the plan", f"{addresses[0]}{more}", Reason.FAILED, None, remedy)


def _of_unknown(addresses: Sequence[str], does: str, do: str) -> Iterator[str]:
    """The note that the resource of some planned ones is not known. The first is named."""
    if len(addresses) == 1:
        yield f"{addresses[0]} {does} a resource that is not known until apply"
    elif addresses:
        more = f"{addresses[0]} and {len(addresses) - 1:,} more"
        yield f"{more} {do} resources that are not known until apply"


def _of_new_actions(changed: Iterable[ResourceChange]) -> Iterator[Gap]:
    """The gaps of what later versions of Terraform do to resources that are judged."""
    for one in changed:
        is_judged = one.type in TYPES or one.type in AZAPI
        if is_judged and not one.change.actions <= _NO_CHANGE | _CHANGES:
            remedy = "Its action in the plan is not known. Install a newer backupscan."
            yield Gap("the plan", one.address, Reason.FAILED, None, remedy)


_GROUP = "azurerm_resource_group"
