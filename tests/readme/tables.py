"""The README's tables and its example of a configuration, made from the code and the examples."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from urllib.parse import unquote

from scanner.arm import calls
from scanner.arm.calls import BY_FACT, CALLS, EVERY_SCAN
from scanner.catalogue import load
from scanner.cli import precheck, scan
from scanner.cli.trust import declared
from scanner.judging.check import Check
from scanner.judging.plugins import discover
from scanner.report.formats.screen import print_screen
from scanner.report.formats.terminal_console import open_console
from scanner.report.overview import Overview
from scanner.sim.demo import grow
from tests.support.requests import ENDPOINT, request_of
from tests.support.scans import scan_now

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
_HOW_OFTEN = {
    "run": "once",
    "cloud": "once, in the region of a VM",
    "management group": "for each management group named",
    "subscription": "for each subscription",
    "VM": "for each VM that needs it",
    "collection": "for each collection of a VM",
    "VM that is not listed": "for each VM that a vault or a collection names and no listing has",
    "classic VM that is not listed": "the same, for a classic VM",
    "vault": "for each vault",
    "vault in use": "for each vault that protects a VM of the scope",
    "vault in use or named": "for each vault that protects a VM of the scope, or is named",
    "failed job": "for a failed job, within `--max-job-details`",
    "failed snapshot": "twice for a VM whose snapshot failed, only with `--metrics`",
    "asked VM": "for each VM of `precheck --ask-azure`",
    "asked way": "once for `reach --ask-azure`",
    "1,000 subscriptions": "for each 1,000 subscriptions, only with `--use-graph`",
    "asked address": "for one or two addresses of `reach --ask-azure`, with polls of its result",
}
_POLLS = tuple(action for call in calls.WATCHER_POSTS for action in call.poll_actions)
_OPTIONS = {
    calls.DESCENDANTS.action: "`--management-group`",
    calls.METRICS.action: "`--metrics`",
    calls.HOLDINGS.action: "`--use-graph`",
    calls.SERVICE_TAGS.action: "newer service tags than the built-in ones",
    **{call.action: "`precheck --ask-azure` (not in Reader)" for call in calls.POSTS},
    calls.NETWORK_WATCHERS.action: "`reach --ask-azure`",
    **{
        action: "`reach --ask-azure`"
        for call in calls.WATCHER_POSTS
        for action in call.poll_actions
    },
    **{call.action: "`reach --ask-azure` (not in Reader)" for call in calls.WATCHER_POSTS},
}
"""The option without which an action is not needed."""
_IN_A_GROUP = "/subscriptions/{subscription}/resourceGroups/{group}"
_SHORT = {
    f"{_IN_A_GROUP}/providers/Microsoft.RecoveryServices/vaults/{{vault}}": "{vault}",
    _IN_A_GROUP: "{group}",
    "/subscriptions/{subscription}": "{subscription}",
}
"""How the beginning of a path is shown, the longest one first."""


Rows = Iterable[tuple[str, ...]]


def _causes() -> Rows:
    """Every cause that a built-in check judges, in the order of its newest edition."""
    catalogue = load()
    built_in = [entry.check for entry in discover(catalogue) if entry.package == "backupscan"]
    yield "cause", "editions", "judged", "what shows it", "facts read"
    for cause in catalogue.causes:
        checks = [check for check in built_in if check.cause == cause]
        if not checks:
            continue
        editions = [
            edition.id
            for edition in catalogue.editions
            if any(cause in edition.parts(named) for named in edition.causes)
        ]
        facts = dict.fromkeys(fact for check in checks for fact in check.reads)
        helps = {fact: None for check in checks for fact in check.helps if fact not in facts}
        shows = " ".join(check.summary for check in checks)
        groups = (edition.members.items() for edition in catalogue.editions)
        group = next((named for pairs in groups for named, parts in pairs if cause in parts), None)
        name = f"`{cause}`, a member of `{group}`" if group else f"`{cause}`"
        read = f"{_words(facts)} ({_words(helps)})" if helps else _words(facts)
        yield name, ", ".join(editions), _judged(checks), shows, read


def _judged(checks: Iterable[Check]) -> str:
    """When the checks of a cause run; some causes have one more check for a precheck."""
    if all(calls.METRICS.fact in check.reads for check in checks):
        return "with `--metrics`"
    when = {check.when for check in checks}
    if when == {"planning"}:
        return "in a precheck"
    return "in every scan, more in a precheck" if "planning" in when else "in every scan"


def _rights() -> Rows:
    """Every ARM action, with the facts that need it."""
    yield "action", "needed for"
    for action in dict.fromkeys((*(call.action for call in CALLS), *_POLLS)):
        facts = dict.fromkeys(
            fact
            for by_fact in BY_FACT.values()
            for fact, calls_of_fact in by_fact.items()
            if any(call.action == action for call in calls_of_fact)
        )
        finds_vms = any(call.action == action for call in EVERY_SCAN)
        uses = [*(["finding the VMs"] if finds_vms else []), *facts]
        needed = (_words(uses), _OPTIONS.get(action, ""))
        yield f"`{action}`", ", only with ".join(filter(None, needed))


def _calls() -> Rows:
    """Every request, as the SDK's operation sends it."""
    yield "what is read", "request", "how often"
    for call in CALLS:
        request = asyncio.run(request_of(call))
        url = unquote(request.url.removeprefix(ENDPOINT))
        for long, short in _SHORT.items():
            url = url.replace(long, short)
        yield call.name, f"`{request.method} {url}`", _HOW_OFTEN[call.per]


