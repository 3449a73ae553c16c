"""An explanation for a person: an outline, and the same outline at a terminal and in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from scanner.catalogue.explanation import Elsewhere, ExplainedCause, Explanation

SCHEMA = "backupscan/explain/1"
_SEEN = {
    "full": "A read of Azure Resource Manager decides it.",
    "full-for-classic": "For classic VMs a read of Azure Resource Manager decides it.",
    "full (metrics)": "Metrics of Azure Monitor would decide it; the scanner does not read them.",
    "proxy": "A read of Azure Resource Manager gives a sign of it, not the fact.",
    "guest": "Only the guest knows.",
    "group": "Its members decide it.",
}


class Line(Struct, frozen=True):
    """One line of the outline; a heading stands over what is deeper."""

    depth: int
    text: str
    is_heading: bool = False


def to_json(explanation: Explanation) -> bytes:
    """The whole explanation as JSON, with keys as the fields are called."""
    content = {"schema": SCHEMA, **msgspec.to_builtins(explanation)}
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"


def to_markdown(explanation: Explanation) -> str:
    """Headings and lists; nothing of the text acts as markup."""
    lines: list[str] = []
    for line in outline(explanation):
        if line.is_heading and line.depth < 2:
            lines += ["", f"{'#' * (line.depth + 1)} {_inert(line.text)}", ""]
        else:
            bold = f"**{_inert(line.text)}**" if line.is_heading else _inert(line.text)
            lines.append(f"{'  ' * max(0, line.depth - 2)}- {bold}")
    return "\n".join(lines).strip() + "\n"


def print_explanation(explanation: Explanation, console: Console) -> None:
    """The outline, indented; readable at 80 columns."""
    for line in outline(explanation):
        if line.is_heading and line.depth == 1:
            console.print()
        text = Text(line.text, "bold" if line.is_heading else "")
        console.print(Padding(text, (0, 0, 0, 2 * line.depth), expand=False))


def outline(explanation: Explanation) -> Iterator[Line]:
    """All there is to say, from the error down to the sources."""
    symptom, code = explanation.symptom, explanation.code
    number = f" ({explanation.number})" if explanation.number else ""
    if symptom:
        named = f"{code}{number}: " if code else ""
        yield Line(0, f"{named}{symptom.message}", True)
        others = [each for each in symptom.all_codes if each != code]
        yield from _labelled(1, "Codes", [", ".join(others)] if others else [])
        yield from _labelled(1, "In Korean", [symptom.heading_ko] if symptom.heading_ko else [])
        yield from _labelled(1, "Note", [symptom.note] if symptom.note else [])
        yield Line(1, f"Edition {explanation.edition}: {len(symptom.causes)} causes in order.")
    elif code:
        yield Line(0, f"{code}{number}", True)
        yield Line(1, f"Edition {explanation.edition}: no symptom of its own.")
    for place, cause in enumerate(explanation.causes, 1):
        yield from _cause(cause, 1, f"{place}. " if len(explanation.causes) > 1 else "")
    yield from _other_editions(explanation)
    if explanation.disagreements:
        yield Line(1, "Where today's pages disagree", True)
        for each in explanation.disagreements:
            yield Line(2, f"{each.about}: {each.one}; but {each.other}")


def _cause(cause: ExplainedCause, depth: int, place: str) -> Iterator[Line]:
    only = f", {cause.system.capitalize()} only" if cause.system else ""
    note = ", named in a note before the list" if cause.is_note else ""
    yield Line(depth, f"{place}{cause.id}: {cause.title}{only}{note}", True)
    inner = depth + 1
    yield from _group(inner, "Says", cause.facts)
    yield from _group(inner, "Seen by the scanner", list(_seen(cause)))
    yield from _group(inner, "Only the guest knows", cause.guest)
    yield from _group(inner, "Do", [f"{n}. {each}" for n, each in enumerate(cause.steps, 1)])
    for member in cause.members:
        yield from _cause(member, inner, "Member ")
    for other in cause.elsewhere:
        yield from _elsewhere(other, inner)
    sources = [f"{each.where} ({each.date})" for each in cause.sources]
    yield from _group(inner, "Sources", sources)


def _seen(cause: ExplainedCause) -> Iterator[str]:
    judged = f" Judged by {', '.join(cause.judged_by)}." if cause.judged_by else ""
    never = "" if cause.judged_by or cause.members else " No loaded check judges it."
    yield f"{_SEEN[cause.observability]}{judged}{never}"
    yield from cause.rules
    yield from cause.shown


def _elsewhere(other: Elsewhere, depth: int) -> Iterator[Line]:
    if not other.is_named:
        yield Line(depth, f"Edition {other.edition} does not name it.")
        return
    yield Line(depth, f"Edition {other.edition} says", True)
    for each in (*other.facts, *(f"Do: {step}" for step in other.steps)):
        yield Line(depth + 1, each)


def _other_editions(explanation: Explanation) -> Iterator[Line]:
    for other in explanation.other_editions:
        if other.id is None:
            yield Line(1, f"Edition {other.edition} has no such symptom.")
        else:
            causes = ", ".join(other.causes)
            yield Line(1, f"In edition {other.edition}: {other.message}", True)
            yield Line(2, f"Causes in order: {causes}")


def _group(depth: int, label: str, lines: Iterable[str]) -> Iterator[Line]:
    those = [line for line in lines if line]
    if those:
        yield Line(depth, label, True)
        yield from (Line(depth + 1, each) for each in those)


def _labelled(depth: int, label: str, lines: Iterable[str]) -> Iterator[Line]:
    return (Line(depth, f"{label}: {each}") for each in lines)


def _inert(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", text)
