"""Quotas count the VMs that are to be added to the same vault or policy (vault matrix)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from scanner.cli.questions import make_questions
from scanner.fleet.world import judge
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.facts.backup import Policy
from scanner.inventory.facts.plan import Plan, Vault
from scanner.inventory.gap import Gap, Reason, require
from scanner.inventory.vm import Vm
from scanner.testing import SEEN
from tests.support.plans import GROUP
from tests.support.verdicts import verdict_of

UNREAD = Gap(GROUP, "policy", Reason.DENIED, None, "Refused.")
ASKED = make_questions("current", ("vault-quota",), planning=True)


def policy(name: str) -> Policy:
    id_ = ArmId(f"{GROUP}/providers/Microsoft.RecoveryServices/vaults/v-{name}/backupPolicies/p")
    source = Source(id_, SEEN.seen_at)
    return Policy(id_, True, False, 1.0, 1.0, None, None, None, 0, source)


def newcomer(name: str, known_policy: Policy | Gap) -> Vm:
    vault = ArmId(f"{GROUP}/providers/Microsoft.RecoveryServices/vaults/v-{name}")
    plan = Plan(
        known_vault=Vault(vault, "westeurope", Source(vault, SEEN.seen_at)),
        known_policy=known_policy,
        is_new_to_vault=True,
        is_new_to_policy=True,
    )
    id_ = ArmId(f"{GROUP}/providers/Microsoft.Compute/virtualMachines/{name}")
    return Vm(id_, "westeurope", None, {"plan": plan})


@pytest.mark.parametrize(
    ("counts", "unread", "verdict"),
    [
        # 100 VMs per policy, 250 registrations in a vault a day.
        pytest.param({"a": 60, "b": 60}, 0, "clear", id="two policies"),
        pytest.param({"a": 101}, 0, "possible", id="one policy"),
        pytest.param({"a": 60}, 60, "possible", id="policies that were not read"),
        pytest.param(dict.fromkeys("abcd", 90), 0, "clear", id="four vaults"),
    ],
)
def test_a_quota_counts_the_vms_of_its_vault_and_policy(
    counts: Mapping[str, int], unread: int, verdict: str
) -> None:
    vms = [newcomer(name, policy(name)) for name, count in counts.items() for _ in range(count)]
    vms += [newcomer("z", UNREAD) for _ in range(unread)]
    first, *_ = judge(vms, ASKED, lambda gap: gap)
    assert [verdict_of(cause) for cause in require(first).causes] == [verdict]
