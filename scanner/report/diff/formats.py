"""Writers of the difference of two reports, a function for each format."""

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
from scanner.inventory.changes import FactChange
from scanner.judging.check import BY_WORD, Verdict
from scanner.report.diff.difference import CHANGE_KINDS, Change, ChangeKind, Difference
from scanner.report.escape import log_line, markdown_code, markdown_text, printable
from scanner.report.formats import FORMATS, junit, lazy_writer, sarif
from scanner.report.formats.csv_rows import cell
from scanner.report.formats.html import csp_hash, page_file
from scanner.report.formats.markdown import LIMIT, join_up_to
from scanner.report.remedies import remedy_of

SCHEMA = "backupscan/diff/1"
_MOST_ROOTS = 20
_MOST_FACTS = 200
"""Changes of facts that are read by a person. JSON and CSV have all of them."""
_MOST_NAMES, _MOST_SHOWN = 5, 80
_BASELINE_STATES: Mapping[ChangeKind, str] = {
    "new": "new",
    "changed": "updated",
    "still": "unchanged",
    "fixed": "absent",
}
"""``baselineState`` of SARIF by the kind of change."""


def to_json(difference: Difference) -> bytes:
    """The difference as JSON."""
    members = msgspec.to_builtins(difference)
    if difference.facts is None:
        # Reports have no facts, so nothing is known of them.
        del members["facts"], members["not_compared"]
    document = {"schema": SCHEMA, "summary": difference.totals, **members}
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def to_jsonl(difference: Difference) -> bytes:
    """JSON lines: a change, what happened to a VM, a new gap, or a fact that changed a line."""
    lines: list[Any] = [*difference.changes]
    lines += [{"vm": vm} for vm in difference.vms]
    lines += [{"new_gap": gap} for gap in difference.new_gaps]
    lines += [{"fact": fact} for fact in difference.facts or ()]
    lines += [{"not_compared": one} for one in difference.not_compared]
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
    for fact in difference.facts or ():
        shown = (cell(fact.before), cell(fact.now), cell(ArmId(fact.id).name))
        about = f"{fact.kind} {fact.path}".rstrip()
        vms = cell(" ".join(fact.vms))
        rows.writerow((f"fact {fact.what}", cell(fact.id), "", *shown, cell(about), vms))
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
    for fact in (difference.facts or ())[:_MOST_FACTS]:
        yield f"- **{fact.what}** {escape(_fact_text(fact))}"
    if left := len(difference.facts or ()) - _MOST_FACTS:
        yield from (f"- +{left:,} more changes of facts",) if left > 0 else ()
    for one in difference.not_compared:
        yield f"- **not compared** {escape(f'{one.fact} of {one.scope}. {one.why}')}"


def _fact_text(fact: FactChange) -> str:
    """A fact that changed, and on which VMs."""
    before, now = (text[:_MOST_SHOWN] if text else "nothing" for text in (fact.before, fact.now))
    names = [ArmId(vm).name for vm in fact.vms[:_MOST_NAMES]]
    more = len(fact.vms) - len(names)
    vms = f" (on {', '.join(names)}{f' and {more:,} more' if more else ''})" if names else ""
    what = f"{fact.kind} {ArmId(fact.id).name}"
    return f"{what}, {fact.path}: {before} to {now}{vms}" if fact.path else f"{what}{vms}"


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
    cases: dict[str, list[TestCase]] = {}
    for change in difference.changes:
        cases.setdefault(ArmId(change.id).subscription or "none", []).append(_junit_case(change))
    return junit.document(cases, {})


def _junit_case(change: Change) -> TestCase:
    case = TestCase(printable(change.cause), printable(change.id), 0)
    message = f"{change.kind}: {_verdicts_text(change)}"
    now = BY_WORD.get(change.now or "", Verdict.UNKNOWN)
    if change.kind == "still":
        case.result = [junit.skipped_case(message)]
    elif change.kind != "fixed":
        result = Error if now <= Verdict.UNKNOWN else Failure
        case.result = [result(message, change.kind)]
    return case


WRITERS: Mapping[str, Callable[[Difference], bytes]] = {
    name: lazy_writer(entry.diff_writer) for name, entry in FORMATS.items() if entry.diff_writer
}
"""Writers of a difference, by the name of the format."""
