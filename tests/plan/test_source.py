"""From an address to the file and line of its block, and what only the block shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.cli.plan_files import read_plans
from scanner.inventory.origin import Origin
from scanner.plan.planned import UNKNOWN, Contents, Unknown
from scanner.plan.source import locate
from tests.support.plans import change, contents_of, terraform

MAIN = """
terraform {}

resource "azurerm_network_security_group" "plain" {
  name = "nsg"
}

resource azurerm_network_security_group dynamic {
  dynamic "security_rule" {
    for_each = var.rules
  }
}
"""
FILES = {"main.tf": MAIN, "modules/net/nsg.tf": 'resource "azurerm_lb" "x" {\n}\n'}


def plan_of(name: str) -> Any:
    after = {"name": "nsg", "resource_group_name": "g"}
    return terraform(change(
        "azurerm_network_security_group", name, after, unknown={"security_rule": True},
        expressions={"name": {"constant_value": "nsg"}},
    ))  # fmt: skip


def group(name: str) -> Contents:
    return contents_of(plan_of(name))


@pytest.mark.parametrize(("name", "line"), [("plain", 4), ("dynamic", 8), ("elsewhere", None)])
def test_the_line_of_a_block(name: str, line: int | None) -> None:
    [found] = locate(group(name), FILES).planned
    assert found.origin.line == line


@pytest.mark.parametrize(
    ("folder", "shown"), [("", "main.tf"), (".", "main.tf"), ("infra/live", "infra/live/main.tf")]
)
def test_the_path_begins_with_the_folder(folder: str, shown: str) -> None:
    """Annotations name files by their paths in the repository (GitHub, workflow commands)."""
    [found] = locate(group("plain"), FILES, folder).planned
    assert found.origin.file == shown


def test_the_line_of_a_block_in_a_module() -> None:
    [found] = group("x").planned
    address = "module.net.azurerm_lb.x[0]"
    inside = Contents(
        planned=(type(found)(id=found.id, action="create", origin=Origin(address)),),
        folders={("net",): "modules/net"},
    )
    assert str(locate(inside, FILES).planned[0].origin) == f"{address} (modules/net/nsg.tf:1)"


@pytest.mark.parametrize("file", ["main.tf", "main.tofu"])
def test_the_folders_of_the_configuration_alone_are_looked_at(file: str, tmp_path: Path) -> None:
    """A folder may hold more than a configuration, such as a whole repository."""
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(plan_of("plain")))
    (tmp_path / file).write_text(MAIN)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "no-text.tf").write_bytes(b"\xff")
    [found] = read_plans([plan], [], tmp_path, reads=False).planned
    assert (found.origin.file or "").endswith(file)
    assert found.origin.line == 4


@pytest.mark.parametrize(("name", "is_open"), [("plain", False), ("dynamic", True)])
def test_rules_that_the_plan_does_not_show(name: str, is_open: bool) -> None:
    before = group(name)
    assert before.planned[0].body["properties"]["securityRules"] is UNKNOWN
    [found] = locate(before, FILES).planned
    assert isinstance(found.body["properties"]["securityRules"], Unknown) is is_open
