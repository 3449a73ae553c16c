"""Azure Backup does not support the operating system."""

from functools import cache

from checks._agent import agentless, see_policy
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
    """The guest, or the image, names a system outside the support matrix."""
    guest, image = vm.if_seen("guest"), vm.image
    by_name = [_judge_name(image.system, edition, image.name_evidence)]
    if guest and guest.name:
        by_name.insert(0, _judge_name(guest.name, edition, guest.evidence))
    # What one name leaves open the other may decide.
    decided = next((each for each in by_name if each.verdict is not Verdict.POSSIBLE), None)
    finding = decided or by_name[0]
    if finding.verdict is not Verdict.CLEAR:
        see_policy(vm)
    if decided or len(by_name) > 1:
        yield finding
        return
    message = "Neither the guest nor an image says which system it is."
    rule = edition.one(_CAUSE, "system-unnamed")
    yield found(rule, message, vm.guest.evidence, image.name_evidence)


def _judge_name(name: str, edition: Edition, evidence: Evidence) -> Finding:
    outside, listed = edition.one(_CAUSE, "system-outside"), edition.one(_CAUSE, "system-listed")
    if _holds_one(name, outside.words):
        return found(outside, f"The system is {name}, outside the support matrix.", evidence)
    if _holds_one(name, listed.words):
        return found(listed, f"The system is {name}.", evidence)
    rule = edition.one(_CAUSE, "system-unnamed")
    return found(rule, f"The support matrix does not name the system {name!r}.", evidence)


@cache
def _holds_one(name: str, parts: tuple[str, ...]) -> bool:
    """Whether a system's name has one of the parts in it. A fleet has few names."""
    lower = name.lower()
    return any(part in lower for part in parts)
