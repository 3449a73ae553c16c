"""VM ids in a file. The shapes of JSON are those of the Azure CLI and of Az PowerShell.

``az vm list``: a list of objects with ``id``; ``--query "[].id"``: of texts; ``--query "[0]"``: one
object. ``Get-AzVM | ConvertTo-Json``: ``Id``, and no list around a single VM. PowerShell 5.1 wraps
some lists as ``{"value": …, "Count": …}``. ``az graph query``: ``{"data": …}``, ``az rest``:
``{"value": …}``.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.errors import UsageError
from scanner.fleet.id_file import parse_ids
from scanner.inventory.armid import ArmId

GROUP = "/subscriptions/0b1f/resourceGroups/RG-WEB/providers/Microsoft.Compute"
A, B = (f"{GROUP}/virtualMachines/{name}" for name in "ab")
NIC = {"id": f"{GROUP}/networkInterfaces/n", "primary": True}
VM = {"id": A, "name": "a", "networkProfile": {"networkInterfaces": [NIC]}, "tags": None}
POWERSHELL = {"ResourceGroupName": "RG-WEB", "Id": A, "VmId": "5e0b", "Name": "a"}

JSON: dict[str, tuple[Any, list[str]]] = {
    "az vm list": ([VM, VM | {"id": B}], [A, B]),
    "ids": ([A, B], [A, B]),
    "one object": (VM, [A]),
    "one id": (A, [A]),
    "ConvertTo-Json": ([POWERSHELL, POWERSHELL | {"Id": B}], [A, B]),
    "ConvertTo-Json of one VM": (POWERSHELL, [A]),
    "wrapped by PowerShell 5.1": ({"value": [POWERSHELL], "Count": 1}, [A]),
    "az rest": ({"value": [VM], "nextLink": None}, [A]),
    "az graph query": ({"count": 1, "data": [VM], "skip_token": None}, [A]),
    "the same id in two members": ({"ID": A, "id": A}, [A]),
}


@pytest.mark.parametrize(("whole", "ids"), JSON.values(), ids=JSON)
@pytest.mark.parametrize("indent", [None, 4])
def test_json(whole: Any, ids: list[str], indent: int | None) -> None:
    text = f"\r\n{json.dumps(whole, indent=indent)}\r\n"
    assert parse_ids(text, "vms.json") == tuple(map(ArmId, ids))


def test_lines() -> None:
    assert parse_ids(f"# [web]\r\n{A}\r\n\r\n {B} # b\r\n", "ids.txt") == (ArmId(A), ArmId(B))


REFUSED = {
    "other type": (json.dumps([VM, NIC]), "v: entry 2: '/subs", "is no VM id"),
    "no id": (json.dumps([VM, {"name": "b"}]), "v: entry 2 has no id", "az vm list"),
    "null for an id": (json.dumps({"id": None, "name": "b"}), "v: entry 1 has no id"),
    "number": (json.dumps([7]), "v: entry 1 is 7, no id"),
    "list in a list": (json.dumps([[VM]]), "v: entry 1 is [{", "no id"),
    "two ids": (json.dumps([{"id": A, "Id": B}]), "v cannot be used", "two ids"),
    "name alone": (json.dumps(["a"]), "v: entry 1: 'a' is no VM id"),
    "empty list": ("[]", "v holds no id"),
    "list of a server without VMs": ('{"value": []}', "v holds no id"),
    "cut off": ('[\n  {"id": "/subs', "v:2:10: it begins as JSON and is none"),
    "two documents": (f'["{A}"]\n["{B}"]', "v:2:1: it begins as JSON and is none (Extra data"),
    "nested too deep": ("[" * 100_000, "v cannot be used", "nested too deep"),
    "number of 5,000 digits": (f"[{'9' * 5_000}]", "v cannot be used", "digits"),
    "half of a surrogate pair": (json.dumps([f"{A}\ud800"]), "v: entry 1:", "is no VM id"),
    "quoted lines": (f'"{A}"\n"{B}"', "v:2:1: it begins as JSON and is none"),
    "member of a scale set": (
        json.dumps([f"{GROUP}/virtualMachineScaleSets/s/virtualMachines/0"]),
        "v: entry 1:",
        "is no VM id",
    ),
}


@pytest.mark.parametrize("row", REFUSED.values(), ids=REFUSED)
def test_refused(row: tuple[str, ...]) -> None:
    text, *says = row
    with pytest.raises(UsageError) as caught:
        parse_ids(text, "v")
    line = str(caught.value)
    assert len(line) < 400
    assert not [words for words in says if words not in line], line
