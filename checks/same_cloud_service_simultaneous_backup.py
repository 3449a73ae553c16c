"""Several classic VMs share a cloud service: their backups should not start together."""

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "same-cloud-service-simultaneous-backup"


@check("same-cloud-service", cause=_CAUSE, reads=("cloud_service",), deployment="classic")
def same_cloud_service(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The cloud service of the classic VM has other VMs."""
    service = vm.cloud_service
    for rule in edition.of(_CAUSE, "vms-in-cloud-service-more-than"):
        if service.vms > rule.number:
            message = f"The cloud service {service.name} has {service.vms} VMs."
            yield found(rule, message, service.evidence)
            return
    yield clear("No other VM in its cloud service matters to its backup.", service.evidence)
