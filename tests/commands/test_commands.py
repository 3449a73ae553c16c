"""Every az command that the product prints parses in az's own parser, by the table made from it;
every PowerShell cmdlet has the parameters that its help page lists."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from scanner.report.formats.scripts import to_powershell
from tests.support.az_parser import TABLE, parse
from tests.support.powershell_syntax import CMDLETS, objections, stages
from tests.support.reports import machine, report
from tests.support.shell_commands import az_commands, powershell_commands, texts

AZ: dict[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))["commands"]


def test_every_az_command_parses() -> None:
    commands = az_commands()
    assert len(commands) > 25
    for command in commands:
        parse(command, AZ)


def test_the_table_has_no_command_that_nobody_prints() -> None:
    printed = [f"{command} " for command in az_commands()]
    unused = [name for name in AZ if not any(f"az {name} " in command for command in printed)]
    assert unused == []


@pytest.mark.parametrize(
    ("command", "why"),
    [
        pytest.param("az vm reboot --ids /x", "not in the table", id="no such command"),
        pytest.param("az vm restart --id /x", "unrecognized arguments", id="no such option"),
        pytest.param("az vm restart --name vm", "--resource-group", id="an option is missing"),
        pytest.param("az backup protection resume --ids /x", "--policy-name", id="needed anyway"),
        pytest.param("az network nsg rule create -g a --nsg-name b -n c --priority 1 --access No",
                     "invalid choice", id="no such value"),
        pytest.param("az lock delete --ids", "expected at least one", id="no value"),
    ],
)  # fmt: skip
def test_what_az_refuses_is_refused(command: str, why: str) -> None:
    """As az 2.91 refuses it."""
    with pytest.raises(ValueError, match=why):
        parse(command, AZ)


def test_every_powershell_cmdlet_takes_its_parameters() -> None:
    found = [stage for command in powershell_commands() for stage in stages(command)]
    assert {stage.cmdlet for stage in found} == CMDLETS.keys()
    assert [problem for stage in found if (problem := objections(stage))] == []


@pytest.mark.parametrize(
    ("command", "why"),
    [
        pytest.param("Reboot-AzVM -Name a", "not in the table", id="no such cmdlet"),
        pytest.param("Restart-AzVM -ResourceGroupName a -Name b -Force", "has no -Force",
                     id="a parameter of another cmdlet"),
        pytest.param("Remove-AzVMExtension -ResourceGroupName a -VMName b", "needs -Name",
                     id="a parameter is missing"),
        pytest.param("Set-AzRouteTable", "needs -RouteTable", id="nothing is piped"),
        pytest.param("Invoke-AzRestMethod -Path a -Method MERGE", "takes no MERGE",
                     id="no such value"),
    ],
)  # fmt: skip
def test_what_powershell_refuses_is_refused(command: str, why: str) -> None:
    [stage] = stages(command)
    assert why in objections(stage)


def test_a_script_requires_the_modules_of_its_cmdlets() -> None:
    script = to_powershell(report([machine("one")])).decode()
    [required] = re.findall("#Requires -Modules (.*)", script)
    modules = {cmdlet["module"] for cmdlet in CMDLETS.values()}
    # The module Azure is for classic VMs, which no script changes.
    assert set(required.split(", ")) == modules - {"Azure"}


def test_no_text_leads_to_a_page_of_the_portal_without_the_extension() -> None:
    """MicrosoftDocs/azure-docs issues 6076 and 63454: the portal lists no VMSnapshot."""
    for text in texts():
        assert not re.search(r"(?i)portal: .*extensions", text), text
        if "VMSnapshot" in text and re.search(r"(?i)remove|uninstall", text):
            assert "az vm extension delete" in text or "Azure Backup names it" in text
