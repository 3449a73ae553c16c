"""From options and configuration to what a scan asks of every VM."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from scanner.catalogue import load
from scanner.cli.config_file import Config
from scanner.cli.installed import installed
from scanner.cli.max_age import with_max_age
from scanner.errors import UsageError
from scanner.fleet.questions import Questions
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.target import Target
from scanner.judging.check import Check
from scanner.judging.panel import make_panel
from scanner.judging.plugins import Choice, pick
from scanner.judging.symptoms import LAST_BACKUP_FAILED


def make_questions(
    edition: str,
    checks: Sequence[str],
    *,
    without: Sequence[str] = (),
    plugins: Choice = Choice(),  # noqa: B008 - frozen
    config: Config = Config(),  # noqa: B008 - frozen
    target: Target | None = None,
    metrics: bool = False,
    max_age: str | None = None,
    planning: bool = False,
    all_evidence: bool = True,
) -> Questions:
    """The installed checks that were picked, and the edition. Raises ``ScanError``.

    ``checks`` and ``without`` are ids of checks or causes. ``target`` makes it a precheck.
    ``planning`` asks the checks of a precheck, too. ``metrics`` are read of VMs whose backup failed
    in its snapshot. ``max_age`` is how old the newest recovery point of a VM may be.
    """
    catalogue = with_max_age(load(), max_age)
    chosen = config.apply(catalogue.edition(edition), catalogue)
    editions = (chosen if known.id == edition else known for known in catalogue.editions)
    catalogue = replace(catalogue, editions=tuple(editions))
    found, refused = installed(catalogue, plugins)
    available = [entry.check for entry in found]
    if not metrics:
        available = _without_metrics(available, checks)
    picked = pick(available, checks, chosen, without, planning=planning or target is not None)
    if max_age is not None and all(check.cause != LAST_BACKUP_FAILED for check in picked):
        what = f"--max-age {max_age} can never count: {LAST_BACKUP_FAILED} is not judged here"
        raise UsageError(what, "Leave it out, or have that cause judged")
    ids = dict.fromkeys((chosen.id, catalogue.editions[-1].id))
    return Questions(
        make_panel(picked, chosen, catalogue),
        tuple(make_panel(available, catalogue.edition(id_), catalogue) for id_ in ids),
        picked,
        tuple(available),
        chosen,
        catalogue,
        target,
        metrics,
        tuple(
            Gap(error.package, "checks", Reason.FAILED, None, str(error), error.what)
            for error in refused
        ),
        all_evidence,
    )


def _without_metrics(checks: Sequence[Check], names: Sequence[str]) -> list[Check]:
    """The checks that need no metrics. Raises ``UsageError`` if a name picks only others."""
    kept = [check for check in checks if _OF_METRICS not in check.needs]
    left_out = {name for check in checks for name in (check.id, check.cause)}
    left_out -= {name for check in kept for name in (check.id, check.cause)}
    for name in names:
        if name in left_out:
            raise UsageError(f"--check {name} finds nothing without --metrics", "Give it too")
    return kept


_OF_METRICS = "guest_load"
"""The fact that is read only with ``--metrics``."""
