"""Thresholds of a configuration: limits that replace the documents' own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from scanner.catalogue import Catalogue, Edition, Limit, Rule
from scanner.catalogue.text import limit_text, nearest
from scanner.errors import UsageError

_VERSION = re.compile(r"\d+(\.\d+)+")


class Threshold(Struct, frozen=True, forbid_unknown_fields=True):
    """A limit that replaces the documents' limit of one rule, and the reason for it."""

    cause: str
    condition: str
    verdict: str
    limit: Limit
    reason: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What names its rule."""
        return self.cause, self.condition, self.verdict

    def is_of(self, rule: Rule) -> bool:
        """True if it replaces the limit of this rule."""
        return self.key == (rule.cause, rule.condition, rule.verdict)


def override(
    edition: Edition, thresholds: Sequence[Threshold], catalogue: Catalogue, path: str
) -> Edition:
    """The edition with the thresholds in place of its own limits.

    One file serves every edition: a threshold does nothing in an edition without its rule. Raises
    ``UsageError``, which begins with ``path``, if no edition has the rule, its limit is of another
    kind, or two thresholds are of one rule.
    """
    rules = [rule for known in catalogue.editions for rule in known.rules]
    for threshold in thresholds:
        if not any(map(threshold.is_of, rules)):
            raise _no_rule(threshold, rules, catalogue, path)
    keys = [threshold.key for threshold in thresholds]
    for key in keys:
        if keys.count(key) > 1:
            raise UsageError(f"{path}: the threshold {'/'.join(key)} is there twice", "Keep one")
    return replace(
        edition, rules=tuple(_overridden(rule, thresholds, path) for rule in edition.rules)
    )


def _overridden(rule: Rule, thresholds: Sequence[Threshold], path: str) -> Rule:
    """The rule with the limit of its threshold."""
    for threshold in thresholds:
        if threshold.is_of(rule):
            rule = _with_limit(rule, threshold, path)
    return rule


def _with_limit(rule: Rule, threshold: Threshold, path: str) -> Rule:
    """The rule with another limit. Raises ``UsageError`` if the limit is of another type."""
    limit = threshold.limit
    where = f"{path}: the threshold {rule.cause}/{rule.condition}/{rule.verdict}"
    if rule.limit is None:
        raise UsageError(f"{where} is of a rule without a limit", "Remove it")
    if not _is_like(limit, rule.limit):
        todo = f"Give {_limit_kind_text(rule.limit)}, as the documents do: {limit_text(rule.limit)}"
        raise UsageError(f"{where} has the limit {limit_text(limit)!r}", todo)
    limits = f"limit {limit_text(rule.limit)} overridden by {limit_text(limit)}"
    if isinstance(limit, tuple):
        # Checks compare words in lower case.
        limit = tuple(word.lower() for word in limit)
    return replace(rule, limit=limit, says=f"{rule.says} ({limits}: {threshold.reason})")


def _no_rule(
    threshold: Threshold, rules: Sequence[Rule], catalogue: Catalogue, path: str
) -> UsageError:
    """Say which part of the threshold matches no rule with a limit, and what it can be."""
    limited = [rule for rule in rules if rule.limit is not None]
    of_cause = [rule for rule in limited if rule.cause == threshold.cause]
    if threshold.cause not in catalogue.causes:
        what = f"{path}: threshold of the unknown cause {threshold.cause!r}"
        return UsageError(what, nearest(threshold.cause, sorted({rule.cause for rule in limited})))
    if not of_cause:
        todo = f"See backupscan explain {threshold.cause}"
        return UsageError(f"{path}: no rule of {threshold.cause} has a limit to replace", todo)
    name = f"{threshold.condition}/{threshold.verdict}"
    known = sorted({f"{rule.condition}/{rule.verdict}" for rule in of_cause})
    what = f"{path}: {threshold.cause} has no rule with this condition and verdict: {name}"
    return UsageError(what, nearest(name, known))


def _is_like(limit: Limit, other: Limit) -> bool:
    """True if both are counts, both are versions, or both are lists of words."""
    if isinstance(limit, str) and isinstance(other, str):
        return _VERSION.fullmatch(limit) is not None
    if isinstance(limit, int) and isinstance(other, int):
        return limit >= 0
    return isinstance(limit, tuple) and isinstance(other, tuple)


def _limit_kind_text(limit: Limit) -> str:
    """What a threshold must give in place of this limit, in words."""
    if isinstance(limit, tuple):
        return "a list of texts"
    return "a version" if isinstance(limit, str) else "a number of at least 0"
