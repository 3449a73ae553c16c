"""Bodies put over bodies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scanner.inventory.armid import ArmId, parse_id
from scanner.plan.kinds import PARTS, key_of
from scanner.plan.planned import Unknown


class Added(list[Any]):
    """Entries that are added to a list."""


class Removed(list[Any]):
    """Entries that are taken out of a list."""


_BY_INDEX = frozenset({"ipConfigurations"})
"""Lists whose entries keep what the change does not say: records have no names of them."""


def merged(base: Any, patch: Any) -> Any:
    """A body with the members of a patch. ``None`` in a patch takes a member away.

    Lists are replaced whole: only a part that is a resource of its own changes a single entry.
    """
    if isinstance(base, Unknown) and isinstance(patch, Added | Removed | Mapping):
        # A part of what nobody knows is known now: the rest of it is not.
        return base
    if isinstance(patch, Added | Removed):
        kept = [entry for entry in base or () if entry not in patch]
        return [*kept, *patch] if isinstance(patch, Added) else kept
    if not isinstance(patch, Mapping):
        return patch
    found = dict(base) if isinstance(base, Mapping) else {}
    for name, value in patch.items():
        at = _same_member(found, name)
        old = found.get(at)
        is_by_index = at in _BY_INDEX and isinstance(old, list) and isinstance(value, list)
        found[at] = _each_merged(old or [], value) if is_by_index else merged(old, value)
    return found


def _each_merged(old: list[Any], new: list[Any]) -> list[Any]:
    """The entries merged one by one. Lists of different lengths are different lists."""
    if len(old) != len(new):
        return new
    return [merged(one, other) for one, other in zip(old, new, strict=True)]


def is_same_but_tags(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """True if two bodies differ in tags alone, or not at all."""
    return {**before, "tags": None} == {**after, "tags": None}


def withdrawn(patch: Any) -> Any:
    """The patch that takes away what a patch gave."""
    if isinstance(patch, Added):
        return Removed(patch)
    if not isinstance(patch, Mapping) or "id" in patch:
        return None
    return {name: withdrawn(value) for name, value in patch.items()}


EVERY = "*"
"""The name of a part that is every entry of the list."""


def _same_member(body: Mapping[str, Any], name: str) -> str:
    """The name of a member as the body writes it: ARM takes names in any case."""
    if name in body:
        return name
    return next((known for known in body if known.lower() == name.lower()), name)


def removing(before: Any, after: Any) -> Any:
    """A body that also takes away what only the body before it had."""
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return after
    gone = {name: None for name in before if name not in after}
    return {**gone, **{name: removing(before.get(name), value) for name, value in after.items()}}


def with_part(body: Any, part_id: ArmId, entry: Any) -> Any:
    """The body of a parent with the body of a part of it. ``None`` takes the part away.

    Raises ``LookupError`` if the entries of the parent do not show which of them it is.
    """
    part, key = PARTS[part_id.type or ""], key_of(part_id)
    *above, last = part.path
    whole = dict(body)
    holder = whole
    for name in above:
        inner = holder.get(name)
        if not isinstance(inner, Mapping | None):
            # It is unknown, or no body: with one more part it is so still.
            return body
        holder[name] = dict(inner or {})
        holder = holder[name]
    listed = holder.get(last)
    if not isinstance(listed, list | tuple | None):
        return body
    entries, body = list(listed or ()), whole
    if key == EVERY:
        holder[last] = [merged(one, entry) for one in entries]
        return body
    found = _index(entries, part.key, key)
    if entry is None:
        if found is not None:
            del entries[found]
    elif found is None:
        entries.append({**merged({}, entry), part.key: key})
    else:
        entries[found] = {**merged(entries[found], entry), part.key: key}
    holder[last] = entries
    return body


_CHILDREN = {
    "microsoft.network/virtualnetworks": "subnets",
    "microsoft.network/loadbalancers": "frontendIPConfigurations",
    "microsoft.network/networksecuritygroups": "securityRules",
    "microsoft.network/routetables": "routes",
}
"""Lists of children that ARM takes by name in the body of their parent."""


def with_ids(id_: ArmId, body: Any) -> Any:
    """The body with the ids of children that have only names."""
    name = _CHILDREN.get(id_.type or "")
    properties = body.get("properties") if isinstance(body, Mapping) else None
    if name is None or not isinstance(properties, Mapping):
        return body
    listed = properties.get(name)
    if not isinstance(listed, list):
        return body
    entries = [
        {**entry, "id": f"{id_.text}/{name}/{entry['name']}"}
        if isinstance(entry, Mapping)
        and isinstance(entry.get("name"), str)
        and not isinstance(entry.get("id"), str)
        else entry
        for entry in listed
    ]
    return {**body, "properties": {**properties, name: entries}}


def _index(entries: Sequence[Any], key: str, wanted: Any) -> int | None:
    """The entry with a key. The only entry is it if it has none, as records leave names out."""
    for index, entry in enumerate(entries):
        value = entry.get(key) if isinstance(entry, Mapping) else None
        if value is None and len(entries) == 1 and key == "name":
            return index
        if _is_same(key, value, wanted):
            return index
    if key == "name" and any(isinstance(e, Mapping) and e.get(key) is None for e in entries):
        raise LookupError(wanted)
    return None


def _is_same(key: str, value: Any, wanted: Any) -> bool:
    if key == "lun":
        return bool(value == wanted)
    if not isinstance(value, str):
        return False
    return parse_id(value) == parse_id(wanted) if key == "id" else value.lower() == wanted.lower()
