"""What counts for the exit code: thresholds, protection, a baseline, waivers, allowed gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, cast, get_args

from scanner.catalogue.text import nearest
from scanner.errors import UsageError
from scanner.gate.baseline import Baseline
from scanner.gate.incomplete import AllowedGap
from scanner.gate.waivers import Waiver
from scanner.judging.check import Verdict

FAIL_ON: Mapping[str, Verdict | None] = {
    "applies": Verdict.APPLIES,
    "possible": Verdict.POSSIBLE,
    "unknown": Verdict.UNKNOWN,
    "never": None,
}
"""The least verdict that counts, by the word that ``--fail-on`` takes."""

Count = Literal["protected", "all"]
"""``protected``: only VMs that are backed up, or are to be. ``all``: every VM."""


@dataclass(frozen=True)
class Policy:
    """What counts for the exit code."""

    fail_on: str = "applies"
    per_cause: Mapping[str, str] = field(default_factory=dict)
    """Other thresholds, by cause."""
    count: Count = "protected"
    allow_empty: bool = False
    """True if a scope without a VM is no failure."""
    baseline: Baseline | None = None
    """An older report. It says what is new."""
    new_only: bool = False
    """True if the findings of the baseline do not count."""
    waivers: tuple[Waiver, ...] = ()
    allowed: tuple[AllowedGap, ...] = ()

    def threshold(self, cause: str) -> Verdict | None:
        """The least verdict of a cause that counts. None if none does."""
        return FAIL_ON[self.per_cause.get(cause, self.fail_on)]

    @property
    def thresholds(self) -> str:
        """The verdicts that count, as typed. Empty if none does."""
        per_cause = ", ".join(f"{cause}={verdict}" for cause, verdict in self.per_cause.items())
        if FAIL_ON[self.fail_on] is not None:
            return f"{self.fail_on!r}" + (f" ({per_cause})" if per_cause else "")
        gating = (verdict for verdict in self.per_cause.values() if FAIL_ON[verdict] is not None)
        return per_cause if any(gating) else ""


def parse_fail_on(
    words: Sequence[str], worst: Mapping[str, Verdict], elsewhere: Mapping[str, str]
) -> tuple[str, Mapping[str, str]]:
    """The thresholds of all causes and of single ones, from ``VERDICT`` and ``CAUSE=VERDICT``.

    ``worst`` is the worst verdict that each judged cause can have. ``elsewhere`` says of all other
    causes where they are judged. Raises ``UsageError`` for a threshold that nothing can reach.
    """
    overall, per_cause = "applies", dict[str, str]()
    for word in words:
        cause, equals, verdict = word.rpartition("=")
        if verdict not in FAIL_ON:
            close = nearest(verdict, list(FAIL_ON))
            raise UsageError(f"unknown verdict {verdict!r} for --fail-on", close)
        if not equals:
            overall = verdict
        elif cause in worst:
            _vet_reach(word, cause, verdict, worst[cause])
            per_cause[cause] = verdict
        elif cause in elsewhere:
            raise UsageError(
                f"--fail-on {word} can never count: {cause} is not judged here", elsewhere[cause]
            )
        else:
            raise UsageError(
                f"unknown cause {cause!r} for --fail-on", nearest(cause, [*worst, *elsewhere])
            )
    return overall, per_cause


def _vet_reach(word: str, cause: str, verdict: str, worst: Verdict) -> None:
    """Raise ``UsageError`` if no verdict of a cause is as bad as its threshold."""
    threshold = FAIL_ON[verdict]
    # Every cause can be unknown.
    if threshold is None or threshold <= max(worst, Verdict.UNKNOWN):
        return
    what = f"--fail-on {word} can never count: the worst verdict of {cause} is {worst}"
    is_found = worst >= Verdict.POSSIBLE
    raise UsageError(what, f"Give {cause}={worst}" if is_found else "Choose another cause")


def parse_count(word: str) -> Count:
    """The word of ``--count``. Raises ``UsageError`` for any other."""
    if word not in get_args(Count):
        raise UsageError(f"--count {word!r} is unknown", nearest(word, list(get_args(Count))))
    return cast(Count, word)
