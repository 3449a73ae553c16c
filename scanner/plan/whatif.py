"""What ``az deployment … what-if --no-pretty-print`` prints, and the REST answer (Deployments -
What If, 2024-03-01)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.origin import Origin
from scanner.plan.arm_bodies import entries, evaluated
from scanner.plan.kinds import KINDS, VM, is_group, is_kept
from scanner.plan.merge import is_same_but_tags, removing
from scanner.plan.planned import UNKNOWN, Contents, NotAPlan, Planned, resource_id

_WRITES = ("create", "modify")
_SAME = ("nochange", "ignore")
_SNAPSHOT = "Judge what 'bicep snapshot main.bicepparam --mode overwrite' writes, too"
_NOT_FOLLOWED = "nesteddeploymentshortcircuited"


def read_what_if(result: Mapping[str, Any]) -> Contents:
    """The changes of a what-if result. What it could not analyse is a gap.

    Raises ``NotAPlan`` if it failed, and ``ValueError`` for lists of another form.
    """
    body = result if "changes" in result else result.get("properties") or {}
    if _has_failed(result) or _has_failed(body):
        raise NotAPlan("it is the answer of a what-if that failed", "Read its error, and ask again")
    contents = _Collected()
    for change in entries(body, "changes"):
        contents.add(change)
    for change in entries(body, "potentialChanges"):
        contents.add_potential(change)
    for diagnostic in entries(body, "diagnostics"):
        if f"{diagnostic.get('code')}".lower() == _NOT_FOLLOWED:
            contents.skip(f"{diagnostic.get('target')}", "what-if did not follow this deployment")
    return Contents(
        planned=tuple({(c.id, c.action): c for c in contents.planned}.values()),
        notes=tuple(dict.fromkeys(contents.notes)),
        gaps=tuple({gap.key: gap for gap in contents.gaps}.values()),
        changes=contents.changes,
        named=frozenset(contents.named),
        new_groups=frozenset(contents.new_groups),
    )


class _Collected:
    def __init__(self) -> None:
        self.planned: list[Planned] = []
        self.notes: list[str] = []
        self.gaps: list[Gap] = []
        self.named: set[str] = set()
        self.new_groups: set[ArmId] = set()
        self.changes = 0

    def add(self, change: Mapping[str, Any]) -> None:
        kind, target = f"{change.get('changeType')}".lower(), change.get("resourceId")
        id_ = resource_id(target)
        if id_ and id_.subscription:
            self.named.add(id_.subscription)
        if id_ is None:
            after = change.get("after")
            type_ = after.get("type") if isinstance(after, Mapping) else None
            what, why, todo = _no_id(target, change)
            self.skip(f"a {type_ or 'resource'} with {what}", why, todo)
            return
        if kind == "delete":
            self.changes += 1
            if is_kept(id_):
                self.planned.append(Planned(id=id_, action="delete", origin=Origin(id_.text)))
        elif kind in _WRITES:
            self.changes += 1
            if is_group(id_) and kind == "create":
                self.new_groups.add(id_)
                return
            self.planned += _written(id_, kind, change)
        elif kind in _SAME:
            self.planned += _same(id_, change)
        else:
            self.changes += 1
            if is_kept(id_):
                self.skip(id_.text, *_left_out(kind, change))

    def add_potential(self, change: Mapping[str, Any]) -> None:
        """What may or may not be changed is not known until then."""
        id_ = resource_id(change.get("resourceId"))
        if id_ is None:
            self.add(change)
        elif is_kept(id_):
            self.changes += 1
            self.notes.append(f"what-if says that it may or may not change {id_}")
            self.planned.append(
                Planned(id=id_, action="change", origin=Origin(id_.text), body=UNKNOWN)
            )

    def skip(self, target: str, why: str, todo: str = _SNAPSHOT) -> None:
        remedy = f"{why[0].upper()}{why[1:]}. {todo}."
        shown = "".join(char if char.isprintable() else " " for char in target)[:300]
        scope, fact = (
            (shown, "the planned resource") if resource_id(shown) else ("the what-if result", shown)
        )
        self.gaps.append(Gap(scope, fact, Reason.FAILED, None, remedy))


def _written(id_: ArmId, kind: str, change: Mapping[str, Any]) -> Iterator[Planned]:
    if not is_kept(id_):
        return
    after, before = evaluated(change.get("after")), evaluated(change.get("before"))
    origin = Origin(id_.text)
    if not isinstance(after, Mapping):
        # It is written, and nothing says how.
        yield Planned(id=id_, action="change", origin=origin, body=UNKNOWN)
    elif kind == "create":
        yield Planned(id=id_, action="create", origin=origin, body=after)
    elif id_.type != VM and isinstance(before, Mapping) and is_same_but_tags(before, after):
        # The tags of a VM alone are a fact, for checks of other packages.
        yield from _same(id_, change)
    else:
        body = removing(before, after)
        yield Planned(
            id=id_, action="change", origin=origin, body=body, before=before, is_whole=True
        )


def _same(id_: ArmId, change: Mapping[str, Any]) -> Iterator[Planned]:
    """What lives and stays as it is: it need not be read again."""
    body = evaluated(change.get("after") or change.get("before"))
    if id_.type in KINDS and isinstance(body, Mapping) and body.get("properties"):
        yield Planned(
            id=id_, action="change", origin=Origin(id_.text), body={}, before=body, is_whole=True
        )


def _left_out(kind: str, change: Mapping[str, Any]) -> tuple[str, str]:
    """Why what-if says nothing of a resource, and what to do."""
    if kind == "deploy":
        why = "what-if was asked for ids alone, so it does not say what changes"
        return why, "Ask again with --result-format FullResourcePayloads"
    return _reason(change), _SNAPSHOT


def _reason(change: Mapping[str, Any]) -> str:
    """Why what-if says nothing of a resource, without the values that it may quote."""
    kind = f"{change.get('changeType')}"[:40]
    if change.get("unsupportedReason"):
        return "what-if cannot analyse it before the deployment runs"
    return f"what-if says {kind!r} of it"


def _no_id(target: object, change: Mapping[str, Any]) -> tuple[str, str, str]:
    """What is in the place of an id, why, and what to do."""
    if not isinstance(target, str):
        return "no id", _reason(change), _SNAPSHOT
    if target.startswith("/"):
        why = "no resource of Azure can have its id"
        return "an id that no resource has", why, "Look at its names in the template"
    return "an id that is still an expression", _reason(change), _SNAPSHOT


def _has_failed(body: Mapping[str, Any]) -> bool:
    """True if an answer has an error, or a status other than that of success."""
    status = f"{body.get('status') or 'succeeded'}".lower()
    return bool(body.get("error")) or status != "succeeded"
