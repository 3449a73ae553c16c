"""Writers of the difference of two reports, a function for each format."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import msgspec
from jinja2 import Template
from markupsafe import Markup

from scanner import __version__
from scanner.catalogue.text import counted
from scanner.gate.baseline import OldGap, minute_text
from scanner.inventory.armid import ArmId
from scanner.report.diff.difference import (
    CHANGE_KINDS,
    Change,
    Difference,
    VmChange,
    subscription_of,
)
from scanner.report.diff.facts import fact_lines, fact_rows, more_line
from scanner.report.escape import log_line, markdown_code, markdown_text, printable
from scanner.report.formats import FORMATS, lazy_parts, lazy_writer
from scanner.report.formats.csv_rows import cell
from scanner.report.formats.junit_xml import Case, Group, Result, document, one_case
from scanner.report.formats.markdown import LIMIT, join_up_to
from scanner.report.formats.page_template import csp_hash, page_file, page_template

SCHEMA = "backupscan/diff/1"
_MOST_LISTED = 20


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
    """CSV: a change, what happened to a VM, a new gap, or a fact that changed a row."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(("what", "id", "cause", "before", "now", "name", "message", "remedy", "counts"))
    for change in difference.changes:
        id_, cause = cell(change.id), cell(change.cause)
        words = (cell(change.name), cell(change.message), cell(change.remedy))
        rows.writerow(
            (change.kind, id_, cause, change.before, change.now, *words, _yes(change.counts))
        )
    for vm in difference.vms:
        rows.writerow((vm.what, cell(vm.id), "", "", "", cell(vm.name), "", "", "no"))
    for gap in difference.new_gaps:
        about = f"{gap.fact} could not be read"
        what = ("new gap", cell(gap.scope), "", "", "", "", cell(about), cell(gap.remedy))
        rows.writerow((*what, _yes(_gap_counts(gap, difference))))
    rows.writerows([*map(cell, row), "no"] for row in fact_rows(difference))
    return out.getvalue().encode()


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _gap_counts(gap: OldGap, difference: Difference) -> bool:
    """True if a gap of the newer report can make exit code 3."""
    return bool(difference.why) and gap.counts


