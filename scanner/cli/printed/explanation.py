"""Prints an explanation: as an outline on a terminal or in Markdown, or as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.text import Text

from scanner.catalogue.explanation import Elsewhere, ExplainedCause, Explanation
from scanner.catalogue.text import counted
from scanner.report.formats.terminal_console import indented

SCHEMA = "backupscan/explain/1"
_SEEN = {
    "full": "Azure Resource Manager shows it.",
    "full-for-classic": "Azure Resource Manager shows it of classic VMs.",
    "full (metrics)": "Metrics of Azure Monitor show it: scan with --metrics.",
    "proxy": "Azure Resource Manager shows a sign of it, not the cause itself.",
    "guest": "Only the guest knows.",
    "group": "Its members decide it.",
}


class Line(Struct, frozen=True):
    """One line of the outline. A heading is followed by the deeper lines that belong to it."""

    depth: int
    text: str
    is_heading: bool = False


def to_json(explanation: Explanation) -> bytes:
    """The explanation as JSON; its keys are the names of the fields."""
    content = {"schema": SCHEMA, **msgspec.to_builtins(explanation)}
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"


def to_markdown(explanation: Explanation) -> str:
    """Headings and lists, with markup in the text escaped."""
    lines: list[str] = []
    for line in outline(explanation):
        if line.is_heading and line.depth < 2:
            lines += ["", f"{'#' * (line.depth + 1)} {_escaped(line.text)}", ""]
        else:
            bold = f"**{_escaped(line.text)}**" if line.is_heading else _escaped(line.text)
            lines.append(f"{'  ' * max(0, line.depth - 2)}- {bold}")
    return "\n".join(lines).strip() + "\n"


def print_explanation(explanation: Explanation, console: Console) -> None:
    """Print the outline, indented; readable at 80 columns."""
    for line in outline(explanation):
        if line.is_heading and line.depth == 1:
            console.print()
        text = Text(line.text, "bold" if line.is_heading else "")
        if line.text.startswith("https://"):
            # An address that is wrapped cannot be opened.
            console.print(Text.assemble("  " * line.depth, text), soft_wrap=True)
        else:
            indented(text, 2 * line.depth, console)


def outline(explanation: Explanation) -> Iterator[Line]:
    """Every line, from the error down to the sources."""
    symptom, code = explanation.symptom, explanation.code
    number = (
        f" ({explanation.number})" if explanation.number and code != str(explanation.number) else ""
    )
    if explanation.guess:
        yield Line(0, f"A guess: {explanation.query!r} is not documented. It resembles this:", True)
    if symptom:
        named = f"{code}{number}: " if code else ""
        yield Line(0, f"{named}{symptom.message}", True)
        other_codes = [other for other in symptom.all_codes if other != code]
        yield from _labelled_line(1, "Codes", ", ".join(other_codes))
        yield from _labelled_line(1, "In Korean", symptom.heading_ko)
        yield from _labelled_line(1, "Note", symptom.note)
        causes = counted(len(symptom.causes), "cause")
        yield Line(1, f"Edition {explanation.edition}: {causes} in order.")
    elif code:
        yield Line(0, f"{code}{number}", True)
        yield from _labelled_line(1, "About", explanation.about)
        yield Line(1, _standing_of_code(explanation))
        if not explanation.causes:
            yield Line(1, _WITHOUT_CAUSE)
    if explanation.inner:
        inner = explanation.inner
        named = ": ".join(filter(None, (inner.code, inner.message)))
        yield Line(1, f"Its words name another error, whose causes come first: {named}")
    for position, cause in enumerate(explanation.causes, 1):
        yield from _cause_lines(cause, 1, f"{position}. " if len(explanation.causes) > 1 else "")
    yield from _other_symptom_lines(explanation)
    if explanation.disagreements:
        yield Line(1, "Where today's pages disagree", True)
        for pages in explanation.disagreements:
            yield Line(2, f"{pages.about}: {pages.one}; but {pages.other}")


_WITHOUT_CAUSE = (
    "Do: read the error in the details of the backup job. Scan the VM for what else applies. If"
    " nothing does, open a support request."
)


def _standing_of_code(explanation: Explanation) -> str:
    """What the documents have of a code without a symptom."""
    if not explanation.documented:
        return "No document names it: it is known from recorded answers of the service."
    if not explanation.causes:
        return f"Edition {explanation.edition}: named without a cause."
    return f"Edition {explanation.edition}: no symptom of its own."


def _cause_lines(cause: ExplainedCause, depth: int, prefix: str) -> Iterator[Line]:
    """A cause with its members and with what other editions say of it."""
    only = f", {cause.system.capitalize()} only" if cause.system else ""
    note = ", named in a note before the list" if cause.is_note else ""
    yield Line(depth, f"{prefix}{cause.id}: {cause.title}{only}{note}", True)
    inner = depth + 1
    yield from _group_lines(inner, "Says", cause.facts)
    yield from _group_lines(inner, "Seen by the scanner", list(_texts_on_checks(cause)))
    yield from _group_lines(inner, "Only the guest knows", cause.guest)
    yield from _group_lines(
        inner, "Do", [f"{number}. {step}" for number, step in enumerate(cause.steps, 1)]
    )
    for member in cause.members:
        yield from _cause_lines(member, inner, "Member ")
    for other in cause.elsewhere:
        yield from _edition_lines(other, inner)
    sources = [*dict.fromkeys(source.shown for source in cause.sources)]
    yield from _group_lines(inner, "Sources", sources)


def _texts_on_checks(cause: ExplainedCause) -> Iterator[str]:
    """What the scanner can see of a cause, which checks judge it, and by which rules."""
    judged = f" Judged by {', '.join(cause.judged_by)}." if cause.judged_by else ""
    not_judged = "" if cause.judged_by or cause.members else " No loaded check judges it."
    yield f"{_SEEN[cause.observability]}{judged}{not_judged}"
    yield from cause.rules
    yield from cause.shown


def _edition_lines(other: Elsewhere, depth: int) -> Iterator[Line]:
    """What another edition says of a cause."""
    if not other.is_named:
        yield Line(depth, f"Edition {other.edition} does not name it.")
        return
    yield Line(depth, f"Edition {other.edition} says", True)
    for text in (*other.facts, *(f"Do: {step}" for step in other.steps)):
        yield Line(depth + 1, text)


def _other_symptom_lines(explanation: Explanation) -> Iterator[Line]:
    """The same symptom in the other editions."""
    for other in explanation.other_editions:
        if other.id is None:
            yield Line(1, f"Edition {other.edition} has no such symptom.")
        else:
            causes = ", ".join(other.causes)
            yield Line(1, f"In edition {other.edition}: {other.message}", True)
            yield Line(2, f"Causes in order: {causes}")


def _group_lines(depth: int, label: str, lines: Iterable[str]) -> Iterator[Line]:
    """A heading and the lines below it; nothing if no line has a text."""
    texts = [text for text in lines if text]
    if texts:
        yield Line(depth, label, True)
        yield from (Line(depth + 1, text) for text in texts)


def _labelled_line(depth: int, label: str, text: str | None) -> Iterator[Line]:
    if text:
        yield Line(depth, f"{label}: {text}")


def _escaped(text: str) -> str:
    """The text with Markdown's own signs escaped."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", text)
