"""Rules and routes that are resources of their own, and so are in no list of their parent."""

from __future__ import annotations

import msgspec

from scanner.plan.planned import UNKNOWN, Planned, Unknown

_SEPARATE = {
    "microsoft.network/networksecuritygroups": "securityRules",
    "microsoft.network/routetables": "routes",
}
_PARTS_OF_THEIR_OWN = ("/securityrules/", "/routes/")


def with_separate_parts(planned: list[Planned]) -> list[Planned]:
    """Parents whose parts are resources of their own have none inside."""
    hidden = {index: name for index, change in enumerate(planned) if (name := _hidden(change))}
    if not hidden:
        return planned
    parents = {
        change.id.parent
        for change in planned
        if any(change.id.is_directly_in(path) for path in _PARTS_OF_THEIR_OWN)
    }
    found = [*planned]
    for index, name in hidden.items():
        change = planned[index]
        if change.id in parents:
            properties = {**change.body["properties"], name: []}
            body = {**change.body, "properties": properties}
            found[index] = msgspec.structs.replace(change, body=body)
    return found


def _hidden(change: Planned) -> str | None:
    """The member of the parts, if the plan does not say which there are."""
    properties = change.body.get("properties") if isinstance(change.body, dict) else None
    if not isinstance(properties, dict) or UNKNOWN not in properties.values():
        return None
    name = _SEPARATE.get(change.id.type or "")
    return name if name and isinstance(properties.get(name), Unknown) else None
