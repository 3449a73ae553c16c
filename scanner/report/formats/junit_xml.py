"""JUnit XML as text. A fleet has a million cases: a library of objects takes ten times as long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from scanner.report.escape import printable


class Result(NamedTuple):
    """Why a case does not pass."""

    kind: Literal["failure", "error", "skipped"]
    message: str
    type: str = ""
    """What Jenkins shows as the type. A skipped case has none."""


class Case(NamedTuple):
    """A case of a suite. Its texts may be anything: they are made printable."""

    name: str
    classname: str
    result: Result | None = None
    """None if it passes."""
    out: tuple[str, ...] = ()
    """Lines of its output."""


def document(cases: Mapping[str, Sequence[Case]], names: Mapping[str, str]) -> bytes:
    """A document with a suite for each subscription. Cases and names are by GUID."""
    suites = {guid: _counts(cases[guid]) for guid in sorted(cases)}
    total = sum(suites.values(), Counter[str]())
    # The schema of Jenkins has the total of skipped cases only on suites.
    parts = [
        "<?xml version='1.0' encoding='utf-8'?>\n",
        f'<testsuites name="backupscan" {_totals(total)} time="0.0">',
    ]
    for guid, counts in suites.items():
        name = quoteattr(printable(names.get(guid, guid)))
        skipped = counts["skipped"]
        parts.append(f'<testsuite name={name} {_totals(counts)} skipped="{skipped}" time="0.0">')
        parts.extend(_case_texts(cases[guid]))
        parts.append("</testsuite>")
    return "".join((*parts, "</testsuites>")).encode()


def _counts(cases: Sequence[Case]) -> Counter[str]:
    counts: Counter[str] = Counter(case.result.kind for case in cases if case.result)
    counts["tests"] = len(cases)
    return counts


def _totals(counts: Mapping[str, int]) -> str:
    tests, failures, errors = counts["tests"], counts["failure"], counts["error"]
    return f'tests="{tests}" failures="{failures}" errors="{errors}"'


def _case_texts(cases: Sequence[Case]) -> Iterator[str]:
    classname, quoted = "", '""'
    for case in cases:
        # The cases of a VM follow one another.
        if case.classname != classname:
            classname, quoted = case.classname, quoteattr(printable(case.classname))
        head = f'<testcase name={quoteattr(printable(case.name))} classname={quoted} time="0.0"'
        inside = _inside(case)
        yield f"{head}>{inside}</testcase>" if inside else f"{head} />"


def _inside(case: Case) -> str:
    result, lines = case.result, "\n".join(map(printable, case.out))
    out = f"<system-out>{escape(lines)}</system-out>" if lines else ""
    if result is None:
        return out
    message = printable(result.message)
    # The reason of a skipped case is text: not every schema has a message.
    if result.kind == "skipped":
        return f"<skipped>{escape(message)}</skipped>{out}"
    type_ = quoteattr(printable(result.type))
    return f"<{result.kind} message={quoteattr(message)} type={type_} />{out}"
