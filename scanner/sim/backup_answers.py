"""The answers about what a Recovery Services vault holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from scanner.sim import errors, vault_bodies
from scanner.sim.filters import Clause, clauses, passes
from scanner.sim.http_messages import Response
from scanner.sim.machine import Vm
from scanner.sim.patches import Body
from scanner.sim.routed import Entries, RoutedRequest, find_vault, not_found
from scanner.sim.vault import Vault

_RENAMED = {"workloadtype": "itemtype", "registrationstatus": "status"}
"""The names of members whose filter has another name."""
_NAMES = frozenset(("policyname", "friendlyname", "containername", "status"))
"""Filters by a name or a state (REST API reference, Backup Protected Items and Containers)."""
_KINDS = frozenset(
    ("azureiaasvm", "mab", "dpm", "azurebackupserver", "azuresql", "azurestorage", "azureworkload",
     "defaultbackup", "vm", "filefolder", "azuresqldb", "sqldb", "exchange", "sharepoint",
     "vmwarevm", "systemstate", "client", "genericdatasource", "sqldatabase", "azurefileshare",
     "saphanadatabase", "sapasedatabase", "saphanadbinstance")
)  # fmt: skip
"""Kinds of backups and of what they hold (REST API reference, Backup Protected Items)."""


def _listing(of: Callable[[Vault, RoutedRequest], list[Body]]) -> Callable[..., Any]:
    """A listing of bodies of a vault, of which the filter lets some through."""

    def answer(request: RoutedRequest) -> Entries | Response:
        vault = find_vault(request)
        if isinstance(vault, Response):
            return vault
        found = [body for body in of(vault, request) if _passes(body, request.filter)]
        return [partial(dict, body) for body in found]

    return answer


def _passes(body: Mapping[str, Any], filter_: str) -> bool:
    """True if the names and the documented kinds of a body meet the filter.

    An answer that is broken on purpose may have anything in place of a kind. It passes.
    """
    members = body["properties"]
    named = (
        (_RENAMED.get(name.lower(), name.lower()), value)
        for name, value in (members.items() if isinstance(members, dict) else ())
        if isinstance(value, str)
    )
    values = {name: value for name, value in named if name in _NAMES or value.lower() in _KINDS}
    return passes(values, filter_)


def _list_jobs(request: RoutedRequest) -> Entries | Response:
    """The jobs that pass the filter, the newest first."""
    vault = find_vault(request)
    if isinstance(vault, Response):
        return vault
    jobs = [(vault.job_starts[body["name"]], body) for body in vault.jobs]
    asked = clauses(request.filter)
    wanted = [
        (start, body)
        for start, body in jobs
        if all(_job_passes(body["properties"], start, clause) for clause in asked)
    ]
    wanted.sort(key=lambda job: job[0], reverse=True)
    return [partial(dict, body) for _, body in wanted]


def _job_passes(properties: Body, start: datetime, clause: Clause) -> bool:
    """True if a job meets a clause; the two times bound its start."""
    if clause.name in ("starttime", "endtime"):
        bound = datetime.strptime(clause.value, "%Y-%m-%d %I:%M:%S %p").replace(tzinfo=UTC)
        return start >= bound if clause.name == "starttime" else start <= bound
    values = {name.lower(): value for name, value in properties.items()}
    return str(values.get(clause.name)).lower() == clause.value.lower()


def _one_job(request: RoutedRequest) -> Body | Response:
    vault = find_vault(request)
    if isinstance(vault, Response):
        return vault
    name = request.params["name"]
    job = vault.details.get(name.lower())
    return job or errors.resource_not_found(f"{Vault.type}/backupJobs/{name}", vault.group.name)


def _one(of: Callable[[Vault, RoutedRequest], list[Body]], param: str) -> Callable[..., Any]:
    """One body of a vault, whose name is a part of the path."""

    def answer(request: RoutedRequest) -> Body | Response:
        vault = find_vault(request)
        if isinstance(vault, Response):
            return vault
        wanted = request.params[param].lower()
        named = (body for body in of(vault, request) if body["name"].lower() == wanted)
        return next(named, None) or not_found(request)

    return answer


def _items(vault: Vault, _: RoutedRequest) -> list[Body]:
    return vault.items


def _policies(vault: Vault, _: RoutedRequest) -> list[Body]:
    return vault.policies


def _containers(vault: Vault, _: RoutedRequest) -> list[Body]:
    return [vault_bodies.container_body(item) for item in vault.items]


def _recovery_points(vault: Vault, request: RoutedRequest) -> list[Body]:
    """The recovery points of the item in the path, the newest first."""
    wanted = request.params["item"].lower()
    item = next((item for item in vault.items if item["name"].lower() == wanted), None)
    if item is None:
        return []
    vm = request.world.find_resource(Vm.type, item["properties"].get("sourceResourceId", ""))
    return vault_bodies.recovery_points(vault, item, vm if isinstance(vm, Vm) else None)


def _one_setting(request: RoutedRequest) -> Body | Response:
    vault = find_vault(request)
    if isinstance(vault, Response):
        return vault
    return vault_bodies.setting_body(vault, request.params["setting"].lower())


def _usages(of: Callable[[Vault], list[Body]]) -> Callable[..., Any]:
    def answer(request: RoutedRequest) -> Entries | Response:
        vault = find_vault(request)
        if isinstance(vault, Response):
            return vault
        return [partial(dict, body) for body in of(vault)]

    return answer


LISTINGS = {
    "protected_items": _listing(_items),
    "backup_policies": _listing(_policies),
    "backup_jobs": _list_jobs,
    "containers": _listing(_containers),
    "recovery_points": _listing(_recovery_points),
    "vault_usages": _usages(vault_bodies.vault_usages),
    "backup_usages": _usages(vault_bodies.backup_usages),
}
SINGLES = {
    "backup_job": _one_job,
    "backup_policy": _one(_policies, "name"),
    "protected_item": _one(_items, "item"),
    "container": _one(_containers, "container"),
    "recovery_point": _one(_recovery_points, "name"),
    "vault_setting": _one_setting,
}
