"""Azure Backup does not support the operating system."""

from functools import cache

from checks._agent import agentless, require_policy
from scanner.api import Edition, Evidence, Finding, Iterator, Verdict, Vm, check, found

_CAUSE = "os-not-supported"


@check(
    "operating-system",
    cause=_CAUSE,
    reads=("image",),
    helps=("guest", "plan"),
    unless=agentless,
)
def operating_system(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The guest or the image names an operating system outside the support matrix."""
    guest, image = vm.if_seen("guest"), vm.image
    findings = [_judge_name(image.system, edition, image.name_evidence)]
    if guest and guest.name:
        findings.insert(0, _judge_name(guest.name, edition, guest.evidence))
    # If one name is not in the support matrix, the other one may be.
    decided = next((f for f in findings if f.verdict is not Verdict.POSSIBLE), None)
    finding = decided or findings[0]
    if finding.verdict is not Verdict.CLEAR:
        require_policy(vm)
    if decided or len(findings) > 1:
        yield finding
        return
    message = "Neither the guest nor the image names the operating system."
    rule = edition.one(_CAUSE, "system-unnamed")
    yield found(rule, message, vm.guest.evidence, image.name_evidence)


def _judge_name(name: str, edition: Edition, evidence: Evidence) -> Finding:
    """Judge a system by the words in its name: unsupported, listed, or neither."""
    outside, listed = edition.one(_CAUSE, "system-outside"), edition.one(_CAUSE, "system-listed")
    if _contains_any(name, outside.words):
        message = f"The operating system {name} is outside the support matrix."
        return found(outside, message, evidence)
    if _contains_any(name, listed.words):
        return found(listed, f"The operating system is {name}.", evidence)
    rule = edition.one(_CAUSE, "system-unnamed")
    message = f"The support matrix does not name the operating system {name!r}."
    return found(rule, message, evidence)


@cache
def _contains_any(name: str, parts: tuple[str, ...]) -> bool:
    """True if a system's name contains one of the parts. Cached: a fleet has few names."""
    lower = name.lower()
    return any(part in lower for part in parts)
