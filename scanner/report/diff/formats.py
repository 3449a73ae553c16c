"""The difference of two reports in the formats of a report."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from jinja2 import Environment
from junitparser import Error, Failure, TestCase
from markupsafe import Markup

from scanner import __version__
from scanner.catalogue import Edition, load
from scanner.inventory.armid import ArmId
from scanner.judging.check import BY_WORD, Verdict
from scanner.report.diff.difference import WHATS, Change, Difference, What
from scanner.report.escape import code, line, markdown, visible
from scanner.report.formats import FORMATS, lazy_writer, sarif
from scanner.report.formats.csv_rows import cell
from scanner.report.formats.html import hashed, page_file
from scanner.report.formats.junit import skipped, suites
from scanner.report.formats.markdown import fitting

SCHEMA = "backupscan/diff/1"
_ROOTS = 20
_STATES: Mapping[What, str] = {
    "new": "new",
    "changed": "updated",
    "still": "unchanged",
    "fixed": "absent",
}
"""What SARIF calls them."""


def to_json(difference: Difference) -> bytes:
    """The changes as JSON."""
    document = {
        "schema": SCHEMA,
        "summary": difference.totals,
        **msgspec.to_builtins(difference),
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def to_jsonl(difference: Difference) -> bytes:
    """A change a line."""
    return b"".join(msgspec.json.encode(each) + b"\n" for each in difference.changes)


def to_csv(difference: Difference) -> bytes:
    """A row per change."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(("what", "id", "cause", "before", "now"))
    for each in difference.changes:
        rows.writerow((each.what, cell(each.id), cell(each.cause), each.before, each.now))
    return out.getvalue().encode()


def to_markdown(difference: Difference) -> bytes:
    """A table by cause, then every change but those that still stand; cut where it is long."""
    head = "\n".join(_head(difference, markdown)) + "\n"
    blocks = [f"{_line(each, markdown)}\n" for each in _moved(difference)]
    return fitting(head, blocks, "changes").encode()


def to_terminal(difference: Difference) -> bytes:
    """The same, whole and without escapes: Markdown is read as it is."""
    changes = (_line(each, line) for each in _moved(difference))
    lines = [*_head(difference, line), *changes]
    return ("\n".join(lines) + "\n").encode()


def _head(difference: Difference, inert: Callable[[str], str]) -> Iterator[str]:
    yield f"## {inert(difference.old)} to {inert(difference.new)}"
    yield ""
    if other := difference.caution:
        yield f"**{inert(other)}**"
        yield ""
    yield "| cause | " + " | ".join(WHATS) + " |"
    yield "| --- |" + " ---: |" * len(WHATS)
    for cause, counted in difference.totals.items():
        yield f"| {code(cause)} | " + " | ".join(str(counted[what]) for what in WHATS) + " |"
    yield ""
    for root in difference.roots[:_ROOTS]:
        name = inert(ArmId(root.id).name)
        yield f"- behind {code(root.cause)}: {name}, {root.before} VMs to {root.now}"
    if len(difference.roots) > _ROOTS:
        yield f"- +{len(difference.roots) - _ROOTS:,} more resources behind several VMs"


def _moved(difference: Difference) -> list[Change]:
    return [each for each in difference.worst_first if each.what != "still"]


def _line(each: Change, inert: Callable[[str], str]) -> str:
    told = f"- **{each.what}** {code(each.cause)} {inert(ArmId(each.id).name)}"
    return f"{told}: {each.before or 'not there'} to {each.now or 'not there'}"


def to_html(difference: Difference) -> bytes:
    """One page that needs nothing but itself."""
    style = page_file("page.css")
    page = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    page.filters["inert"] = visible
    page.filters["name"] = lambda text: ArmId(text).name
    told = page.from_string(page_file("diff.html")).render(
        difference=difference,
        whats=WHATS,
        version=__version__,
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=hashed(style),
    )
    return told.encode()


def to_sarif(difference: Difference) -> bytes:
    """SARIF 2.1.0, a run a subscription: each result says how it stands to the older report."""
    edition = _edition(difference)
    of: dict[str, list[Change]] = {}
    for each in difference.worst_first:
        of.setdefault(ArmId(each.id).subscription or "", []).append(each)
    runs = [_run(name, changes, edition) for name, changes in sarif.few(of, len)]
    return sarif.document(runs or [_run("", [], edition)])


def _edition(difference: Difference) -> Edition:
    known = {each.id: each for each in load().editions}
    return known.get(difference.editions[1], load().editions[-1])


def _run(guid: str, changes: Sequence[Change], edition: Edition) -> dict[str, Any]:
    causes = list(dict.fromkeys(each.cause for each in changes))
    rules = {cause: at for at, cause in enumerate(causes)}
    told = [sarif.rule(cause, edition, f"See: backupscan explain {cause}.") for cause in causes]
    return {
        "tool": sarif.tool(told),
        "automationDetails": {"id": f"backupscan-diff/{guid or 'none'}/"},
        "columnKind": "utf16CodeUnits",
        "results": [_result(each, rules) for each in changes[: sarif.MOST]],
        "properties": {
            "subscription": guid,
            "resultsLeftOut": max(0, len(changes) - sarif.MOST),
        },
    }


def _result(each: Change, rules: Mapping[str, int]) -> dict[str, Any]:
    vm = ArmId(each.id)
    level = sarif.LEVELS.get(BY_WORD.get(each.now or "", Verdict.UNKNOWN), "note")
    message = f"{vm.name}: {each.what}, {each.before or 'not there'} to {each.now or 'not there'}"
    return {
        "ruleId": each.cause,
        "ruleIndex": rules[each.cause],
        "level": "none" if each.what == "fixed" else level,
        "kind": "pass" if each.what == "fixed" else "fail",
        "baselineState": _STATES[each.what],
        "message": {"text": visible(message)},
        "locations": [sarif.location(vm)],
        "partialFingerprints": sarif.fingerprints(vm, each.cause),
        "properties": {"verdict": each.now},
    }


def to_junit(difference: Difference) -> bytes:
    """``failure`` is new or stands otherwise, ``error`` no longer read, ``skipped`` not new."""
    cases: dict[str, list[TestCase]] = {}
    for each in difference.changes:
        cases.setdefault(ArmId(each.id).subscription or "none", []).append(_case(each))
    return suites(cases, {})


def _case(each: Change) -> TestCase:
    case = TestCase(visible(each.cause), visible(each.id), 0)
    message = f"{each.what}: {each.before or 'not there'} to {each.now or 'not there'}"
    now = BY_WORD.get(each.now or "", Verdict.UNKNOWN)
    if each.what == "still":
        case.result = [skipped(message)]
    elif each.what != "fixed":
        told = Error if now <= Verdict.UNKNOWN else Failure
        case.result = [told(message, each.what)]
    return case


WRITERS: Mapping[str, Callable[[Difference], bytes]] = {
    name: lazy_writer(entry.diff_writer) for name, entry in FORMATS.items() if entry.diff_writer
}
"""Writers of a difference, by the name of the format."""
