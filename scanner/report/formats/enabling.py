"""The VMs that are ready for backup: their ids, and a script that turns backup on for them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from scanner.catalogue.text import counted
from scanner.inventory.facts.backup import Policy
from scanner.inventory.facts.plan import Plan, Vault
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.readiness import Readiness
from scanner.report.escape import printable
from scanner.report.formats.scripts import gap_comments
from scanner.report.report import Report


def to_ids(report: Report) -> bytes:
    """The id of each VM that is ready, a line each, for ``--vms-file`` and other programs.

    What was not read is in comments.
    """
    ids = (printable(vm.vm.id.text) for vm in _ready(report))
    return "".join(f"{line}\n" for line in (*gap_comments(report), *ids)).encode()


def to_enabling(report: Report) -> bytes:
    """A script of ``az backup protection enable-for-vm``, to be read before it is run."""
    ready = _ready(report)
    commands = [line for vm in ready for line in _command(vm)]
    turned_on = sum(not command.startswith("#") for command in commands)
    count = f"{counted(turned_on, 'VM')} of {len(report.vms):,}, {len(ready):,} of them ready"
    lines = [
        "#!/bin/sh",
        "set -eu",
        f"# Turns on backup for {count}. Nothing was run.",
        *gap_comments(report),
        "echo 'Read this script, remove this line, then run it.' >&2; exit 1",
        "",
        *commands,
    ]
    return ("\n".join(lines) + "\n").encode()


def _ready(report: Report) -> list[JudgedVm]:
    return [vm for vm in report.vms if vm.readiness is Readiness.READY]


def _command(vm: JudgedVm) -> Iterator[str]:
    """The command for a VM, a comment if the precheck named no vault or no policy."""
    plan = vm.vm.if_seen("plan")
    vault = plan.known_vault if isinstance(plan, Plan) else None
    policy = plan.known_policy if isinstance(plan, Plan) else None
    if not isinstance(vault, Vault) or not isinstance(policy, Policy):
        missing = [
            option
            for option, known in (("--vault", vault), ("--policy", policy))
            if not isinstance(known, Vault | Policy)
        ]
        yield f"# {printable(vm.vm.id.text)}: name {' and '.join(missing)}"
        return
    options = {
        "--vm": vm.vm.id.text,
        "--vault-name": vault.id.name,
        "--resource-group": vault.id.resource_group or "",
        "--policy-name": policy.id.name,
        "--subscription": vault.id.subscription or "",
    }
    words = (f"{name} {shlex.quote(printable(value))}" for name, value in options.items())
    yield f"az backup protection enable-for-vm {' '.join(words)}"
