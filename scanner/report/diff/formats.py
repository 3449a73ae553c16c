"""Writers of the difference of two reports, a function for each format."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec
from jinja2 import Environment
from markupsafe import Markup

from scanner import __version__
from scanner.catalogue import Edition, load
from scanner.inventory.armid import ArmId
from scanner.judging.check import BY_WORD, Verdict
from scanner.report.diff.difference import CHANGE_KINDS, Change, ChangeKind, Difference
from scanner.report.escape import log_line, markdown_code, markdown_text, printable
from scanner.report.formats import FORMATS, junit_xml, lazy_writer, sarif
from scanner.report.formats.csv_rows import cell
from scanner.report.formats.html import csp_hash, page_file
from scanner.report.formats.markdown import LIMIT, join_up_to
from scanner.report.remedies import remedy_of

SCHEMA = "backupscan/diff/1"
_MOST_ROOTS = 20
_BASELINE_STATES: Mapping[ChangeKind, str] = {
    "new": "new",
    "changed": "updated",
    "still": "unchanged",
    "fixed": "absent",
}
"""``baselineState`` of SARIF by the kind of change."""


def to_json(difference: Difference) -> bytes:
    """The difference as JSON."""
    document = {
        "schema": SCHEMA,
        "summary": difference.totals,
        **msgspec.to_builtins(difference),
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def to_jsonl(difference: Difference) -> bytes:
    """JSON lines: a change, what happened to a VM, or a new gap a line."""
    lines: list[Any] = [*difference.changes]
    lines += [{"vm": vm} for vm in difference.vms]
    lines += [{"new_gap": gap} for gap in difference.new_gaps]
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def to_csv(difference: Difference) -> bytes:
    """CSV: a change, what happened to a VM, or a new gap a row."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(("what", "id", "cause", "before", "now", "name", "message", "remedy"))
    for change in difference.changes:
        id_, cause = cell(change.id), cell(change.cause)
        words = (cell(change.name), cell(change.message), cell(change.remedy))
        rows.writerow((change.kind, id_, cause, change.before, change.now, *words))
    for vm in difference.vms:
        rows.writerow((vm.what, cell(vm.id), "", "", "", cell(vm.name), "", ""))
    for gap in difference.new_gaps:
        about = f"{gap.fact} could not be read"
        rows.writerow(("new gap", cell(gap.scope), "", "", "", "", cell(about), cell(gap.remedy)))
    return out.getvalue().encode()


def to_markdown(difference: Difference) -> bytes:
    """A table by cause and all changes but those still there, cut to what a comment may have."""
    head = "\n".join(_head_lines(difference, markdown_text)) + "\n"
    blocks = [f"{_change_line(change, markdown_text)}\n" for change in _without_still(difference)]
    return join_up_to(LIMIT, head, blocks, "changes").encode()


def to_terminal(difference: Difference) -> bytes:
    """The same Markdown, not cut and without escapes, which a person can read as it is."""
    changes = (_change_line(change, log_line) for change in _without_still(difference))
    lines = [*_head_lines(difference, log_line), *changes]
    return ("\n".join(lines) + "\n").encode()


def _head_lines(difference: Difference, escape: Callable[[str], str]) -> Iterator[str]:
    yield f"## {escape(difference.old)} to {escape(difference.new)}"
    yield ""
    if caution := difference.caution:
        yield f"**{escape(caution)}**"
        yield ""
    yield "| cause | " + " | ".join(CHANGE_KINDS) + " |"
    yield "| --- |" + " ---: |" * len(CHANGE_KINDS)
    for cause, counts in difference.totals.items():
        numbers = " | ".join(str(counts[kind]) for kind in CHANGE_KINDS)
        yield f"| {markdown_code(cause)} | {numbers} |"
    yield ""
    for root in difference.roots[:_MOST_ROOTS]:
        name = escape(ArmId(root.id).name)
        yield f"- behind {markdown_code(root.cause)}: {name}, {root.before} VMs to {root.now}"
    if len(difference.roots) > _MOST_ROOTS:
        yield f"- +{len(difference.roots) - _MOST_ROOTS:,} more resources behind several VMs"
    for vm in difference.vms:
        yield f"- **{vm.what}** {escape(vm.name)}"
    for gap in difference.new_gaps:
        yield f"- **new gap** {escape(f'{gap.fact} of {gap.scope}. {gap.remedy}')}"


def _without_still(difference: Difference) -> list[Change]:
    return [change for change in difference.ordered if change.kind != "still"]


