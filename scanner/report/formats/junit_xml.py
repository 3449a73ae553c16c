"""JUnit XML as text. A fleet has a million cases: a library of objects takes ten times as long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Literal, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from scanner.report.escape import printable

Kind = Literal["failure", "error", "skipped"]
"""What becomes of a case that does not pass."""


class Result(NamedTuple):
    """Why a case does not pass."""

    kind: Kind
    message: str
    type: str = ""
    """What Jenkins shows as the type. A skipped case has none."""


class Case(NamedTuple):
    """A case of a suite. Its texts may be anything: they are made printable."""

    name: str
    result: Result | None = None
    """None if it passes."""
    out: tuple[str, ...] = ()
    """Lines of its output."""


class Group(NamedTuple):
    """The cases of one resource, such as a VM."""

    classname: str
    """The id of the resource."""
    counts: Mapping[str, int]
    """How many ``tests`` there are, and of each kind."""
    cases: Iterable[Case]
    """Their texts are made only when they are written."""


def one_case(classname: str, case: Case) -> Group:
    """A group of one case."""
    kinds = [case.result.kind] if case.result else []
    return Group(classname, {"tests": 1, **dict.fromkeys(kinds, 1)}, [case])


def document(suites: Mapping[str, Iterable[Group]], names: Mapping[str, str]) -> Iterator[bytes]:
    """A document in parts, with a suite for each subscription. Suites and names are by GUID.

    A suite is iterated twice, and so it need not be in memory as a whole: its head has the numbers
    of its cases.
    """
    counts = {guid: _counts(suites[guid]) for guid in sorted(suites)}
    total = sum(counts.values(), Counter[str]())
    # The schema of Jenkins has the total of skipped cases only on suites.
    yield (
        "<?xml version='1.0' encoding='utf-8'?>\n"
        f'<testsuites name="backupscan" {_totals(total)} time="0.0">'
    ).encode()
    for guid, of_suite in counts.items():
        name = _quoted(names.get(guid, guid))
        skipped = of_suite["skipped"]
        head = f'<testsuite name={name} {_totals(of_suite)} skipped="{skipped}" time="0.0">'
        yield head.encode()
        for group in suites[guid]:
            yield "".join(_case_texts(group)).encode()
        yield b"</testsuite>"
    yield b"</testsuites>"


def _counts(groups: Iterable[Group]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for group in groups:
        counts.update(group.counts)
    return counts


def _totals(counts: Mapping[str, int]) -> str:
    tests, failures, errors = counts["tests"], counts["failure"], counts["error"]
    return f'tests="{tests}" failures="{failures}" errors="{errors}"'


def _case_texts(group: Group) -> Iterator[str]:
    rest = f'classname={_quoted(group.classname)} time="0.0"'
    passed = f"{rest} />"
    for case in group.cases:
        # Most cases pass.
        inside = _inside(case) if case.result or case.out else ""
        head = _head(case.name)
        yield f"{head}{rest}>{inside}</testcase>" if inside else head + passed


@cache
def _head(name: str) -> str:
    """The start of a case. It is cached: a few causes and facts name the cases of all VMs."""
    return f"<testcase name={_quoted(name)} "


def _inside(case: Case) -> str:
    result, lines = case.result, case.out
    text = "\n".join(map(printable, lines))
    out = f"<system-out>{escape(text)}</system-out>" if text else ""
    if result is None:
        return out
    # The reason of a skipped case is text: not every schema has a message.
    if result.kind == "skipped":
        return f"<skipped>{_escaped(result.message)}</skipped>{out}"
    texts = f"message={_quoted(result.message)} type={_quoted(result.type)}"
    return f"<{result.kind} {texts} />{out}"


@lru_cache(maxsize=1024)
def _escaped(text: str) -> str:
    """Cached: why a cause is not applicable is the same on many VMs."""
    return escape(printable(text))


def _quoted(text: str) -> str:
    return quoteattr(printable(text))
