"""Vets what a check yields, so that every report can be written and shows what was found."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from scanner.catalogue import Edition, Rule
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import VALUES, Evidence, Value
from scanner.inventory.gap import Gap, Reason
from scanner.judging.check import Check, Finding, Verdict
from scanner.judging.limits import CHECK_LIMITS

# Each look-up of an enumeration's member costs as much as the comparison.
_UNKNOWN = Verdict.UNKNOWN
_PLAIN = CHECK_LIMITS.message
_INTEGERS = range(-(2**63), 2**64)
"""The numbers that fit into JSON."""


def vetted(finding: object, check: Check, edition: Edition) -> Finding:
    """The finding, with texts cut that are too long. Its rule must be of the check and the edition.

    Only the message of a built-in check is vetted, because it can quote ARM: all else would add a
    tenth to the time of judging. Raises ``TypeError`` or ``ValueError`` if it cannot be reported.
    """
    # Types are compared, because a subclass may answer differently each time.
    if type(finding) is not Finding:
        raise TypeError(f"it yielded {finding!r}, which is no finding")
    if not check.is_built_in:
        _vet_members(finding, check, edition)
    message, evidence = finding.message, finding.evidence
    if not (type(message) is str and message.isascii() and len(message) < _PLAIN):
        message = _cut(message, "message", CHECK_LIMITS.message)
    if not message or message.isspace():
        raise ValueError("its message is empty")
    if not check.is_built_in:
        evidence = _vetted_evidence(evidence)
    if message is finding.message and evidence is finding.evidence:
        return finding
    return replace(finding, message=message, evidence=evidence)


def _vet_members(finding: Finding, check: Check, edition: Edition) -> None:
    """Raise ``TypeError`` or ``ValueError`` unless the other members of a finding are in order."""
    if type(finding.verdict) is not Verdict:
        raise TypeError(f"it yielded the verdict {finding.verdict!r}, which is no Verdict")
    if (finding.verdict is _UNKNOWN) is (finding.gap is None):
        raise TypeError("it yielded an unknown finding without a gap, or another one with a gap")
    if finding.gap is not None:
        vet_gap(finding.gap)
    if finding.rule is not None:
        _vet_rule(finding.rule, check, edition)
    if finding.roots:
        _vet_roots(finding.roots)
    if type(finding.is_note) is not bool:
        raise TypeError(f"it yielded {finding.is_note!r} for is_note, which is no bool")


def vet_gap(gap: object) -> None:
    """Raise ``TypeError`` or ``ValueError`` if a gap cannot be reported."""
    if type(gap) is not Gap or type(gap.reason) is not Reason:
        raise TypeError(f"it has the gap {gap!r}, which is no gap with a reason")
    for text in (gap.scope, gap.fact, gap.remedy, gap.what, gap.action or ""):
        _vet_text(text, "gap")


def _vet_rule(rule: object, check: Check, edition: Edition) -> None:
    """Raise ``TypeError`` unless the rule is of this edition and cause, and cites its pages."""
    if type(rule) is not Rule:
        raise TypeError(f"it has the rule {rule!r}, which is no rule")
    if (rule.edition, rule.cause) != (edition.id, check.cause):
        raise TypeError(f"its rule belongs to {rule.edition}/{rule.cause}")
    for key in rule.documents:
        if key not in edition.documents:
            raise TypeError(
                f"its rule cites {key!r}, but the edition {edition.id} has no such page"
            )
    if not rule.says.isascii():
        _vet_text(rule.says, "rule")


def _vet_roots(roots: object) -> None:
    """Raise ``TypeError`` unless they are a few ARM ids."""
    if type(roots) is not tuple or len(roots) > CHECK_LIMITS.evidence:
        raise TypeError(f"its roots are no tuple of at most {CHECK_LIMITS.evidence} ids")
    for root in roots:
        if type(root) is not ArmId:
            raise TypeError(f"it has the root {root!r}, which is no ArmId")
        _vet_text(root.text, "root")


def _vetted_evidence(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """The evidence, with values cut that are too long; the same tuple if none is."""
    if type(evidence) is not tuple or len(evidence) > CHECK_LIMITS.evidence:
        raise TypeError(f"its evidence is no tuple of at most {CHECK_LIMITS.evidence} values")
    for seen in evidence:
        if type(seen) is not Evidence or type(seen.id) is not ArmId or not _is_plain(seen):
            return tuple([_vetted_value(seen) for seen in evidence])
    return evidence


def _is_plain(seen: Evidence) -> bool:
    """True for evidence that needs no closer look, as nearly all does."""
    path, value, seen_at = seen.path, seen.value, seen.seen_at
    if type(value) is str:
        if not value.isascii() or len(value) > _PLAIN:
            return False
    elif type(value) is int:
        if not -_PLAIN < value < _PLAIN:
            return False
    elif type(value) not in VALUES:
        return False
    return (
        type(path) is str
        and path.isascii()
        and len(path) < _PLAIN
        and seen.id.text.isascii()
        and type(seen_at) is datetime
        and seen_at.tzinfo is not None
    )


def _vetted_value(seen: Evidence) -> Evidence:
    """The evidence, with its value cut if it is too long. Raises as ``vetted`` does."""
    if type(seen) is not Evidence or type(seen.id) is not ArmId:
        raise TypeError(f"it has the evidence {seen!r}, which is none")
    if type(seen.seen_at) is not datetime or seen.seen_at.tzinfo is None:
        raise TypeError("its evidence has a time that is none, or that has no time zone")
    _vet_text(seen.id.text, "evidence")
    _vet_text(seen.path, "evidence")
    value = seen.value
    if type(value) not in VALUES:
        raise TypeError("its evidence has a value that is no string, number, boolean or None")
    if type(value) is int and value not in _INTEGERS:
        raise ValueError("its evidence has a number of more than 64 bits")
    return replace(seen, value=_cut_value(value))


def _cut_value(value: Value) -> Value:
    return _cut(value, "evidence", CHECK_LIMITS.value) if type(value) is str else value


def _vet_text(text: object, what: str) -> None:
    """Raise ``TypeError`` or ``ValueError`` if it is no text that a report can hold."""
    _cut(text, what, CHECK_LIMITS.value)


def _cut(text: object, what: str, most: int) -> str:
    """The text, cut if it is longer than ``most`` bytes. ``what`` is what it is part of."""
    if type(text) is not str:
        raise TypeError(f"its {what} has {text!r} in place of a text")
    try:
        encoded = text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"its {what} has a character that cannot be encoded") from error
    return text if len(encoded) <= most else f"{encoded[:most].decode(errors='ignore')}…"
