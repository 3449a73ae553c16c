"""A small fleet of two subscriptions, for tests of the command."""

from scanner.sim.shapes import ready_agent
from scanner.sim.world import World


def fleet(*, backed_up: bool = True) -> World:
    """Two subscriptions, a managed group, a scale set, and a VM with each of the main causes."""
    world = World()
    prod, test = world.subscription("prod"), world.subscription("test")
    world.subscription("retired", state="Disabled")
    web, sql = prod.group("rg-web"), prod.group("rg-sql")
    web.vm("web-01", tags={"Owner": "web"})
    web.vm("web-02", agent=ready_agent("2.2.20"), tags={"Owner": "data"})
    locked = web.vm("web-03")
    sql.vm("sql-01", os="windows", agent=None)
    backups = prod.group("AzureBackupRG_westeurope_1")
    backups.collection(source=locked.id, points=18)
    prod.lock("keep", on=backups.id)
    test.group("rg-test").vm("test-01", tags={"owner": "Web"})
    test.group("rg-test-2").vm("off-01", power="deallocated")
    cluster = f"{web.id}/providers/Microsoft.ContainerService/managedClusters/aks"
    test.group("MC_aks", managed_by=cluster).vm("aks-node-1")
    test.group("rg-burst").vm("burst_1", scale_set="burst")
    if backed_up:
        vault = prod.group("rg-backup").vault("vault")
        policy = vault.policy()
        for vm in world.vms:
            vault.protect(vm, policy)
    world.management_group("top", [prod], [world.management_group("below", [test])])
    return world
