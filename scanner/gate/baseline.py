"""An older report, as far as it tells what is new."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from scanner.errors import UsageError
from scanner.inventory.armid import ArmId
from scanner.judging.check import BY_WORD, Verdict
from scanner.judging.verdict import CauseVerdict

SCHEMA: Literal["backupscan/report/1"] = "backupscan/report/1"
"""The shape of a JSON report, version 1."""


class _Cause(Struct):
    cause: str
    verdict: str


class _Vm(Struct):
    id: str
    causes: tuple[_Cause, ...]


class _Root(Struct):
    id: str
    cause: str
    kind: str
    vms: int


class _Scope(Struct):
    subscriptions: tuple[str, ...] = ()
    target: dict[str, str | None] | None = None


class _Old(Struct):
    schema: str
    started_at: str
    vms: tuple[_Vm, ...]
    edition: str = "current"
    complete: bool = False
    roots: tuple[_Root, ...] = ()
    scope: _Scope | None = None


class Baseline(Struct, frozen=True):
    """The verdicts of an older report."""

    started_at: str
    verdicts: Mapping[tuple[ArmId, str], Verdict]
    """By VM and cause."""
    roots: Mapping[tuple[ArmId, str], int]
    """How many VMs a root was behind, by root and cause."""
    edition: str = "current"
    complete: bool = True
    """Whether all was read: else what is not in it may still be there."""
    subscriptions: frozenset[str] = frozenset()
    """The GUIDs of those that were looked at, in lower case; none where it does not say."""
    is_precheck: bool = False

    def is_new(self, vm: ArmId, stands: CauseVerdict) -> bool:
        """Whether it stands worse than it did, or did not stand at all."""
        return stands.verdict > self.verdicts.get((vm, stands.cause), Verdict.NOT_APPLICABLE)


def read_baseline(file: Path) -> Baseline:
    """An older JSON report; raises ``UsageError`` for what is none."""
    try:
        old = msgspec.json.decode(file.read_bytes(), type=_Old)
        verdicts = {
            (ArmId(vm.id), each.cause): BY_WORD[each.verdict]
            for vm in old.vms
            for each in vm.causes
        }
        roots = {(ArmId(each.id), each.cause): each.vms for each in old.roots}
    except OSError as error:
        what = f"{file} cannot be read ({error.strerror})"
        raise UsageError(what, "Check the path") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, KeyError) as error:
        what = f"{file} is no JSON report of backupscan ({error})"
        raise UsageError(what, "Give a file written by -o report.json") from error
    if old.schema != SCHEMA:
        raise UsageError(f"{file} is {old.schema!r}, not {SCHEMA!r}", "Scan again")
    subscriptions = frozenset(map(str.lower, old.scope.subscriptions if old.scope else ()))
    return Baseline(
        old.started_at,
        verdicts,
        roots,
        old.edition,
        old.complete,
        subscriptions,
        is_precheck=old.scope is not None and old.scope.target is not None,
    )
