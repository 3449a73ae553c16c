"""The VM cannot reach Azure Storage in its region, which the backup extension of 2018 needed."""

from scanner.api import (
    Edition,
    Egress,
    Finding,
    Iterator,
    Vm,
    candidates,
    check,
    clear,
    egress,
    found,
    is_denied,
)

_CAUSE = "vm-no-internet-access"


@check("internet-access", cause=_CAUSE, reads=("network",))
def internet_access(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """Security groups, routes or a private subnet block the way to Azure Storage."""
    for note in edition.of(_CAUSE, "outbound-not-required"):
        yield found(note, "Backup needs no outbound access.", vm.network.evidence)
        return
    needed = edition.judged_destination(_CAUSE)
    outbound = egress(vm.network, needed.to, needed.ports[0], needed.protocol)
    for obstacle in outbound.obstacles:
        rule = edition.one(_CAUSE, obstacle.condition)
        yield found(rule, obstacle.message, *obstacle.evidence, roots=obstacle.roots)
    if is_denied(outbound):
        yield _proxy(vm, edition, outbound)
    if outbound.is_open:
        yield clear(f"{outbound.target} is allowed and routed.", *outbound.evidence)


def _proxy(vm: Vm, edition: Edition, outbound: Egress) -> Finding:
    """A note: if the guest has an HTTP proxy, it needs no way of its own."""
    candidate = next(candidates(vm.network, outbound), None)
    perhaps = f" It may be {candidate}." if candidate else ""
    message = f"Only the guest shows if it uses an HTTP proxy.{perhaps}"
    return found(edition.one(_CAUSE, "proxy-in-guest"), message, vm.network.evidence)
