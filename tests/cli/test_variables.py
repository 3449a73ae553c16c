"""Every environment variable that the program reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

import scanner
from scanner.cli import command_line
from scanner.cli.trust import declared
from tests.support.command import Command

SOURCES = Path(scanner.__file__).parent
VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
READ = {
    "BACKUPSCAN_CONFIG": "the configuration file, as --config",
    "GITHUB_ACTIONS": "annotations for GitHub",
    "GITHUB_STEP_SUMMARY": "the file of GitHub's summary",
    "GITHUB_OUTPUT": "the file of GitHub's outputs",
    "TF_BUILD": "annotations for Azure Pipelines",
    "AGENT_TEMPDIRECTORY": "the folder of the summary of Azure Pipelines",
    "AZURE_AUTHORITY_HOST": "where to sign in",
    "AZURE_TENANT_ID": "the tenant of the simulated Azure",
    "AZURE_CLIENT_ID": "the identity in the simulated Azure",
    "AZURE_CLIENT_SECRET": "its secret",
    "AZURE_FEDERATED_TOKEN_FILE": "a file of the credential",
    "AZURE_CLIENT_CERTIFICATE_PATH": "a file of the credential",
    "SSL_CERT_FILE": "certificates",
    "REQUESTS_CA_BUNDLE": "certificates",
    "CURL_CA_BUNDLE": "certificates",
    "HTTPS_PROXY": "the proxy",
    "NO_PROXY": "hosts without a proxy",
    "XDG_STATE_HOME": "the folder of the last report",
}
"""Variables by name, apart from those of options. Libraries read more: see the README."""
WITH_VARIABLES = ("scan", "precheck")


def contexts() -> Iterator[tuple[str, click.Context]]:
    """The context of every command, by name. The name of the program itself is empty."""
    root: Any = command_line()
    top = click.Context(root, info_name="backupscan", **root.context_settings)
    yield "", top
    for name, command in root.commands.items():
        settings = command.context_settings
        yield name, click.Context(command, info_name=name, parent=top, **settings)


def test_only_options_of_scan_and_precheck_have_variables() -> None:
    for name, context in contexts():
        found = {
            option.name: _variables(option, context)
            for option in context.command.params
            if _variables(option, context)
        }
        if name in WITH_VARIABLES:
            marks = declared(context.command.callback)  # type: ignore[arg-type]
            assert found.keys() == {key for key, mark in marks.items() if mark.named_file}
        else:
            assert list(found) == (["file"] if name == "" else [])


def _variables(option: Any, context: click.Context) -> list[str]:
    """The variables that an option takes its value from."""
    own = option.envvar
    found = [own] if isinstance(own, str) else list(own or ())
    if getattr(option, "allow_from_autoenv", False) and context.auto_envvar_prefix:
        found.append(f"{context.auto_envvar_prefix}_{option.name.upper()}")
    return found


def test_every_other_variable_is_listed() -> None:
    """Names of variables in the source, wherever they are read."""
    found = set()
    for path in SOURCES.rglob("*.py"):
        if "sim" in path.relative_to(SOURCES).parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            value = node.value if isinstance(node, ast.Constant) else None
            if isinstance(value, str) and VARIABLE.fullmatch(value):
                found.add(value)
    assert found - NO_VARIABLES <= READ.keys()
    assert {name for name in READ if name.startswith(("GITHUB", "BACKUPSCAN", "AGENT"))} <= found


NO_VARIABLES = {"O_NONBLOCK", "ARM_CLIENT_ID", "ARM_CLIENT_SECRET", "ARM_SUBSCRIPTION_ID",
                "ARM_TENANT_ID", "AZURE_CONFIG_DIR", "AZURE_CORE_INSTANCE_DISCOVERY"}  # fmt: skip
"""Words that only look like variables, and variables that ``simulate`` prints for other clients."""


def test_a_variable_of_another_purpose_changes_nothing(run: Command) -> None:
    pinned = run.with_environment(
        BACKUPSCAN_VERSION="1", BACKUPSCAN_NO_CONFIG="1", BACKUPSCAN_EXPLAIN_NAME="x",
        BACKUPSCAN_REACH_PORT="1", BACKUPSCAN_DIFF_FORMAT="csv",
    )  # fmt: skip
    ran = pinned.scan_here("-g", "rg-sql")
    assert (ran.code, ran.last) == (1, "exit 1: 1 of 1 VM at or above 'applies'")