def _trust() -> Rows:
    """What a configuration file that was found may set."""
    commands = (scan.scan, precheck.precheck)
    marks = {name: mark for command in commands for name, mark in declared(command).items()}
    kept = {name: mark for name, mark in marks.items() if mark.named_file}
    refused = (name for name, mark in kept.items() if not mark.found_file)
    within = (name for name, mark in kept.items() if mark.path_in)
    yield "options", "a file that is named", "a file that is found"
    yield _keys(refused), "sets them", "is refused"
    yield _keys(within), "sets them", "sets them to files in its own folder"
    yield "all others, waivers and thresholds", "sets them", "sets them"


def _keys(names: Iterable[str]) -> str:
    return ", ".join(f"`{name.replace('_', '-')}`" for name in sorted(names))


def _words(names: Iterable[str]) -> str:
    return ", ".join(names).replace("_", " ")


def _configuration() -> str:
    """The example of a configuration."""
    text = (ROOT / "examples" / "backupscan.toml").read_text(encoding="utf-8")
    return f"```toml\n{text}```\n"


def _screen() -> str:
    """The first screen of the demo, at a fixed time."""
    out = io.StringIO()
    report = scan_now(grow(1, 200)).report
    print_screen(Overview(report), open_console(file=out, width=100))
    return f"```text\n{out.getvalue()}```\n"


def _table(rows: Callable[[], Rows]) -> Callable[[], str]:
    """Makes a Markdown table of rows; the first one is the head."""

    def text() -> str:
        head, *body = rows()
        lines = [head, ("---",) * len(head), *body]
        return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)

    return text


PARTS: Mapping[str, Callable[[], str]] = {
    "screen": _screen,
    "configuration": _configuration,
    "trust": _table(_trust),
    "causes": _table(_causes),
    "rights": _table(_rights),
    "calls": _table(_calls),
}
"""Each part, by the name in the comments before and after it."""


def filled(text: str) -> str:
    """The README with every part made anew; raises ``ValueError`` if one has no comments."""
    for name, part in PARTS.items():
        before, begin, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- end of {name} -->\n")
        if not begin or not end:
            raise ValueError(f"README.md has no part {name}")
        text = f"{before}{begin}{part()}{end}{after}"
    return text
