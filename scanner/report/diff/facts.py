"""The facts that changed between two bundles, as lines for people and as rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scanner.inventory.armid import ArmId
from scanner.inventory.changes import FactChange
from scanner.report.diff.difference import Difference

_MOST_FACTS = 200
"""Facts that a person reads. JSON and CSV have all of them."""
_MOST_NAMES, _MOST_CHARACTERS = 5, 80


def fact_lines(
    difference: Difference, escape: Callable[[str], str], most: int | None
) -> Iterator[str]:
    """The facts that changed, and what was not compared. ``most`` limits what is listed."""
    facts, most_facts = difference.facts or (), most or _MOST_FACTS
    for fact in facts[:most_facts]:
        yield f"- **{fact.what}** {escape(_text(fact))}"
    yield from more_line(len(facts), most_facts, "changes of facts")
    for one in difference.not_compared[:most]:
        yield f"- **not compared** {escape(f'{one.fact} of {one.scope}. {one.why}')}"
    yield from more_line(len(difference.not_compared), most, "facts not compared")


def more_line(total: int, most: int | None, what: str) -> Iterator[str]:
    """How many entries of a list are not shown."""
    if most is not None and total > most:
        yield f"- +{total - most:,} more {what}"


def fact_rows(difference: Difference) -> Iterator[tuple[str, ...]]:
    """What happened, the id, no cause, both values, the name, the member with VMs, no remedy."""
    for fact in difference.facts or ():
        vms = f", on {' '.join(fact.vms)}" if fact.vms else ""
        about = f"{fact.kind} {fact.path}".rstrip() + vms
        values = (fact.before or "", fact.now or "", ArmId(fact.id).name)
        yield (f"fact {fact.what}", fact.id, "", *values, about, "")
    for one in difference.not_compared:
        yield ("not compared", one.scope, "", "", "", "", one.fact, one.why)


def _text(fact: FactChange) -> str:
    """A fact that changed, and on which VMs."""
    before, now = (
        text[:_MOST_CHARACTERS] if text else "nothing" for text in (fact.before, fact.now)
    )
    names = [ArmId(vm).name for vm in fact.vms[:_MOST_NAMES]]
    more = len(fact.vms) - len(names)
    vms = f" (on {', '.join(names)}{f' and {more:,} more' if more else ''})" if names else ""
    what = f"{fact.kind} {ArmId(fact.id).name}"
    return f"{what}, {fact.path}: {before} to {now}{vms}" if fact.path else f"{what}{vms}"
