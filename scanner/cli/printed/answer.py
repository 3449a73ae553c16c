"""The answer to a question about an error or a cause: what it is, its causes, one page to read."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from scanner.catalogue.explanation import ExplainedCause, Explanation
from scanner.catalogue.text import counted
from scanner.report.formats.terminal_table import Cell, cut, line, table

MOST_LINES = 25
_MOST_CAUSES = 12
_MOST_RULES = 3
_MOST_MEMBERS = 4
_MOST_STEPS = 3
_MOST_LINES_OF_TEXT = 2
_SEEN = {
    "full": "seen",
    "full-for-classic": "seen of classic VMs",
    "full (metrics)": "seen with --metrics",
    "proxy": "a sign is seen",
    "guest": "only in the guest",
    "group": "by its members",
}


def print_answer(explanation: Explanation, console: Console) -> None:
    """Print the answer: at most 25 lines at 80 columns and more."""
    for text in answer(explanation, console.width):
        # An address is never wrapped.
        console.print(text, soft_wrap=True)


def answer(explanation: Explanation, width: int) -> Iterator[Text]:
    """The lines of the answer."""
    head = [*_head(explanation, width)]
    yield from (*head, Text()) if head else ()
    causes = explanation.causes
    if len(causes) == 1 and not explanation.symptom:
        yield from _one_cause(causes[0], width)
    elif causes:
        order = f"{counted(len(causes), 'cause')} in order, edition {explanation.edition}"
        yield Text(order, "bold")
        yield from _cause_lines(causes, width)
    else:
        yield line(("No document names a cause. Scan the VM for what applies.", ""), width=width)
    steps = [step for cause in causes[:1] for step in _steps(cause)]
    if steps and (len(causes) > 1 or explanation.symptom):
        yield from _paragraph(f"Do first: {steps[0]}", width, indent=0)
    yield Text()
    if link := _link(explanation):
        yield Text(link, "cyan")
    is_word = re.fullmatch(r"[\w.-]+", explanation.query)
    same = f"backupscan explain {explanation.query}" if is_word else "the same"
    # A command is never cut.
    yield Text(f"More: {same} --details", "dim")


def _head(explanation: Explanation, width: int) -> Iterator[Text]:
    symptom, code, number = explanation.symptom, explanation.code, explanation.number
    if explanation.guess:
        guess = "A guess: the documents have no such text, and this one is like it."
        yield line((guess, "magenta"), width=width)
    if code:
        shown = f" ({number})" if number and code != str(number) else ""
        yield line((f"{code}{shown}", "bold"), width=width)
    words = symptom.message if symptom else explanation.about if code else None
    if words:
        yield line((words, "" if code else "bold"), width=width)
    if explanation.inner:
        inner = explanation.inner
        named = ": ".join(filter(None, (inner.code, inner.message)))
        yield line((f"Its words name another error: {named}", ""), width=width)


def _cause_lines(causes: Sequence[ExplainedCause], width: int) -> Iterator[Text]:
    rows: list[list[Cell]] = [
        [(f"{number}", ""), (cause.id, "bold"), (cause.title, ""), (_seen(cause), "dim")]
        for number, cause in enumerate(causes[:_MOST_CAUSES], 1)
    ]
    yield from table(rows, width, right=(0, 3), first=(2,))
    if len(causes) > _MOST_CAUSES:
        yield Text(f"  +{len(causes) - _MOST_CAUSES} more", "dim")


def _seen(cause: ExplainedCause) -> str:
    """Whether the scanner sees a cause, in a few words."""
    if not cause.judged_by and not cause.members and cause.observability != "guest":
        return "not judged"
    return _SEEN[cause.observability]


def _one_cause(cause: ExplainedCause, width: int) -> Iterator[Text]:
    yield Text(cause.id, "bold")
    yield line((cause.title, ""), width=width)
    noun = "check" if len(cause.judged_by) == 1 else "checks"
    by = f" by the {noun} {', '.join(cause.judged_by)}" if cause.judged_by else ""
    yield line((f"The scanner: {_seen(cause)}{by}", ""), width=width)
    yield from _list([*dict.fromkeys(cause.says)], _MOST_RULES, width)
    if cause.members:
        yield Text("Members", "bold")
        members = [f"{member.id}: {_seen(member)}" for member in cause.members]
        yield from _list(members, _MOST_MEMBERS, width)
    yield Text("Do", "bold")
    yield from _list([*_steps(cause)], _MOST_STEPS, width)


def _list(texts: Sequence[str], most: int, width: int) -> Iterator[Text]:
    for text in texts[:most]:
        yield from _paragraph(text, width, indent=2)
    if len(texts) > most:
        yield Text(f"  +{len(texts) - most} more", "dim")


def _paragraph(text: str, width: int, *, indent: int) -> Iterator[Text]:
    """Text in at most two lines, the further one indented."""
    parts = textwrap.wrap(text, width - indent - 2)
    shown = parts[: _MOST_LINES_OF_TEXT - 1]
    rest = " ".join(parts[_MOST_LINES_OF_TEXT - 1 :])
    for number, part in enumerate((*shown, *([rest] if rest else []))):
        yield line((cut(f"{' ' * (indent + 2 * (number > 0))}{part}", width), ""), width=width)


def _steps(cause: ExplainedCause) -> Iterator[str]:
    """The steps of a cause. If it has none, the steps of its members."""
    yield from cause.steps or (step for member in cause.members for step in member.steps)


def _link(explanation: Explanation) -> str | None:
    """Microsoft's own page: of the error, else of the first cause that has one."""
    if explanation.page:
        return explanation.page
    parts = [part for cause in explanation.causes for part in (cause, *cause.members)]
    links = (source.url for part in parts for source in part.sources)
    return next((link for link in links if link and "learn.microsoft.com" in link), None)