def _change_line(change: Change, escape: Callable[[str], str]) -> str:
    cause, name = markdown_code(change.cause), escape(change.name)
    words = [f"{_verdicts_text(change)}"]
    if change.kind != "fixed" and change.message:
        words.append(escape(f"{change.message} Evidence: {', '.join(change.evidence[:4])}."))
    if change.kind != "fixed" and change.remedy:
        words.append(escape(f"Do: {change.remedy}"))
    return f"- **{change.kind}** {cause} {name}: {'. '.join(words)}"


def _verdicts_text(change: Change) -> str:
    return f"{change.before or 'not there'} to {change.now or 'not there'}"


def to_html(difference: Difference) -> bytes:
    """One page that loads nothing."""
    style = page_file("page.css")
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["printable"] = printable
    environment.filters["name"] = lambda text: ArmId(text).name
    page = environment.from_string(page_file("diff.html")).render(
        difference=difference,
        kinds=CHANGE_KINDS,
        version=__version__,
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=csp_hash(style),
    )
    return page.encode()


def to_sarif(difference: Difference) -> bytes:
    """SARIF 2.1.0, a run for each subscription. ``baselineState`` is the kind of change."""
    edition = _edition(difference)
    by_subscription: dict[str, list[Change]] = {}
    for change in difference.ordered:
        by_subscription.setdefault(ArmId(change.id).subscription or "", []).append(change)
    groups = sarif.grouped(by_subscription, len)
    runs = [_sarif_run(guid, changes, edition) for guid, changes in groups]
    return sarif.document(runs or [_sarif_run("", [], edition)])


def _edition(difference: Difference) -> Edition:
    """The edition of the newer report, or the latest if it is unknown."""
    editions = {edition.id: edition for edition in load().editions}
    return editions.get(difference.editions[1], load().editions[-1])


def _sarif_run(guid: str, changes: Sequence[Change], edition: Edition) -> dict[str, Any]:
    """The changes in one subscription, by its GUID, as a SARIF run."""
    causes = list(dict.fromkeys(change.cause for change in changes))
    rule_indexes = {cause: index for index, cause in enumerate(causes)}
    rules = [sarif.rule(cause, edition, remedy_of(cause, edition)) for cause in causes]
    return {
        "tool": sarif.tool(rules),
        "automationDetails": {"id": f"backupscan-diff/{guid or 'none'}/"},
        "columnKind": "utf16CodeUnits",
        "results": [_sarif_result(change, rule_indexes) for change in changes[: sarif.MOST]],
        "properties": {
            "subscription": guid,
            "resultsLeftOut": max(0, len(changes) - sarif.MOST),
        },
    }


def _sarif_result(change: Change, rule_indexes: Mapping[str, int]) -> dict[str, Any]:
    """A change as a SARIF result, with its ``baselineState``."""
    vm = ArmId(change.id)
    level = sarif.LEVELS.get(BY_WORD.get(change.now or "", Verdict.UNKNOWN), "note")
    message = f"{change.name}: {change.kind}, {_verdicts_text(change)}"
    if change.message:
        message += f". {change.message}"
    return {
        "ruleId": change.cause,
        "ruleIndex": rule_indexes[change.cause],
        "level": "none" if change.kind == "fixed" else level,
        "kind": "pass" if change.kind == "fixed" else "fail",
        "baselineState": _BASELINE_STATES[change.kind],
        "message": {"text": printable(message)},
        "locations": [sarif.location(vm)],
        "partialFingerprints": sarif.fingerprints(vm, change.cause),
        "properties": {"verdict": change.now},
    }


def to_junit(difference: Difference) -> bytes:
    """``failure``: new or another verdict; ``error``: no longer read; ``skipped``: still there."""
    cases: dict[str, list[junit_xml.Case]] = {}
    for change in difference.changes:
        cases.setdefault(ArmId(change.id).subscription or "none", []).append(_junit_case(change))
    return junit_xml.document(cases, {})


def _junit_case(change: Change) -> junit_xml.Case:
    message = f"{change.kind}: {_verdicts_text(change)}"
    now = BY_WORD.get(change.now or "", Verdict.UNKNOWN)
    result = None
    if change.kind == "still":
        result = junit_xml.Result("skipped", message)
    elif change.kind != "fixed":
        kind: Literal["error", "failure"] = "error" if now <= Verdict.UNKNOWN else "failure"
        result = junit_xml.Result(kind, message, change.kind)
    return junit_xml.Case(change.cause, change.id, result)


WRITERS: Mapping[str, Callable[[Difference], bytes]] = {
    name: lazy_writer(entry.diff_writer) for name, entry in FORMATS.items() if entry.diff_writer
}
"""Writers of a difference, by the name of the format."""
