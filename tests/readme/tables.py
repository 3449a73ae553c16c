"""The README's tables, made from the code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from urllib.parse import unquote

from scanner.arm import calls
from scanner.arm.calls import BY_FACT, CALLS, EVERY_SCAN
from scanner.catalogue import load
from scanner.judging.plugins import discover
from tests.requests import ENDPOINT, request_of

README = Path(__file__).parent.parent.parent / "README.md"
_PER = {
    "run": "once",
    "management group": "for a management group that is named",
    "subscription": "for each subscription",
    "VM": "for a VM that needs it",
    "collection": "for a collection of a VM",
    "vault": "for each vault",
    "vault in use": "for a vault that protects a VM of the scope",
    "vault in use or named": "for a vault that protects a VM of the scope, or is named",
    "failed job": "for a failed job, within a budget",
    "asked VM": "for a VM of `precheck --ask-azure`",
}
_OPTIONS = {
    calls.DESCENDANTS.action: "`--management-group`",
    **{call.action: "`precheck --ask-azure` (not in Reader)" for call in calls.POSTS},
}


_ASKED = {"always": "in every scan", "planning": "for planning"}


def _causes() -> Iterable[tuple[str, ...]]:
    """Every cause that a built-in check judges, in the order of its newest edition."""
    catalogue = load()
    checks = [each.check for each in discover(catalogue) if each.package == "backupscan"]
    yield "cause", "editions", "asked", "what shows it", "facts read"
    for cause in catalogue.causes:
        those = [each for each in checks if each.cause == cause]
        if not those:
            continue
        naming = [
            edition.id
            for edition in catalogue.editions
            if any(cause in edition.parts(each) for each in edition.causes)
        ]
        facts = dict.fromkeys(fact for each in those for fact in each.reads)
        asked = " and ".join(dict.fromkeys(_ASKED[each.when] for each in those))
        shows = " ".join(each.summary for each in those)
        yield f"`{cause}`", ", ".join(naming), asked, shows, ", ".join(facts).replace("_", " ")


def _rights() -> Iterable[tuple[str, ...]]:
    """Every ARM action, with the facts that take it."""
    yield "action", "for"
    for action in dict.fromkeys(call.action for call in CALLS):
        facts = dict.fromkeys(
            fact
            for by_fact in BY_FACT.values()
            for fact, calls in by_fact.items()
            if any(call.action == action for call in calls)
        )
        finds = any(call.action == action for call in EVERY_SCAN)
        told = [*(["finding the VMs"] if finds else []), *facts]
        yield f"`{action}`", ", ".join(told).replace("_", " ") or _OPTIONS[action]


def _calls() -> Iterable[tuple[str, ...]]:
    """Every request there is, as the SDK's operation sends it."""
    yield "what", "request", "how often"
    for call in CALLS:
        request = asyncio.run(request_of(call))
        shown = unquote(request.url.removeprefix(ENDPOINT))
        for long, short in _SHORT.items():
            shown = shown.replace(long, short)
        yield call.name, f"`{request.method} {shown}`", _PER[call.per]


_IN_A_GROUP = "/subscriptions/{subscription}/resourceGroups/{group}"
_SHORT = {
    f"{_IN_A_GROUP}/providers/Microsoft.RecoveryServices/vaults/{{vault}}": "{vault}",
    _IN_A_GROUP: "{group}",
    "/subscriptions/{subscription}": "{subscription}",
}


TABLES: Mapping[str, Callable[[], Iterable[tuple[str, ...]]]] = {
    "causes": _causes,
    "rights": _rights,
    "calls": _calls,
}
"""By the name that stands in the comments around a table."""


def filled(text: str) -> str:
    """The README with every table as the code has it."""
    for name, rows in TABLES.items():
        head, *body = rows()
        lines = [head, ("---",) * len(head), *body]
        table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
        before, begin, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- end of {name} -->\n")
        if not begin or not end:
            raise ValueError(f"README.md has no table {name}")
        text = f"{before}{begin}{table}\n{end}{after}"
    return text
