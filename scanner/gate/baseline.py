"""An older report, as far as it is compared with a new one."""

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


class _OldReport(Struct):
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
    """Verdicts, the key is the VM and the cause."""
    roots: Mapping[tuple[ArmId, str], int]
    """How many VMs a root is behind, the key is the root and the cause."""
    edition: str = "current"
    complete: bool = True
    """True if all was read. Otherwise a finding that it lacks may still exist."""
    subscriptions: frozenset[str] = frozenset()
    """GUIDs in lower case. Empty if the report does not name its subscriptions."""
    is_precheck: bool = False

    def is_new(self, vm: ArmId, cause: CauseVerdict) -> bool:
        """True if the verdict is worse than in this report, or this report has none."""
        return cause.verdict > self.verdicts.get((vm, cause.cause), Verdict.NOT_APPLICABLE)


def read_baseline(file: Path) -> Baseline:
    """An older JSON report. Raises ``UsageError`` if the file is not one."""
    try:
        old = msgspec.json.decode(file.read_bytes(), type=_OldReport)
        verdicts = {
            (ArmId(vm.id), cause.cause): BY_WORD[cause.verdict]
            for vm in old.vms
            for cause in vm.causes
        }
        roots = {(ArmId(root.id), root.cause): root.vms for root in old.roots}
    except OSError as error:
        what = f"{file} cannot be read ({error.strerror})"
        raise UsageError(what, "Check the path") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, KeyError) as error:
        what = f"{file} is not a JSON report of backupscan ({error})"
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
