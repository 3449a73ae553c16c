"""Hostile texts and names, and a report full of them."""

from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.scope import ScopeSummary
from scanner.inventory.vm import Vm
from scanner.report.report import Report
from tests.support.facts import SUBSCRIPTION, agent, collection, extension, lock, points
from tests.support.facts import vm as healthy
from tests.support.reports import COLLECTIONS, MACHINES, report

HOSTILE = (
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;https://example.com\x07link",
    "\x9b31m",
    "[bold]loud[/bold]",
    "[/]",
    "[link=https://example.com]x[/link]",
    "two\nlines",
    "back\rthen",
    "tab\there",
    "right\u200fto\u202eleft\u2066",
    "nul\0",
    ":smiley:",
    "x" * 300,
    "\N{CJK UNIFIED IDEOGRAPH-4E00}" * 90,
)
NAMES = (
    "<script>alert(1)</script>",
    '=HYPERLINK("https://example.com")',
    "+1+1",
    "@SUM(A1)",
    "a|b",
    "back`tick`s",
    "::error::gone",
    "%0A::error::gone",
    "##vso[task.complete result=Succeeded]",
    "\x1b[31mred",
    "[bold]loud[/bold]",
    "two\nlines",
    "\r\n::warning::x",
    "nul\0",
    "right\u202eleft",
    "$(reboot); `reboot` && reboot",
    "![x](https://example.com/x.png)",
    "]]><x>",
    "'\"&",
)
HIDDEN = ("json", "jsonl", "fixes")
"""Formats that are not checked for control characters: JSON escapes them."""
BARE = [chr(code) for code in (*range(9), 11, 12, *range(14, 32), 127, 0x9B, 0x202E, 0x2066)]
"""Control characters, and characters that change the direction of text."""


def hostile(name: str) -> Report:
    """A report in which VM, group, tag, lock, extension and subscription have this name."""
    word = name.replace("/", "_")
    group = ArmId(f"{SUBSCRIPTION}/resourceGroups/{word}")
    seen = healthy(
        agent=agent("2.2.1"),
        extensions=(extension(state="Failed", name=name),),
        locks=(lock(group, level=name, name=word),),
        restore_points=points(collection(18, ArmId(f"{group}/{COLLECTIONS}/{word}"))),
    ).seen
    vm = Vm(ArmId(f"{group}/{MACHINES}/{word}"), name, {name: name}, seen)
    unread = Gap(vm.id.text, "disks", Reason.DENIED, None, name)
    asked = ScopeSummary({str(SUBSCRIPTION.subscription): name}, (name,), 0, 0)
    return report([vm], unread, asked=asked)
