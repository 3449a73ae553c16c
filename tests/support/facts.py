"""Short builders for the facts of a VM, and the verdict of a cause on that VM."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from msgspec.structs import replace

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.facts.backup import ExcludedDisks, Policy, Protection, State
from scanner.inventory.facts.classic import CloudService, Registration
from scanner.inventory.facts.disks import Disk, DiskKind, DiskTraits, Encryption, Hardware
from scanner.inventory.facts.extensions import Extension, ExtensionOperations, Image
from scanner.inventory.facts.load import GuestLoad, Use, Window
from scanner.inventory.facts.machine import (
    Agent,
    Family,
    GuestSystem,
    OperatingSystem,
    PowerState,
    Provisioning,
)
from scanner.inventory.facts.network import Association, Network, Nic, Subnet
from scanner.inventory.facts.plan import Plan, Vault
from scanner.inventory.facts.restore_points import Lock, RestorePointCollection, RestorePoints
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.records.network import (
    NetworkSecurityGroup,
    RouteTable,
    SecurityGroupProperties,
    SecurityRule,
    SecurityRuleProperties,
)
from scanner.inventory.snapshot import CPU_METRIC, MEMORY_METRIC
from scanner.inventory.version import Version
from scanner.inventory.vm import FACTS, Vm

EDITIONS = ("2018-01", "current")
SEEN_AT = datetime(2026, 1, 15, 6, 0, tzinfo=UTC)
SUBSCRIPTION = ArmId("/subscriptions/00000000-0000-0000-0000-000000000001")
GROUP = ArmId(f"{SUBSCRIPTION}/resourceGroups/rg-web")
VM_ID = ArmId(f"{GROUP}/providers/Microsoft.Compute/virtualMachines/web-01")
VAULT = ArmId(
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-backup"
    "/providers/Microsoft.RecoveryServices/vaults/vault"
)
ITEM = ArmId(
    f"{VAULT}/backupFabrics/Azure/protectionContainers/IaasVMContainer;iaasvmcontainerv2;rg-web;"
    "web-01/protectedItems/VM;iaasvmcontainerv2;rg-web;web-01"
)
BACKUPS = ArmId(f"{SUBSCRIPTION}/resourceGroups/AzureBackupRG_westeurope_1")
COLLECTION = ArmId(f"{BACKUPS}/providers/Microsoft.Compute/restorePointCollections/of-web-01")
CLASSIC_ID = ArmId(f"{GROUP}/providers/Microsoft.ClassicCompute/virtualMachines/old-01")
NIC = ArmId(f"{GROUP}/providers/Microsoft.Network/networkInterfaces/web-01VMNic")
SUBNET = ArmId(f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/default")
METRICS = "/providers/Microsoft.Insights/metrics"
NSG = ArmId(f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/nsg-web")
VIEW = "properties.instanceView"
EXTENSIONS = "properties.instanceView.extensions"
VM_SNAPSHOT = "Microsoft.Azure.RecoveryServices.VMSnapshot"
VM_SNAPSHOT_LINUX = f"{VM_SNAPSHOT}Linux"


def source(path: str = "", of: ArmId = VM_ID) -> Source:
    return Source(of, SEEN_AT, path)


def gap(fact: str, reason: Reason = Reason.DENIED) -> Gap:
    return Gap(VM_ID.text, fact, reason, f"Microsoft.Compute/{fact}/read", f"{fact} was refused.")


def system(family: Family, *, asked: bool | None = True) -> OperatingSystem:
    return OperatingSystem(family, asked, source())


def power(code: str = "running") -> PowerState:
    return PowerState(code, source(f"{VIEW}.statuses"))


def agent(
    version: str | None = "2.11.1.12",
    status: str = "Ready",
    message: str | None = None,
    minutes: int | None = None,
) -> Agent:
    ready = status == "Ready"
    silent = Reason.NOT_RECORDED if ready else Reason.GUEST_ONLY
    return Agent(
        present=True,
        ready=ready,
        status=status,
        message=message,
        reported_at=None if minutes is None else SEEN_AT - timedelta(minutes=minutes),
        known_version=Version(version) if version else gap("agent", silent),
        source=source(f"{VIEW}.vmAgent"),
    )


def no_agent() -> Agent:
    unseen = gap("agent", Reason.GUEST_ONLY)
    return Agent(False, False, None, None, None, unseen, source(f"{VIEW}.vmAgent"))


def disks(*sizes: int | Gap) -> tuple[Disk, ...]:
    """The OS disk, then data disks, by their sizes in GiB."""
    return tuple(
        Disk(f"disk-{index}", index - 1 if index else None, size, source(f"disks[{index}]"))
        for index, size in enumerate(sizes)
    )


def lock(on: ArmId, level: str = "CanNotDelete", name: str = "keep") -> Lock:
    lock_id = ArmId(f"{on}/providers/Microsoft.Authorization/locks/{name}")
    return Lock(lock_id, level, on, source(of=lock_id))


def collection(count: int, of: ArmId = COLLECTION) -> RestorePointCollection:
    return RestorePointCollection(of, count, source(of=of))


def points(*collections: RestorePointCollection) -> RestorePoints:
    return RestorePoints(collections)


def extension(
    kind: str | Gap = VM_SNAPSHOT_LINUX,
    state: str | Gap | None = "Succeeded",
    *complaints: str,
    version: str | None = None,
    name: str = "backup",
) -> Extension:
    """An extension. The complaints are messages of its instance view about a failure."""
    failures = tuple(Evidence(VM_ID, EXTENSIONS, text, SEEN_AT) for text in complaints)
    name_evidence = source("resources[0]").evidence("name", name)
    at = source("resources[0].properties")
    return Extension(name, kind, state, failures, failures, (), version, at, name_evidence)


def operations(*, allowed: bool) -> ExtensionOperations:
    return ExtensionOperations(allowed, True, source())


def image(publisher: str | None = "Canonical", offer: str | None = "jammy") -> Image:
    return Image(publisher, offer, None, source())


def nsg(*rules: SecurityRuleProperties) -> NetworkSecurityGroup:
    """A security group with these rules, called rule-1, rule-2, …, and without default rules."""
    named_rules = tuple(
        SecurityRule(f"{NSG}/securityRules/rule-{number}", f"rule-{number}", properties)
        for number, properties in enumerate(rules, 1)
    )
    return NetworkSecurityGroup(id=NSG, properties=SecurityGroupProperties(named_rules, ()))


def outbound(access: str, priority: int, to: str) -> SecurityRuleProperties:
    return SecurityRuleProperties(
        priority=priority,
        direction="Outbound",
        access=access,
        protocol="*",
        source_port_range="*",
        destination_port_range="443",
        source_address_prefix="*",
        destination_address_prefix=to,
    )


def network(
    on_nic: NetworkSecurityGroup | Gap | None = None,
    on_subnet: NetworkSecurityGroup | Gap | None = None,
    routes: RouteTable | Gap | None = None,
    *,
    private: bool = False,
    nic: Gap | None = None,
    subnet: Gap | None = None,
    location: str | Gap = "westeurope",
) -> Network:
    """The primary NIC of a VM, with a security group on it or on its subnet."""

    def place(level: Literal["NIC", "subnet"], on: ArmId, group: Any) -> Association:
        return Association(
            level, on, group, source(of=NSG) if group else source("properties", of=on)
        )

    seen = Subnet(
        id=SUBNET,
        association=place("subnet", SUBNET, on_subnet),
        known_routes=routes,
        routes_source=source("properties", of=SUBNET),
        is_private=private,
        known_endpoint=None,
        nat_gateways=(),
        source=source("properties", of=SUBNET),
    )
    return Network(
        known_location=location,
        known_nic=nic
        or Nic(
            id=NIC,
            known_address="10.20.0.4",
            asgs=frozenset(),
            association=place("NIC", NIC, on_nic),
            public_ips=(),
            outbound_rules=(),
            known_subnet=subnet or seen,
        ),
        source=source(),
    )


def registration(*, provisioned: bool = True) -> Registration:
    at = source("properties.hardwareProfile.platformGuestAgent", of=CLASSIC_ID)
    return Registration(provisioned, at)


def classic_agent(version: str | None = "2.7.41491.1010", status: str = "Ready") -> Agent:
    return replace(
        agent(version, status),
        source=source(f"{VIEW}.guestAgentStatus", of=CLASSIC_ID),
        status_path="status",
        version_path="guestAgentVersion",
    )


def cloud_service(vms: int = 1, name: str | None = "cs") -> CloudService:
    return CloudService(name, vms, source("properties.domainName.id", of=CLASSIC_ID))


_CLASSIC_FACTS = ("registration", "cloud_service")


def policy(
    *,
    crash_consistent: bool = False,
    enhanced: bool = False,
    per_day: float | Gap = 1.0,
    group: str | None = None,
    suffix: str | None = None,
) -> Policy:
    """A policy that takes one backup a day unless `per_day` is given."""
    id_ = ArmId(f"{VAULT}/backupPolicies/daily")
    at = source(of=id_)
    is_enhanced = enhanced or crash_consistent
    return Policy(id_, is_enhanced, crash_consistent, per_day, 1.0, 2, group, suffix, 1, at)


def plan(by: Policy | Gap | None = None, region: str = "westeurope", of: ArmId = VAULT) -> Plan:
    """A vault and one of its policies. Without a policy there is no vault either."""
    vault = Vault(of, region, source(of=of)) if by else None
    return Plan(known_vault=vault, known_policy=by, known_vault_items=1, known_policy_items=1)


def hardware(
    *disks: DiskKind, size: str = "Standard_D4s_v5", security: str | None = None
) -> Hardware:
    """A VM size and its disks. Without disks given, one managed OS disk."""
    return Hardware(size, security, disks or (kind(is_os=True),), source())


def kind(name: str = "disk", *, is_os: bool = False, **traits: Any) -> DiskKind:
    """A managed Premium SSD that nobody shares, changed by the traits given."""
    at = source(f"disks.{name}")
    resource = {"shares": 1, "auth_mode": None, "security_type": None, "key": None, **traits}
    return DiskKind(
        name=name,
        is_os=is_os,
        lun=None if is_os else traits.get("lun", 0),
        known_accelerated=traits.get("accelerated", False),
        known_ephemeral=traits.get("ephemeral", False),
        known_unmanaged=traits.get("unmanaged", False),
        known_encrypted=False,
        known_type=at.evidence("storageAccountType", traits.get("storage", "Premium_LRS")),
        known_traits=DiskTraits(
            known_shares=resource["shares"],
            known_auth_mode=resource["auth_mode"],
            known_security_type=resource["security_type"],
            known_encrypted=False,
            known_key=resource["key"],
            source=at,
        ),
        source=at,
    )


WINDOW = Window(SEEN_AT - timedelta(hours=5, minutes=5), SEEN_AT - timedelta(hours=4, minutes=18))


def use(percent: float, metric: str = CPU_METRIC, missing: Gap | None = None) -> Use:
    """The highest use, from 0 to 100 %."""
    at = source("timeseries[0].data[3]", of=ArmId(f"{VM_ID}{METRICS}/{metric}"))
    measured = 100 - percent if metric == MEMORY_METRIC else percent
    return Use(percent, WINDOW.begin, at.evidence("average", measured), missing)


def guest_load(cpu: float | Use | Gap = 12.5, memory: float | Use | Gap = 40) -> GuestLoad:
    """CPU and memory around a backup that failed."""
    return GuestLoad(
        WINDOW,
        cpu if isinstance(cpu, Use | Gap) else use(cpu),
        memory if isinstance(memory, Use | Gap) else use(memory, MEMORY_METRIC),
    )


def protection(state: State = "protected", by: Policy | Gap | None = None) -> Protection:
    """A VM that is backed up unless another state is given."""
    seen = source("properties", of=ITEM).evidence("protectionState", state)
    return Protection(
        state,
        vault=VAULT,
        known_policy=by or policy(),
        last_status="Completed",
        known_success=SEEN_AT - timedelta(hours=5),
        seen=seen,
    )


def idle_item(state: State) -> dict[str, Any]:
    """The protection of a VM whose item is in a state in which it makes no backups."""
    seen = source("properties", of=ITEM).evidence("protectionState", state)
    return {"protection": Protection(state, ITEM, VAULT, seen=seen)}


def classic_vm(**facts: Any) -> Vm:
    """A healthy classic VM, changed by the facts given."""
    healthy: dict[str, Any] = {
        "os": system("windows"),
        "power_state": power("started"),
        "agent": classic_agent(),
        "registration": registration(),
        "cloud_service": cloud_service(),
        "protection": protection(),
        "plan": plan(policy()),
    }
    return Vm(CLASSIC_ID, "westeurope", None, healthy | facts)


def vm(**facts: Any) -> Vm:
    """A healthy Linux VM, changed by the facts given."""
    healthy: dict[str, Any] = {
        "os": system("linux"),
        "power_state": power(),
        "agent": agent(),
        "image": image(),
        "extensions": (extension(),),
        "extension_operations": operations(allowed=True),
        "disks": disks(30, 128),
        "hardware": hardware(),
        "network": network(),
        "protection": protection(),
        "excluded_disks": ExcludedDisks(),
        "locks": (),
        "restore_points": points(collection(7)),
        "guest": GuestSystem("ubuntu 22.04", source(VIEW)),
        "provisioning": Provisioning("Succeeded", source()),
        "group_locks": (),
        # Azure Monitor is asked only with --metrics.
        "guest_load": gap("guest_load", Reason.GUEST_ONLY),
    }
    seen = healthy | facts
    backup = seen["protection"]
    in_force = backup
    if not isinstance(backup, Gap):
        in_force = backup.known_policy if backup.is_backed_up else None
    seen = {"plan": plan(in_force), "encryption": Encryption(None, None), **seen}
    assert seen.keys() | set(_CLASSIC_FACTS) == FACTS.keys()
    return Vm(VM_ID, "westeurope", None, seen)
