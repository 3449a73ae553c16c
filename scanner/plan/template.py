"""Compiled ARM templates as far as they are literal, and what ``bicep snapshot`` predicts.

The official evaluators are what-if and ``bicep snapshot``: an evaluator of our own would be wrong
where it matters. What is an expression in a template is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scanner.inventory.gap import Gap, Reason
from scanner.inventory.origin import Origin
from scanner.plan.arm_bodies import created, entries, evaluated
from scanner.plan.kinds import KINDS, LOCK, PARTS, is_kept
from scanner.plan.planned import UNKNOWN_NAME, Contents, Planned, Unknown, resource_id

_DEEPEST = 20
ASK = (
    "Run 'bicep snapshot main.bicepparam --mode overwrite' or"
    " 'az deployment group what-if -g GROUP -f FILE --no-pretty-print', and give what they write"
)
"""The commands that evaluate a template."""


def read_snapshot(snapshot: Mapping[str, Any]) -> Contents:
    """The resources that ``bicep snapshot`` predicts: each is written whole."""
    planned: list[Planned] = []
    gaps: list[Gap] = []
    resources = entries(snapshot, "predictedResources")
    for entry in resources:
        id_ = resource_id(entry.get("id"))
        if id_ is not None and is_kept(id_):
            planned.append(created(id_, evaluated(entry)))
        elif id_ is None and f"{entry.get('type')}".lower() in (*KINDS, *PARTS):
            remedy = (
                "Its id waits for the deployment, or no resource has it. Give what"
                " 'az deployment group what-if -g GROUP -f FILE --no-pretty-print' prints."
            )
            fact = f"{entry.get('type')} without an id"
            gaps.append(Gap("the snapshot", fact, Reason.FAILED, None, remedy))
    return Contents(planned=tuple(planned), gaps=tuple(gaps), changes=len(resources))


def read_template(template: Mapping[str, Any], subscription: str | None) -> Contents:
    """The literal parts of a template that is to be deployed in a group nobody names."""
    group = f"/subscriptions/{subscription or UNKNOWN_NAME}/resourceGroups/{UNKNOWN_NAME}"
    planned: list[Planned] = []
    open_types: dict[str, int] = {}
    unscoped: list[Origin] = []
    count = 0
    for resource in _resources(template, 0):
        count += 1
        kind = f"{resource.get('type')}"
        if kind.lower() not in (*KINDS, *PARTS):
            continue
        body, name = evaluated(resource), evaluated(resource.get("name"))
        if resource.get("existing"):
            continue
        is_open = (
            not isinstance(name, str)
            or isinstance(evaluated(resource.get("scope")), Unknown)
            or any(member in resource for member in ("copy", "condition"))
        )
        if is_open:
            open_types[kind] = open_types.get(kind, 0) + 1
        is_unscoped = kind.lower() == LOCK and not _is_placed(resource)
        if is_unscoped:
            unscoped.append(Origin(f"{kind}/{name if isinstance(name, str) else '?'}"))
        if is_open or is_unscoped:
            continue
        id_ = resource_id(_id(group, kind, name, resource.get("scope")))
        if id_ is None:
            open_types[kind] = open_types.get(kind, 0) + 1
        else:
            planned.append(created(id_, body))
    gaps = [
        Gap(
            "the template", kind, Reason.FAILED, None,
            f"The name, number or condition of {number} is an expression or odd. {ASK}.",
        )
        for kind, number in open_types.items()
    ]  # fmt: skip
    note = f"A template is read as far as it is literal. {ASK}"
    return Contents(
        planned=tuple(planned),
        notes=(note,),
        gaps=tuple(gaps),
        changes=count,
        unscoped_locks=tuple(unscoped),
    )


def _is_placed(lock: Mapping[str, Any]) -> bool:
    """True if a lock names the resource that it is on. It is on its group otherwise."""
    scope = lock.get("scope")
    return isinstance(scope, str) and resource_id(scope) is not None


def _id(group: str, kind: str, name: str, scope: object) -> str:
    namespace, *types = kind.split("/")
    names = name.split("/")
    if len(names) != len(types):
        return ""
    pairs = "/".join(f"{type_}/{part}" for type_, part in zip(types, names, strict=True))
    at = scope if isinstance(scope, str) and scope.startswith("/subscriptions/") else group
    return f"{at}/providers/{namespace}/{pairs}"


def _resources(template: Mapping[str, Any], depth: int) -> Iterator[Mapping[str, Any]]:
    """All resources: a list, or with language version 2.0 an object; nested ones too."""
    if depth > _DEEPEST:
        return
    listed = template.get("resources")
    if isinstance(listed, Mapping):
        listed = [*listed.values()]
    for resource in entries({"resources": listed}, "resources"):
        yield resource
        properties = resource.get("properties")
        if f"{resource.get('type')}".lower() == "microsoft.resources/deployments":
            inner = properties.get("template") if isinstance(properties, Mapping) else None
            if isinstance(inner, Mapping):
                yield from _resources(inner, depth + 1)
        elif isinstance(resource.get("resources"), list):
            yield from _children(resource, depth)


def _children(parent: Mapping[str, Any], depth: int) -> Iterator[Mapping[str, Any]]:
    """Children inside of their parent have the last part of type and name alone."""
    for child in _resources(parent, depth + 1):
        type_, name = f"{child.get('type')}", child.get("name")
        if "/" not in type_:
            type_ = f"{parent.get('type')}/{type_}"
            own, above = name, parent.get("name")
            name = f"{above}/{own}" if isinstance(own, str) and isinstance(above, str) else None
            if not isinstance(name, str) or "[" in name:
                name = "[unknown]"
        yield {**child, "type": type_, "name": name}
