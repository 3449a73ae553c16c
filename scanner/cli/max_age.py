"""``--max-age``: how old the newest recovery point of a VM may be."""

from __future__ import annotations

import re

from msgspec.structs import replace

from scanner.catalogue import Catalogue, Rule
from scanner.errors import UsageError
from scanner.judging.symptoms import LAST_BACKUP_FAILED

_AGE = re.compile(r"(\d{1,6})([mhd])", re.ASCII)
_MINUTES = {"m": 1, "h": 60, "d": 24 * 60}


def parse_age(text: str) -> int:
    """Minutes from ``90m``, ``26h`` or ``2d``. Raises ``UsageError`` for any other text."""
    found = _AGE.fullmatch(text)
    minutes = int(found[1]) * _MINUTES[found[2]] if found else 0
    if not minutes:
        raise UsageError(f"--max-age {text!r} is no age", "Give minutes, hours or days: 26h")
    return minutes


def with_max_age(catalogue: Catalogue, age: str | None) -> Catalogue:
    """The catalogue with a rule for this age in every edition.

    Without an age, the schedule of each VM's policy says how old its newest point may be. Raises
    ``UsageError``.
    """
    if age is None:
        return catalogue
    minutes, says = parse_age(age), f"no recovery point is younger than {age} (--max-age)"
    editions = []
    for edition in catalogue.editions:
        rule = Rule(
            edition.id,
            LAST_BACKUP_FAILED,
            "point-older-than",
            "applies",
            (),
            says,
            minutes,
            edition.one(LAST_BACKUP_FAILED, "late-by-hours").remedy,
        )
        editions.append(replace(edition, rules=(*edition.rules, rule)))
    return replace(catalogue, editions=tuple(editions))
