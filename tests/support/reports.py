"""Reports on VMs with given facts, and a report at a terminal."""

import io
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from openpyxl import load_workbook

from scanner.catalogue import load
from scanner.gate.waivers import Waiver
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap
from scanner.inventory.scope import ScopeSummary
from scanner.inventory.vm import Vm
from scanner.judging.engine import judge_vm
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.panel import Panel, make_panel
from scanner.report.formats import FORMATS
from scanner.report.formats.terminal import print_report
from scanner.report.formats.terminal_console import open_console
from scanner.report.report import Report, make_report
from scanner.report.write import WRITERS
from tests.support.facts import GROUP, SEEN_AT, SUBSCRIPTION, vm
from tests.support.vetted import vetted_checks

COLLECTIONS = "providers/Microsoft.Compute/restorePointCollections"
MACHINES = "providers/Microsoft.Compute/virtualMachines"
CATALOGUE = load()
CHECKS = [check for check in vetted_checks(CATALOGUE) if check.when == "always"]


def machine(name: str, location: str = "westeurope", **facts: Any) -> Vm:
    """A healthy Linux VM with this name, changed by the facts given."""
    seen = vm(**facts).seen
    return Vm(ArmId(f"{GROUP}/{MACHINES}/{name}"), location, None, seen)


def report(
    vms: list[Vm], *gaps: Gap, asked: ScopeSummary | None = None, edition: str = "current"
) -> Report:
    """A report on these VMs, judged by the installed checks."""
    return _report(
        [JudgedVm(vm, judge_vm(_panel(edition), vm)) for vm in vms],
        *gaps,
        asked=asked,
        edition=edition,
    )


def alike(like: Vm, names: Iterable[str]) -> Report:
    """A report on VMs that differ in name alone, so that judging one judges all."""
    [judged] = report([like]).vms
    return _report(
        [
            replace(judged, vm=replace(like, id=ArmId(f"{GROUP}/{MACHINES}/{name}")))
            for name in names
        ]
    )


@cache
def _panel(edition: str) -> Panel:
    return make_panel(CHECKS, CATALOGUE.edition(edition), CATALOGUE)


def _report(
    judged: Iterable[JudgedVm],
    *gaps: Gap,
    asked: ScopeSummary | None = None,
    edition: str = "current",
) -> Report:
    chosen = CATALOGUE.edition(edition)
    usual = ScopeSummary({str(SUBSCRIPTION.subscription): "prod"}, (), 0, 0)
    times = (SEEN_AT, SEEN_AT)
    return make_report(CATALOGUE, chosen, asked or usual, judged, gaps, times, interrupted=False)


def printed(of: Report, *, width: int = 80, terminal: bool = False) -> str:
    """The report as a terminal of this width shows it."""
    out = io.StringIO()
    print_report(of, open_console(file=out, width=width, force_terminal=terminal))
    return out.getvalue()


def frame_of(csv: bytes) -> Any:
    """The data frame that pandas reads from CSV."""
    # Few tests need it, and to import it takes long.
    import pandas

    return pandas.read_csv(io.BytesIO(csv), keep_default_na=False)


def written(name: str, of: Report) -> str:
    """The report in a format, as text: of a workbook the cells, a row a line."""
    data = WRITERS[name](of)
    if not FORMATS[name].is_binary:
        return data.decode()
    return "\n".join("\t".join(map(str, row)) for rows in cells(data).values() for row in rows)


def cells(workbook: bytes) -> dict[str, list[list[Any]]]:
    """The cells of a workbook by sheet, empty ones are ``""``."""
    book = load_workbook(io.BytesIO(workbook))
    return {
        sheet.title: [
            ["" if cell is None else cell for cell in row]
            for row in sheet.iter_rows(values_only=True)
        ]
        for sheet in book
    }


def waived(of: Report, **changes: Any) -> Report:
    """The report with a waiver of `linux-agent-outdated` on the group, changed so."""
    usual = {
        "cause": "linux-agent-outdated",
        "reason": "known",
        "owner": "ops",
        "expires": date(2099, 1, 1),
        "scope": GROUP.text.upper(),
    }
    waiver = Waiver(**{**usual, **changes})
    return replace(of, policy=replace(of.policy, waivers=(waiver,)))