def to_markdown(difference: Difference) -> bytes:
    """All changes but those still there, then a table, cut to what a comment may have."""
    head = "".join(f"{line}\n" for line in _head_lines(difference, markdown_text))
    blocks = [f"{_change_line(change, markdown_text)}\n" for change in _without_still(difference)]
    rest = "".join(f"{line}\n" for line in _rest_lines(difference, markdown_text, _MOST_LISTED))
    rest = rest[: LIMIT // 2]
    return f"{join_up_to(LIMIT - len(rest), head, blocks, 'changes')}{rest}".encode()


def to_terminal(difference: Difference) -> bytes:
    """The same Markdown, not cut and without escapes, which a person can read as it is."""
    changes = (_change_line(change, log_line) for change in _without_still(difference))
    rest = _rest_lines(difference, log_line, None)
    lines = [*_head_lines(difference, log_line), *changes, *rest]
    return ("\n".join(lines) + "\n").encode()


def _head_lines(difference: Difference, escape: Callable[[str], str]) -> Iterator[str]:
    """The result, the times, and why the reports are hard to compare."""
    yield f"## backupscan diff: {escape(_headline(difference))}"
    yield ""
    yield f"{escape(minute_text(difference.old))} to {escape(minute_text(difference.new))}"
    yield ""
    if caution := difference.caution:
        yield f"**{escape(caution)}**"
        yield ""


def _rest_lines(
    difference: Difference, escape: Callable[[str], str], most: int | None
) -> Iterator[str]:
    """What follows the changes. ``most`` limits what is listed. None: no limit."""
    for vm in difference.vms[:most]:
        yield f"- **{vm.what}** {escape(vm.name)}"
    yield from more_line(len(difference.vms), most, "things that happened to VMs")
    for gap in difference.new_gaps[:most]:
        yield f"- **new gap** {escape(f'{gap.fact} of {gap.scope}. {gap.remedy}')}"
    yield from more_line(len(difference.new_gaps), most, "new gaps")
    for root in difference.roots[:_MOST_LISTED]:
        name = escape(ArmId(root.id).name)
        yield f"- behind {markdown_code(root.cause)}: {name}, {root.before} VMs to {root.now}"
    yield from more_line(len(difference.roots), _MOST_LISTED, "resources behind several VMs")
    yield from fact_lines(difference, escape, most)
    yield ""
    yield "| cause | " + " | ".join(CHANGE_KINDS) + " |"
    yield "| --- |" + " ---: |" * len(CHANGE_KINDS)
    for cause, counts in difference.totals.items():
        numbers = " | ".join(str(counts[kind]) for kind in CHANGE_KINDS)
        yield f"| {markdown_code(cause)} | {numbers} |"


def _headline(difference: Difference) -> str:
    """The result, if something can count, and how many changes there are of each kind."""
    counts = Counter(change.kind for change in difference.changes)
    changes = ", ".join(f"{counts[kind]:,} {kind}" for kind in CHANGE_KINDS)
    if not difference.why:
        return changes
    verb = "counts" if len(difference.counting) == 1 else "count"
    total = f"{counted(len(difference.counting), 'finding')} {verb}"
    return f"{'FAILED' if difference.exit else 'PASSED'}, {total}; {changes}"


def _without_still(difference: Difference) -> list[Change]:
    return [change for change in difference.ordered if change.kind != "still"]


def _change_line(change: Change, escape: Callable[[str], str]) -> str:
    cause, name = markdown_code(change.cause), escape(change.name)
    words = [change.verdicts_text]
    if change.kind != "fixed" and change.message:
        words.append(escape(f"{change.message} Evidence: {', '.join(change.evidence[:4])}."))
    if change.kind != "fixed" and change.remedy:
        words.append(escape(f"Do: {change.remedy}"))
    kind = f"{change.kind}, counts" if change.counts else change.kind
    return f"- **{kind}** {cause} {name}: {'. '.join(words)}"


def to_html(difference: Difference) -> bytes:
    """One page that loads nothing."""
    style = page_file("page.css")
    page = _template().render(
        difference=difference,
        headline=_headline(difference),
        kinds=CHANGE_KINDS,
        version=__version__,
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=csp_hash(style),
    )
    return page.encode()


@cache
def _template() -> Template:
    return page_template(
        "diff.html", printable=printable, minute=minute_text, name=lambda text: ArmId(text).name
    )


def junit_parts(difference: Difference) -> Iterator[bytes]:
    """``failure`` is what counts, ``error`` what is no longer read if it makes exit code 3.

    ``skipped`` is every other change for the worse, and what is still there. The rest passes.
    """
    suites: dict[str, list[Group]] = {}

    def add(id_: str, case: Case) -> None:
        suites.setdefault(subscription_of(id_) or "none", []).append(one_case(id_, case))

    for change in difference.changes:
        add(change.id, _junit_case(change))
    for vm in difference.vms:
        add(vm.id, _junit_vm(vm))
    for gap in difference.new_gaps:
        add(gap.scope, _junit_gap(gap, counts=_gap_counts(gap, difference)))
    return document(suites, {})


def _junit_case(change: Change) -> Case:
    name = change.cause
    message = f"{change.kind}: {change.verdicts_text}. {change.message or ''}".strip()
    if change.counts:
        return Case(name, Result("failure", message, change.kind))
    if not change.is_open:
        return Case(name, out=(message,))
    return Case(name, Result("skipped", f"does not count: {message}"))


def _junit_vm(vm: VmChange) -> Case:
    result = Result("skipped", f"does not count: {vm.name}: {vm.what}") if vm.is_bad else None
    return Case(vm.what, result)


def _junit_gap(gap: OldGap, *, counts: bool) -> Case:
    result = Result("skipped", f"does not count: {gap.remedy}")
    if counts:
        result = Result("error", gap.remedy, f"no longer read ({gap.reason})")
    return Case(f"read {gap.fact}", result)


WRITERS: Mapping[str, Callable[[Difference], bytes]] = {
    name: lazy_writer(entry.diff_writer) for name, entry in FORMATS.items() if entry.diff_writer
}
"""Writers of a difference, by the name of the format."""
PARTS: Mapping[str, Callable[[Difference], Iterable[bytes]]] = {
    name: lazy_parts(entry.diff_writer) for name, entry in FORMATS.items() if entry.diff_writer
}
"""The same, as files are written."""
