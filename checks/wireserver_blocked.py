"""A security group keeps the VM's agent from the platform's address 168.63.129.16."""

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, egress, found

_CAUSE = "wireserver-blocked"


@check("wireserver", cause=_CAUSE, reads=("network",))
def wireserver(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """A rule of a security group denies a platform tag."""
    needed = edition.judged_destination(_CAUSE)
    ways = [egress(vm.network, needed.to, port, needed.protocol) for port in needed.ports]
    for obstacle in (obstacle for way in ways for obstacle in way.obstacles):
        rule = edition.one(_CAUSE, "platform-tag-denied")
        message = f"{obstacle.message} The documents disagree on it."
        yield found(rule, message, *obstacle.evidence, roots=obstacle.roots)
    if all([way.is_open for way in ways]):  # noqa: C419 - raises Unseen for a way that was not read
        yield clear("No rule denies a platform tag.", vm.network.evidence)
