"""Two reports side by side: what is new, fixed, still there, or stands otherwise."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Literal

import msgspec
from msgspec import Struct

from scanner.check import Verdict
from scanner.inventory.armid import ArmId
from scanner.report.baseline import Baseline
from scanner.report.inert import markdown, visible

SCHEMA = "backupscan/diff/1"
What = Literal["new", "fixed", "still", "changed"]
WHATS: tuple[What, ...] = ("new", "fixed", "changed", "still")


class Change(Struct, frozen=True):
    """How one cause stands on one VM in both; None where a report does not name it."""

    what: What
    id: str
    cause: str
    before: str | None
    now: str | None


class RootChange(Struct, frozen=True):
    """On how many VMs a resource is behind findings, then and now."""

    id: str
    cause: str
    before: int
    now: int


class Difference(Struct, frozen=True):
    """Everything that differs, and what still stands."""

    old: str
    new: str
    """When each report was begun."""
    changes: tuple[Change, ...]
    roots: tuple[RootChange, ...]

    @property
    def totals(self) -> Mapping[str, Mapping[str, int]]:
        """Changes by cause and kind."""
        counted: dict[str, Counter[str]] = {}
        for each in self.changes:
            counted.setdefault(each.cause, Counter())[each.what] += 1
        return counted


def compare(old: Baseline, new: Baseline) -> Difference:
    """What differs between two reports; clear on both sides is no change."""
    keys = sorted(old.verdicts.keys() | new.verdicts.keys())
    told = (_change(key, old.verdicts.get(key), new.verdicts.get(key)) for key in keys)
    roots = sorted(old.roots.keys() | new.roots.keys())
    moved = (
        RootChange(id_.text, cause, old.roots.get((id_, cause), 0), new.roots.get((id_, cause), 0))
        for id_, cause in roots
    )
    return Difference(
        old.started_at,
        new.started_at,
        tuple(each for each in told if each),
        tuple(each for each in moved if each.before != each.now),
    )


def _change(key: tuple[ArmId, str], before: Verdict | None, now: Verdict | None) -> Change | None:
    was, stands = _is_found(before), _is_found(now)
    what: What
    if stands and not was:
        what = "new"
    elif was and not stands:
        # What can no longer be read is not mended.
        what = "changed" if now is Verdict.UNKNOWN else "fixed"
    elif before != now and before is not None and now is not None:
        what = "changed"
    elif stands:
        what = "still"
    else:
        return None
    words = [None if each is None else str(each) for each in (before, now)]
    return Change(what, key[0].text, key[1], *words)


def _is_found(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict >= Verdict.POSSIBLE


def to_json(difference: Difference) -> bytes:
    """The changes as JSON."""
    document = {
        "schema": SCHEMA,
        "summary": difference.totals,
        **msgspec.to_builtins(difference),
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def to_csv(difference: Difference) -> bytes:
    """A row per change."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(("what", "id", "cause", "before", "now"))
    for each in difference.changes:
        rows.writerow((each.what, visible(each.id), each.cause, each.before, each.now))
    return out.getvalue().encode()


def to_markdown(difference: Difference) -> bytes:
    """A table by cause, then every change but those that still stand."""
    lines = [
        f"## {difference.old} to {difference.new}",
        "",
        "| cause | " + " | ".join(WHATS) + " |",
        "| --- |" + " ---: |" * len(WHATS),
    ]
    for cause, counted in difference.totals.items():
        lines.append(f"| `{cause}` | " + " | ".join(str(counted[what]) for what in WHATS) + " |")
    lines.append("")
    for each in difference.changes:
        if each.what != "still":
            told = f"- **{each.what}** `{each.cause}` {markdown(ArmId(each.id).name)}"
            lines.append(f"{told}: {each.before or 'not there'} to {each.now or 'not there'}")
    for root in difference.roots:
        name = markdown(ArmId(root.id).name)
        lines.append(f"- behind `{root.cause}`: {name}, {root.before} VMs to {root.now}")
    return ("\n".join(lines) + "\n").encode()


WRITERS: Mapping[str, Callable[[Difference], bytes]] = {
    "terminal": to_markdown,
    "markdown": to_markdown,
    "json": to_json,
    "csv": to_csv,
}
"""Formats by name; at a terminal Markdown is read as it is."""
